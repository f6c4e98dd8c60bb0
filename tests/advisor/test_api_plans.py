"""Plans over the API: texts with versions, problems with lines, nobody's work written over."""

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisor.catalog.embedded import load_embedded
from advisor.models import Plan
from advisor.plans.check import check
from advisor.plans.examples import examples
from advisor.web.plan_form import status_words
from tests.advisor.api_calls import Caller, member, prices
from tests.people import PLAN_TEXT, make_plan, make_run

pytestmark = pytest.mark.django_db
BROKEN = PLAN_TEXT.replace("months: 1", "months: -1").replace("kind: batch", "kind: bach")


@pytest.fixture
def ask() -> Caller:
    return member()[1]


def test_a_plan_is_stored_and_read_back(ask: Caller) -> None:
    made = ask.post("/plans", {"text": PLAN_TEXT, "note": "first"})
    assert made.status == 201
    plan = made.json
    assert made.headers["Location"] == f"/api/v1/plans/{plan['id']}"
    assert (plan["name"], plan["archived"], plan["problems"]) == ("Tiny", False, [])
    version = plan["version"]
    assert (version["number"], version["text"], version["note"]) == (1, PLAN_TEXT, "first")
    assert (version["problems"], version["created_by"]) == (0, "ada")
    assert version["sha256"] == hashlib.sha256(PLAN_TEXT.encode()).hexdigest()
    read = ask.get(made.headers["Location"]).json
    assert read == {name: value for name, value in plan.items() if not name.startswith("problems")}
    assert ask.get(f"/plans/{plan['id']}/versions/1").json == version


def test_a_text_with_problems_is_refused_with_their_lines(ask: Caller) -> None:
    refused = ask.post("/plans", {"text": BROKEN})
    assert (refused.status, refused.code, refused.error["field"]) == (422, "plan_problems", "text")
    problems = {problem["path"]: problem for problem in refused.error["problems"]}
    assert problems["months"]["line"] == 5
    assert problems["workloads[0].kind"]["line"] == 7
    assert "bach" in problems["workloads[0].kind"]["value"]
    assert refused.error["message"].startswith("2 problems, the first: line 5: months")
    assert Plan.objects.count() == 0


def test_a_draft_is_kept_with_its_problems(ask: Caller) -> None:
    made = ask.post("/plans", {"text": BROKEN, "draft": True})
    assert (made.status, made.json["version"]["problems"]) == (201, 2)
    assert {problem["path"] for problem in made.json["problems"]} == {"months", "workloads[0].kind"}
    assert ask.post("/runs", {"plan_id": made.json["id"]}).code == "plan_problems"


def test_saving_makes_versions_and_the_same_text_makes_none(ask: Caller) -> None:
    plan = ask.post("/plans", {"text": PLAN_TEXT}).json["id"]
    second = ask.put(f"/plans/{plan}", {"text": PLAN_TEXT.replace("Tiny", "Small"), "based_on": 1})
    assert (second.status, second.json["version"]["number"], second.json["name"]) == (200, 2, "Small")
    again = ask.put(f"/plans/{plan}", {"text": PLAN_TEXT.replace("Tiny", "Small"), "based_on": 1})
    assert again.json["version"]["number"] == 2
    refused = ask.put(f"/plans/{plan}", {"text": PLAN_TEXT, "based_on": 1})
    assert (refused.status, refused.code, refused.error["field"]) == (409, "conflict", "based_on")
    assert ask.put(f"/plans/{plan}", {"text": PLAN_TEXT}).json["version"]["number"] == 3
    assert ask.put(f"/plans/{plan}", {"text": PLAN_TEXT, "based_on": 3.0}).status == 200
    listed = ask.get(f"/plans/{plan}/versions?limit=2").json
    assert ([v["number"] for v in listed["items"]], listed["total"]) == ([3, 2], 3)
    assert "text" not in listed["items"][0]
    assert ask.get(f"/plans/{plan}/versions/2").json["text"] == PLAN_TEXT.replace("Tiny", "Small")
    assert ask.get(f"/plans/{plan}/versions/4").code == "not_found"
    for wrong in ("0", "x", "2147483648"):
        assert ask.get(f"/plans/{plan}/versions/{wrong}").error["field"] == "number"


