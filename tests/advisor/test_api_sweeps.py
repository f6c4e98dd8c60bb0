"""Sweeps over the API: asked, followed, read, stopped."""

import csv
import io
from typing import Any

import pytest

from advisor.jobs import queue
from advisor.models import Sweep
from tests.advisor.api_calls import Caller, member, prices
from tests.advisor.sweep_cases import BASE, make_sweep, work_out
from tests.people import PLAN_TEXT, make_plan

pytestmark = pytest.mark.django_db
works = pytest.mark.django_db(transaction=True)  # workers have connections of their own


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda *_words, **_options: True)


@pytest.fixture
def site() -> tuple[Any, Caller]:
    prices()
    return member()


@works
def test_a_sweep_is_asked_followed_and_read(site: tuple[Any, Caller]) -> None:
    user, ask = site
    plan = make_plan(user)
    body = {"plan_id": str(plan.pk), "kind": "sensitivity", "drivers": {"demand": [2], "cloud_prices": []}}
    started = ask.post("/sweeps", body)
    assert started.status == 202
    assert (started.json["state"], started.json["total"], started.json["fraction"]) == ("queued", 4, 0)
    assert (started.json["summary"]["base_npv"], started.json["summary"]["distribution"]) == (None, None)
    sweep = Sweep.objects.get()
    assert started.headers["Location"] == f"/api/v1/sweeps/{sweep.pk}" == started.json["links"]["self"]
    work_out(sweep)
    found = ask.get(f"/sweeps/{sweep.pk}").json
    assert (found["state"], found["answered"], found["failed"], found["fraction"]) == ("succeeded", 4, 0, 1)
    assert found["summary"]["base_npv"] == pytest.approx(BASE)
    demand, cloud = found["summary"]["effects"]
    assert (demand["driver"], demand["high"]) == ("demand", pytest.approx(BASE))
    assert (cloud["low"], cloud["high"]) == (pytest.approx(-0.2 * BASE), pytest.approx(0.2 * BASE))
    page = ask.get(f"/sweeps/{sweep.pk}/outcomes?limit=1&offset=1").json
    assert (page["total"], len(page["items"])) == (4, 1)
    assert page["items"][0]["factors"] == {"demand": 2}
    assert page["items"][0]["npv"] == pytest.approx(2 * BASE)
    assert ask.get(f"/sweeps/{sweep.pk}/outcomes?only=failed").json["total"] == 0
    table = ask.get(f"/sweeps/{sweep.pk}/outcomes.csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(list(csv.reader(io.StringIO(table.data.decode())))) == 5


def test_the_same_key_starts_one_sweep(site: tuple[Any, Caller]) -> None:
    user, ask = site
    body = {
        "plan_id": str(make_plan(user).pk),
        "kind": "monte_carlo",
        "draws": 3,
        "seed": 9,
        "price_sigma": 0.5,
    }
    first = ask.post("/sweeps", body, headers={"Idempotency-Key": "k"})
    again = ask.post("/sweeps", body, headers={"Idempotency-Key": "k"})
    assert (first.status, again.status) == (202, 200)
    assert first.json["id"] == again.json["id"]
    assert first.json["options"] == {"draws": 3, "seed": 9, "demand_sigma": 0.25, "price_sigma": 0.5}
    other = ask.post("/sweeps", body | {"seed": 10}, headers={"Idempotency-Key": "k"})
    assert (other.status, other.code) == (409, "conflict")


def test_a_comparison_takes_changes_and_other_plans(site: tuple[Any, Caller]) -> None:
    user, ask = site
    plan, other = make_plan(user), make_plan(user, PLAN_TEXT.replace("Tiny", "Other"))
    body = {
        "plan_id": str(plan.pk),
        "kind": "comparison",
        "cases": [{"name": "longer", "changes": {"months": 2}}],
        "plans": [{"plan_id": str(other.pk)}],
    }
    started = ask.post("/sweeps", body)
    items = ask.get(started.json["links"]["outcomes"]).json["items"]
    assert [one["label"] for one in items] == ["as it is", "longer", "Other, version 1"]
    stranger, _ = member("eve", "Others")
    foreign = make_plan(stranger)
    refused = ask.post("/sweeps", body | {"plans": [{"plan_id": str(foreign.pk)}]})
    assert (refused.status, refused.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"kind": "comparison", "draws": 5}, "draws", "draws: belongs to monte_carlo, not to comparison"),
        ({"kind": "comparison"}, "cases", "a comparison needs 1 to 50"),
        ({"kind": "sensitivity", "drivers": {"demnd": []}}, "drivers", "did you mean demand?"),
        ({"kind": "sensitivity", "drivers": {"capex": []}}, "drivers", "the plan has no such figure"),
        ({"kind": "monte_carlo", "draws": 1}, "draws", "draws"),
        ({"kind": "tornado"}, "kind", "kind"),
        ({"kind": "comparison", "cases": [{"name": "a", "changes": {"x[0]": 1}}]}, "changes", "x is no list"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field(
    site: tuple[Any, Caller], given: dict[str, Any], field: str, said: str
) -> None:
    user, ask = site
    refused = ask.post("/sweeps", {"plan_id": str(make_plan(user).pk), **given})
    assert (refused.status, refused.code) == (422, "bad_input")
    assert refused.error["field"] == field
    assert said in refused.error["message"]
    assert Sweep.objects.count() == 0


def test_a_plan_with_problems_is_refused_with_their_lines(site: tuple[Any, Caller]) -> None:
    user, ask = site
    plan = make_plan(user, PLAN_TEXT.replace("months: 1", "months: none"))
    refused = ask.post("/sweeps", {"plan_id": str(plan.pk), "kind": "sensitivity"})
    assert (refused.status, refused.code) == (422, "plan_problems")
    assert refused.error["problems"][0]["line"] == 5


def test_a_sweep_is_stopped_and_gone_on_with(site: tuple[Any, Caller]) -> None:
    user, ask = site
    sweep = make_sweep(user)
    stopped = ask.post(f"/sweeps/{sweep.pk}/cancel").json
    assert (stopped["state"], stopped["cancel_requested"]) == ("cancelled", True)
    again = ask.post(f"/sweeps/{sweep.pk}/retry")
    assert (again.status, again.json["state"]) == (202, "queued")
    assert ask.post(f"/sweeps/{sweep.pk}/retry").code == "conflict"


def test_lists_are_of_the_organisation_and_can_be_narrowed(site: tuple[Any, Caller]) -> None:
    user, ask = site
    sweep = make_sweep(user)
    _, stranger = member("eve", "Others")
    assert stranger.get("/sweeps").json["total"] == 0
    (item,) = ask.get(f"/sweeps?kind=sensitivity&state=queued&plan_id={sweep.plan_id}&text=tin").json["items"]
    assert (item["id"], item["total"]) == (str(sweep.pk), 5)
    assert ask.get("/sweeps?kind=comparison").json["total"] == 0
