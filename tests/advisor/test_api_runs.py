"""Runs over the API: started once however often it is asked, watched, stopped; results byte for byte."""

import json
from typing import Any

import pytest
from django.utils import timezone

from advisor.models import Job, Run, RunResult
from tests.advisor.api_calls import member, prices
from tests.advisor.results import make_result
from tests.people import PLAN_TEXT, make_plan, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.jobs.queue.send", lambda *_args, **_more: True)


def key(text: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": text}}


def test_a_run_is_started_with_the_prices_of_now() -> None:
    prices()
    user, ask = member()
    plan = make_plan(user)
    body = {"plan_id": str(plan.pk), "gap": 0.01, "time_limit_seconds": 60, "baselines": False}
    started = ask.post("/runs", body)
    assert started.status == 202
    run = started.json
    assert started.headers["Location"] == run["links"]["self"] == f"/api/v1/runs/{run['id']}"
    assert (run["state"], run["fraction"], run["attempts"], run["version"]) == ("queued", 0, 0, 1)
    assert (run["gap"], run["time_limit_seconds"], run["baselines"]) == (0.01, 60, False)
    assert (run["catalogue_version"], run["name"], run["plan_id"]) == (1, "Tiny", str(plan.pk))
    assert (run["outcome"], run["error"], run["links"]["result"]) == (None, None, None)
    assert ask.get(run["links"]["self"]).json == run
    assert ask.get(run["links"]["plan"]).json["id"] == str(plan.pk)
    assert ask.get(run["links"]["version"]).json["text"] == PLAN_TEXT
    assert Run.objects.get().created_by == user


def test_an_older_version_can_be_run() -> None:
    prices()
    user, ask = member()
    plan = make_plan(user)
    ask.put(f"/plans/{plan.pk}", {"text": PLAN_TEXT + "# changed\n"})
    assert ask.post("/runs", {"plan_id": str(plan.pk), "version": 1}).json["version"] == 1
    assert ask.post("/runs", {"plan_id": str(plan.pk)}).json["version"] == 2
    assert ask.post("/runs", {"plan_id": str(plan.pk), "version": 3}).code == "not_found"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gap": 0.6}, "gap"),
        ({"gap": -0.1}, "gap"),
        ({"gap": "0.1"}, "gap"),
        ({"time_limit_seconds": 0}, "time_limit_seconds"),
        ({"time_limit_seconds": 3601}, "time_limit_seconds"),
        ({"version": 0}, "version"),
        ({"version": 1.5}, "version"),
        ({"plan_id": 7}, "plan_id"),
        ({"threads": 4}, "threads"),
    ],
)
def test_an_effort_out_of_range_is_422(change: dict[str, Any], field: str) -> None:
    user, ask = member()
    refused = ask.post("/runs", {"plan_id": str(make_plan(user).pk)} | change)
    assert (refused.status, refused.error["field"]) == (422, field)
    assert Run.objects.count() == 0


def test_without_prices_no_run_starts() -> None:
    user, ask = member()
    refused = ask.post("/runs", {"plan_id": str(make_plan(user).pk)})
    assert (refused.status, refused.code) == (503, "catalogue_empty")


def test_a_plan_with_problems_is_not_run_and_they_have_lines() -> None:
    prices()
    user, ask = member()
    plan = make_plan(user, PLAN_TEXT.replace("months: 1", "months: -1"))
    refused = ask.post("/runs", {"plan_id": str(plan.pk)})
    assert (refused.status, refused.code) == (422, "plan_problems")
    assert [(p["path"], p["line"]) for p in refused.error["problems"]] == [("months", 5)]


def test_the_same_key_starts_one_run() -> None:
    prices()
    user, ask = member()
    body = {"plan_id": str(make_plan(user).pk)}
    first = ask.post("/runs", body, **key("nightly-1"))
    again = ask.post("/runs", body, **key("nightly-1"))
    assert (first.status, again.status) == (202, 200)
    assert again.json["id"] == first.json["id"]
    assert again.headers["Location"] == first.headers["Location"]
    other = ask.post("/runs", body | {"gap": 0.2}, **key("nightly-1"))
    assert (other.status, other.code, other.error["field"]) == (409, "conflict", "Idempotency-Key")
    assert ask.post("/runs", body, **key("nightly-2")).status == 202
    assert ask.post("/runs", body).status == 202
    assert Run.objects.count() == 3


def test_keys_of_other_organisations_do_not_meet() -> None:
    prices()
    user, ask = member()
    stranger, other = member("eve", "Others")
    mine = ask.post("/runs", {"plan_id": str(make_plan(user).pk)}, **key("1"))
    theirs = other.post("/runs", {"plan_id": str(make_plan(stranger).pk)}, **key("1"))
    assert (mine.status, theirs.status) == (202, 202)
    assert mine.json["id"] != theirs.json["id"]