def test_a_broken_text_does_not_replace_a_good_one(ask: Caller) -> None:
    plan = ask.post("/plans", {"text": PLAN_TEXT}).json["id"]
    assert ask.put(f"/plans/{plan}", {"text": BROKEN}).code == "plan_problems"
    assert ask.get(f"/plans/{plan}").json["version"]["number"] == 1
    draft = ask.put(f"/plans/{plan}", {"text": BROKEN, "draft": True}).json
    assert (draft["version"]["number"], len(draft["problems"])) == (2, 2)


def test_an_archived_plan_is_hidden_not_gone(ask: Caller) -> None:
    plan = ask.post("/plans", {"text": PLAN_TEXT}).json["id"]
    gone = ask.delete(f"/plans/{plan}")
    assert (gone.status, gone.data) == (204, b"")
    assert ask.delete(f"/plans/{plan}").status == 204
    assert ask.get("/plans").json["total"] == 0
    assert [p["id"] for p in ask.get("/plans?archived=true").json["items"]] == [plan]
    assert ask.get(f"/plans/{plan}").json["archived"] is True


def test_the_list_shows_the_last_run_and_finds_by_name() -> None:
    user, ask = member()
    plan = make_plan(user)
    make_run(user, plan, state="failed")
    last = make_run(user, plan)
    make_plan(user, PLAN_TEXT.replace("Tiny", "Another"))
    found = ask.get("/plans?text=tin").json
    assert found["total"] == 1
    (item,) = found["items"]
    assert (item["runs"], item["newest_version"]) == (2, 1)
    assert item["last_run"]["id"] == str(last.pk)
    assert (item["last_run"]["state"], item["last_run"]["status"]) == ("succeeded", "optimal")
    assert item["last_run"]["objective_npv"] == last.objective_npv
    (other,) = ask.get("/plans?text=another").json["items"]
    assert (other["last_run"], other["runs"]) == (None, 0)


def test_checking_stores_nothing(ask: Caller) -> None:
    fine = ask.post("/plans/check", {"text": PLAN_TEXT}).json
    assert fine == {
        "name": "Tiny",
        "summary": "The plan can be worked out.",
        "problems": [],
        "problems_total": 0,
    }
    broken = ask.post("/plans/check", {"text": BROKEN}).json
    assert broken["summary"] == "2 problems"
    assert [problem["line"] for problem in broken["problems"]] == [5, 7]
    assert ask.post("/plans/check", {"text": ""}).json["summary"] == "1 problem"
    assert Plan.objects.count() == 0


def test_every_example_can_be_stored_as_it_is(ask: Caller) -> None:
    load_embedded()
    items = ask.get("/examples").json["items"]
    assert [item["slug"] for item in items] == [one.slug for one in examples()]
    for item in items:
        assert ask.post("/plans", {"text": item["text"]}).status == 201, item["slug"]


def test_ten_more_rows_need_no_more_queries() -> None:
    prices()
    user, ask = member()
    plan = make_plan(user)

    def grow(count: int) -> None:
        for n in range(count):
            make_run(user, make_plan(user, f"{PLAN_TEXT}# {n}\n"))
            ask.put(f"/plans/{plan.pk}", {"text": f"{PLAN_TEXT}# {n} {plan.versions.count()}\n"})
            ask.post("/tokens", {"name": f"t{n}"})

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = ask.get(path)
        assert answer.status == 200
        assert len(answer.json["items"]) > 1
        return len(queries)

    paths = ["/plans", "/runs", "/tokens", f"/plans/{plan.pk}/versions"]
    grow(2)
    before: dict[str, Any] = {path: count(path) for path in paths}
    grow(10)
    assert {path: count(path) for path in paths} == before
    assert max(before.values()) <= 5, before


def test_of_many_problems_two_hundred_are_listed_and_all_are_counted() -> None:
    _, ask = member()
    text = PLAN_TEXT + "".join(f"surprise{n}: 1\n" for n in range(1000))
    found = ask.post("/plans/check", {"text": text}).json
    assert (len(found["problems"]), found["problems_total"], found["summary"]) == (
        200,
        1000,
        "1,000 problems",
    )
    draft = ask.post("/plans", {"text": text, "draft": True}).json
    assert (len(draft["problems"]), draft["problems_total"], draft["version"]["problems"]) == (
        200,
        1000,
        1000,
    )
    refused = ask.post("/plans", {"text": text})
    assert len(refused.error["problems"]) == 200
    assert refused.error["details"][-1] == "The first 200 of 1,000 problems are listed."
    words = status_words(check(text).problems)
    assert words == "1,000 problems, the first on line 8; 50 of them are listed"
