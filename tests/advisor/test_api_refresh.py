"""Sources and quarantine over the API: states, refreshes, decisions, and who may."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.celery import app
from advisor.models import Job, QuarantinedOffer, SourceState
from advisor.refresh.quarantine import columns_of, price_key
from advisor.schedule import ensure_schedule
from providers.offers import Offer
from providers.registry import SOURCES
from tests.advisor.api_calls import Caller, member, prices
from tests.factories import make_offer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _prices(settings: Settings) -> None:
    settings.PUBLIC_CATALOGUE = True
    prices()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ids: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda _name, *, args, **_more: ids.append(args[0]))
    return ids


@pytest.fixture
def operator() -> Caller:
    return member("root", is_staff=True)[1]


def held(number: int = 0, price: str = "8", source: str = "gpuhunt", **given: Any) -> QuarantinedOffer:
    offer: Offer = make_offer(provider="lambda", region=f"r-{number}", price_per_hour=Decimal(price))
    return QuarantinedOffer.objects.create(
        source=source, offer_id=offer.offer_id, price_key=price_key(offer), provider=offer.provider,
        price_per_hour=offer.price_per_hour, currency=offer.currency, offer=columns_of(offer),
        reason="moved from 40 USD to 8 USD", first_seen_at=NOW, last_seen_at=NOW, **given,
    )  # fmt: skip


def test_the_list_of_sources_says_how_each_stands(operator: Caller, settings: Settings) -> None:
    settings.PRICE_MAX_AGE_HOURS = 240
    ensure_schedule()
    SourceState.objects.create(
        source="azure", state="held_back", last_attempt_at=NOW, last_success_at=NOW - 300 * HOUR,
        stated_at=NOW - 301 * HOUR, rows_seen=10, rows_taken=8, rows_refused=2, rows_quarantined=1,
        rows_changed=0, seconds=1.5, words=["azure: 8 offers, there were 30."], error_code="held_back",
        refused=[{"where": "row 1", "reason": "no price"}],
    )  # fmt: skip
    held(source="azure")
    answer = operator.get("/sources").json
    assert {"catalogue", "items", "total"} <= set(answer)
    asked = {one["source"]: one for one in answer["asked"]}
    assert list(asked) == list(SOURCES)
    azure = asked["azure"]
    age_hours = 301 + (datetime.now(UTC) - NOW).total_seconds() / 3600
    assert 0 <= age_hours - azure.pop("age_hours") < 0.15  # one decimal, rounded down
    assert azure.pop("next_at") > NOW.isoformat()[:19]
    assert azure == {
        "source": "azure", "title": "Microsoft Azure", "state": "held_back",
        "words": ["azure: 8 offers, there were 30."], "error_code": "held_back",
        "last_attempt_at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "last_success_at": f"{NOW - 300 * HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "stated_at": f"{NOW - 301 * HOUR:%Y-%m-%dT%H:%M:%SZ}", "stale": True,
        "rows_seen": 10, "rows_taken": 8, "rows_refused": 2, "rows_quarantined": 1, "rows_changed": 0,
        "refused": [{"where": "row 1", "reason": "no price"}], "seconds": 1.5, "waiting": 1, "refresh": None,
    }  # fmt: skip
    aws = asked["aws"]
    assert (aws["state"], aws["age_hours"], aws["stale"], aws["seconds"]) == ("never", None, None, None)


def test_words_are_for_members_or_ones_own_machine(settings: Settings) -> None:
    SourceState.objects.create(
        source="aws",
        state="failed",
        words=["moon-base refused"],
        refused=[{"where": "moon", "reason": "base"}],
    )
    settings.EMBEDDED = False
    for path in ("/sources", "/sources/aws"):
        visitor = Caller().get(path)
        assert visitor.status == 200
        assert b"moon" not in visitor.data
        assert b"moon-base" in member(path.replace("/", "-"))[1].get(path).data
    assert Caller().get("/sources/aws").json["state"] == "failed"
    settings.EMBEDDED = True
    assert b"moon-base" in Caller().get("/sources/aws").data


def test_a_refresh_is_asked_for_once_and_followed(operator: Caller, sent: list[str]) -> None:
    first = operator.post("/sources/azure/refresh")
    assert (first.status, first.headers["Location"]) == (202, "/api/v1/sources/azure")
    job = Job.objects.get()
    assert job.created_by is not None
    assert first.json["refresh"] == {
        "id": str(job.pk), "state": "queued", "phase": "waiting", "fraction": 0.0, "documents": None,
        "rows": None, "done": None, "total": None, "not_before": None, "stopping": False,
    }  # fmt: skip
    again = operator.post("/sources/azure/refresh")
    assert (again.status, again.json["refresh"]["id"]) == (200, str(job.pk))
    clash = operator.post("/sources/azure/refresh?despite_gates=true")
    assert (clash.status, clash.code) == (409, "conflict")
    Job.objects.update(
        state=Job.State.RUNNING, fraction=0.7, progress={"phase": "publishing", "done": 5, "total": 9}
    )
    now = operator.get("/sources/azure").json
    assert now["state"] == "running"
    told = {name: now["refresh"][name] for name in ("state", "phase", "fraction", "done", "total")}
    assert told == {"state": "running", "phase": "publishing", "fraction": 0.7, "done": 5, "total": 9}
    Job.objects.update(state=Job.State.SUCCEEDED)
    SourceState.objects.create(source="azure", state="ok", rows_seen=9, rows_taken=9)
    ended = operator.get("/sources/azure").json
    assert (ended["state"], ended["refresh"], ended["rows_seen"]) == ("ok", None, 9)


def test_what_was_held_back_is_published_when_a_person_says_so(operator: Caller, sent: list[str]) -> None:
    assert operator.post("/sources/azure/refresh?despite_gates=true").status == 202
    assert Job.objects.get().options == {"despite_gates": True}
    assert operator.post("/sources/azure/refresh?despite_gates=true").status == 200
    assert operator.post("/sources/aws/refresh?despite_gate=true").code == "bad_input"
    assert Job.objects.count() == 1


def test_an_unknown_source_is_not_found_with_the_nearest_name(operator: Caller) -> None:
    for answer in (operator.get("/sources/azur"), operator.post("/sources/azur/refresh")):
        assert (answer.status, answer.code) == (404, "not_found")
        assert "azure" in answer.error["message"]


def test_only_operators_refresh_look_and_decide() -> None:
    row = held()
    _, ask = member()
    for answer in (
        ask.post("/sources/azure/refresh"),
        ask.get("/quarantine"),
        ask.post("/quarantine/decide", {"ids": [row.pk], "decision": "accept"}),
    ):
        assert (answer.status, answer.code) == (403, "operators_only")
    row.refresh_from_db()
    assert row.state == "waiting"
    assert Job.objects.count() == 0


def test_quarantine_comes_by_pages_beside_the_price_in_force(
    operator: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    prices(make_offer(provider="lambda", region="r-0", price_per_hour=Decimal("40.5")))
    rows = [held(n) for n in range(3)]
    held(9, state="accepted", decided_at=NOW)
    held(0, "7", source="azure")
    answer = operator.get("/quarantine?source=gpuhunt&limit=2")
    assert (answer.json["total"], len(answer.json["items"])) == (3, 2)
    assert 'rel="next"' in answer.headers["Link"]
    first, second = answer.json["items"]
    moment = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert first == {
        "id": rows[0].pk, "source": "gpuhunt", "offer_id": "lambda/r-0/p5.48xlarge/on_demand",
        "provider": "lambda", "price_per_hour": 8.0, "upfront": None, "currency": "USD",
        "in_force": {"price_per_hour": 40.5, "upfront": None, "currency": "USD"},
        "reason": "moved from 40 USD to 8 USD", "state": "waiting", "first_seen_at": moment,
        "last_seen_at": moment, "decided_by": None, "decided_at": None,
    }  # fmt: skip
    assert second["in_force"] is None
    accepted = operator.get("/quarantine?state=accepted").json["items"]
    assert [(one["state"], one["decided_at"]) for one in accepted] == [("accepted", moment)]
    assert operator.get("/quarantine?state=all").json["total"] == 5
    for query in ("source=gpuhnt", "state=odd", "limit=0"):
        assert operator.get(f"/quarantine?{query}").code == "bad_input", query
    with django_assert_num_queries(4):  # the token and its owner; how many, which, what is in force
        operator.get("/quarantine")


def test_a_decision_is_all_or_nothing_and_accepted_prices_are_published(operator: Caller) -> None:
    prices(make_offer(provider="lambda", region="r-0", price_per_hour=Decimal(40)))
    one, other, foreign = held(), held(1), held(2, source="azure")
    for ids, code in (([one.pk, 999], "bad_input"), ([one.pk, foreign.pk], "conflict"), ([], "bad_input")):
        assert operator.post("/quarantine/decide", {"ids": ids, "decision": "accept"}).code == code
    assert operator.post("/quarantine/decide", {"ids": [one.pk], "decision": "maybe"}).code == "bad_input"
    assert set(QuarantinedOffer.objects.values_list("state", flat=True)) == {"waiting"}
    done = operator.post("/quarantine/decide", {"ids": [one.pk, one.pk], "decision": "accept"}).json
    version = operator.get("/sources").json["catalogue"]["version"]
    assert done == {"decided": 1, "decision": "accept", "version": version}
    found = operator.get("/offers/history?id=lambda/r-0/p5.48xlarge/on_demand").json["rows"]
    assert [row["price_per_hour"] for row in found] == [8.0, 40.0]
    refused = operator.post("/quarantine/decide", {"ids": [other.pk], "decision": "reject"}).json
    assert refused == {"decided": 1, "decision": "reject", "version": None}
    rejected = operator.get("/quarantine?state=rejected").json["items"]
    assert [(row["id"], row["decided_by"]) for row in rejected] == [(other.pk, "root")]