@pytest.mark.parametrize("text", ["", "a b", "é", "x" * 201, "a\tb"])
def test_a_key_of_other_characters_is_422(text: str) -> None:
    user, ask = member()
    refused = ask.post("/runs", {"plan_id": str(make_plan(user).pk)}, **key(text))
    assert (refused.status, refused.error["field"]) == (422, "Idempotency-Key")


def test_progress_is_told_as_the_worker_told_it() -> None:
    user, ask = member()
    told = {"phase": "solving", "stage": "search", "currency": "USD", "seconds": 3.5, "best": 9.0, "gap": 0.1}
    started = timezone.now()
    run = make_run(user, state=Job.State.RUNNING, fraction=0.4, progress=told, attempts=2, started_at=started)
    seen = ask.get(f"/runs/{run.pk}").json
    assert (seen["state"], seen["fraction"], seen["phase"], seen["progress"]) == (
        "running",
        0.4,
        "solving",
        told,
    )
    assert (seen["attempts"], seen["seconds"], seen["finished_at"]) == (2, None, None)


def test_a_failed_run_says_why_and_can_be_tried_again() -> None:
    user, ask = member()
    run = make_run(user, state=Job.State.FAILED, error_code="deadline", error_lines=["Stopped.", "Why."])
    assert ask.get(f"/runs/{run.pk}").json["error"] == {"code": "deadline", "lines": ["Stopped.", "Why."]}
    again = ask.post(f"/runs/{run.pk}/retry")
    assert (again.status, again.json["state"], again.json["error"]) == (202, "queued", None)
    refused = ask.post(f"/runs/{run.pk}/retry")
    assert (refused.status, refused.code) == (409, "conflict")
    stopped = ask.post(f"/runs/{run.pk}/cancel")
    assert (stopped.status, stopped.json["state"]) == (200, "cancelled")
    assert ask.post(f"/runs/{run.pk}/cancel").json["state"] == "cancelled"


def test_a_running_run_is_asked_to_stop() -> None:
    user, ask = member()
    run = make_run(user, state=Job.State.RUNNING)
    seen = ask.post(f"/runs/{run.pk}/cancel").json
    assert (seen["state"], seen["cancel_requested"]) == ("running", True)


def test_a_result_is_handed_out_byte_for_byte() -> None:
    user, ask = member()
    run = make_run(user)
    stored = RunResult.objects.get()
    found = ask.get(f"/runs/{run.pk}/result")
    assert (found.status, found.headers["Content-Type"]) == (200, "application/json")
    assert found.data == stored.document.encode()
    assert found.json == json.loads(json.dumps(make_result()))
    assert found.headers["ETag"] == f'"{stored.sha256}"'
    assert found.headers["Cache-Control"] == "private, no-cache"
    seen = ask.get(f"/runs/{run.pk}").json
    assert seen["links"]["result"] == f"/api/v1/runs/{run.pk}/result"
    assert (seen["outcome"]["status"], seen["outcome"]["objective_npv"]) == ("optimal", 81234.5)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ('"{}"', 304),
        ('W/"{}"', 304),
        ('"other", "{}"', 304),
        ("*", 304),
        ('"other"', 200),
        ("{}", 200),
        ('"', 200),
    ],
)
def test_who_has_the_result_is_told_so(asked: str, status: int) -> None:
    user, ask = member()
    run = make_run(user)
    sha256 = RunResult.objects.get().sha256
    headers = {"If-None-Match": asked.format(sha256)}
    answer = ask.get(f"/runs/{run.pk}/result", headers=headers)
    assert (answer.status, answer.headers["ETag"]) == (status, f'"{sha256}"')
    assert (answer.data == b"") is (status == 304)


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_a_run_without_result_is_409_and_says_its_state(state: str) -> None:
    user, ask = member()
    run = make_run(user, state=state)
    refused = ask.get(f"/runs/{run.pk}/result")
    assert (refused.status, refused.code) == (409, "no_result")
    assert refused.error["message"] == f"The run has no result: it is {state}."


def test_runs_are_listed_and_filtered() -> None:
    user, ask = member()
    plan, other = make_plan(user), make_plan(user, PLAN_TEXT.replace("Tiny", "Other"))
    done = make_run(user, plan)
    failed = make_run(user, other, state="failed")
    for query, found in {
        "": [failed, done],
        "state=failed": [failed],
        "state=succeeded": [done],
        "state=optimal": [done],
        "state=infeasible": [],
        f"plan_id={plan.pk}": [done],
        "text=oTh": [failed],
        "limit=1&offset=1": [done],
    }.items():
        assert [r["id"] for r in ask.get(f"/runs?{query}").json["items"]] == [str(r.pk) for r in found], query
    assert ask.get("/runs?state=lost").error["field"] == "state"
    assert ask.get("/runs?plan_id=x").code == "not_found"
    assert ask.get("/runs?plan_id=").code == "not_found"
