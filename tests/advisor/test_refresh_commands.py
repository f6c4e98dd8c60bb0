"""`refresh_prices`, the schedule and the operators' pages of sources and quarantine."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from advisor.catalog.queries import current_offers
from advisor.celery import app
from advisor.errors import BadInput, Conflict
from advisor.management.commands.refresh_prices import bar_text
from advisor.models import Job, QuarantinedOffer, SourceState
from advisor.refresh.quarantine import columns_of, decide, offer_of, price_key, quarantined
from advisor.refresh.queries import source_state, source_states
from advisor.refresh.services import refresh_now, request_refresh
from advisor.schedule import ensure_schedule
from advisor.tasks import refresh_prices
from providers.errors import SourceRefused
from providers.offers import Offer, Payment, Purchase
from providers.registry import SOURCES
from tests.advisor.commands import call
from tests.advisor.fake_source import FakeSource, use
from tests.factories import make_offer
from tests.people import make_member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SEEN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=30)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.ADVISOR_HOME = tmp_path
    return tmp_path


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ids: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda _name, *, args, **_more: ids.append(args[0]))
    return ids


def offers(count: int = 5, price: int = 40) -> list[Offer]:
    return [
        make_offer(provider="lambda", region=f"r-{n}", observed_at=SEEN, price_per_hour=Decimal(price))
        for n in range(count)
    ]


def by_name(monkeypatch: pytest.MonkeyPatch, **known: FakeSource) -> None:
    """Sources of the registry by name; all others are without credentials."""

    def build(name: str) -> FakeSource:
        source = known.get(name, FakeSource(missing=f"set {name.upper()}_KEY"))
        source.name = name  # type: ignore[misc]  # a class variable, of this one alone
        return source

    monkeypatch.setattr("advisor.refresh.work.build", build)


def refusing(_folder: Path) -> Iterator[Any]:
    raise SourceRefused("403: no right to list prices")
    yield


def test_the_command_goes_through_all_sources_and_exits_3_for_one_that_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_name(monkeypatch, azure=FakeSource(step=refusing), gpuhunt=FakeSource(offers()))
    said = call("refresh_prices")
    assert said.code == 3
    assert said.first == "Not refreshed: azure. The last good prices stay in force."
    assert "azure: failed" in said.out
    assert "403: no right to list prices" in said.out
    assert "aws: not configured. set AWS_KEY" in said.out
    assert "gpuhunt: ok; 5 rows seen, 5 taken, 0 refused, 0 in quarantine, 5 changed" in said.out
    assert "prices 30" in said.out
    assert len(current_offers().offers) == 5


def test_one_source_by_name_and_its_outcome_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    by_name(monkeypatch, gpuhunt=FakeSource(offers()))
    said = call("refresh_prices", "--provider", "gpuhunt", "--json", "-")
    assert (said.code, said.err) == (0, "")
    outcome = json.loads(said.out)["sources"]
    assert len(outcome) == 1
    expected = {"provider": "gpuhunt", "state": "ok", "seen": 5, "taken": 5, "refused": 0, "changed": 5}
    assert {name: outcome[0][name] for name in expected} == expected
    age_hours = (datetime.now(UTC) - SEEN).total_seconds() / 3600
    assert 0 <= age_hours - outcome[0]["age_hours"] < 0.15  # one decimal, rounded down
    assert outcome[0]["seconds"] >= 0


def test_a_held_back_refresh_exits_3_until_a_person_has_it_published(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource(offers(30))
    by_name(monkeypatch, gpuhunt=source)
    assert call("refresh_prices", "--provider", "gpuhunt").code == 0
    source.offers = offers(5)
    said = call("refresh_prices", "--provider", "gpuhunt")
    assert said.code == 3
    assert "lambda: 5 offers, there were 30" in said.out
    assert call("refresh_prices", "--provider", "gpuhunt", "--despite-gates").code == 0
    assert len(current_offers().offers) == 5


def test_an_unknown_source_is_bad_input_with_the_nearest_name() -> None:
    said = call("refresh_prices", "--provider", "gpuhnt")
    assert said.code == 2
    assert "gpuhnt" in said.first
    assert "gpuhunt" in said.first


def test_the_bar_shows_phase_and_count() -> None:
    job = Job(fraction=0.25, progress={"phase": "reading", "rows": 12000})
    text = bar_text("azure", job, 14)
    assert text.startswith("azure [######------------------]  25%  reading 12,000 rows  14 s")
    assert len(text) == 79


def test_the_schedule_asks_for_every_source_and_only_enqueues(sent: list[str]) -> None:
    ensure_schedule()
    entries = PeriodicTask.objects.filter(task="advisor.refresh_prices")
    assert {json.loads(entry.args)[0] for entry in entries} == set(SOURCES)
    hours = {json.loads(entry.args)[0]: entry.interval.every / 60 for entry in entries}
    assert (hours["aws"], hours["gpuhunt"]) == (6, 12)
    refresh_prices("azure")
    job = Job.objects.get()
    assert (job.kind, job.subject, job.state) == ("refresh_prices", "azure", Job.State.QUEUED)
    assert sent == [str(job.pk)]
    refresh_prices("azure")  # it is open still
    assert Job.objects.count() == 1


def test_states_cover_every_source_and_say_what_was_never_asked() -> None:
    states = source_states()
    assert [state.source for state in states] == list(SOURCES)
    assert {state.state for state in states} == {"never"}
    assert {state.age_hours for state in states} == {None}
    with pytest.raises(LookupError):
        source_state("nobody")


def doubtful(monkeypatch: pytest.MonkeyPatch) -> FakeSource:
    """A source with one price of five in quarantine."""
    source = use(monkeypatch, FakeSource(offers()))
    refresh_now("gpuhunt")
    source.offers = [*offers(1, price=8), *offers()[1:]]
    refresh_now("gpuhunt")
    return source


def price_in(region: str) -> Decimal:
    return next(offer.price_per_hour for offer in current_offers().offers if offer.region == region)


def test_an_accepted_price_is_published_and_passes_in_later_refreshes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = doubtful(monkeypatch)
    user = make_member("root", is_superuser=True)
    row = quarantined().get()
    assert (row.offer_id, row.source) == ("lambda/r-0/p5.48xlarge/on_demand", "gpuhunt")
    assert row.price_per_hour == 8
    assert "moved from 40 USD to 8 USD" in row.reason
    done = decide([row.pk], "accept", user)
    assert done is not None
    assert price_in("r-0") == 8
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("accepted", user)
    assert row.decided_at is not None
    refresh_now("gpuhunt")
    assert price_in("r-0") == 8
    assert not quarantined().exists()
    # away and back again: the word still holds for this price, and for no other
    source.offers = offers(5, price=30)
    refresh_now("gpuhunt", despite_gates=True)
    decide([one.pk for one in quarantined()], "accept", user)
    source.offers = [*offers(1, price=8), *offers(5, price=30)[1:]]
    refresh_now("gpuhunt")
    assert price_in("r-0") == 8
    assert not quarantined().exists()
    source.offers = [*offers(1, price=7), *offers(5, price=30)[1:]]
    refresh_now("gpuhunt")
    assert price_in("r-0") == 8
    assert quarantined().get().price_per_hour == 7  # another price, another question


def test_a_rejected_price_stays_out_for_as_long_as_it_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    source = doubtful(monkeypatch)
    row = quarantined().get()
    assert decide([row.pk], "reject", None) is None
    refresh_now("gpuhunt")
    assert price_in("r-0") == 40
    assert quarantined().count() == 0
    assert quarantined(state="rejected").get() == row
    source.offers = [*offers(1, price=39), *offers()[1:]]
    refresh_now("gpuhunt")
    assert price_in("r-0") == 39
    assert decide([row.pk], "accept", None) is not None  # a word may be changed
    assert price_in("r-0") == 8


def test_a_decision_about_nothing_or_about_two_prices_of_one_offer_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubtful(monkeypatch)
    row = quarantined().get()
    with pytest.raises(BadInput, match="no price in quarantine with number 999"):
        decide([row.pk, 999], "accept", None)
    with pytest.raises(BadInput, match="accept or reject"):
        decide([row.pk], "perhaps", None)  # type: ignore[arg-type]  # as from a form
    twin = QuarantinedOffer.objects.get(pk=row.pk)
    twin.pk, twin.price_key = None, "9 - USD"
    twin.save()
    with pytest.raises(Conflict, match="Two prices of one offer"):
        decide([row.pk, twin.pk], "accept", None)
    assert quarantined().count() == 2
    assert price_in("r-0") == 40


def test_an_offer_survives_quarantine_unchanged() -> None:
    offer = make_offer(
        purchase=Purchase.RESERVED, term_months=12, payment=Payment.PARTIAL, upfront=Decimal("100000.07"),
        price_per_hour=Decimal("12.50525190378080123456789"), available_from=SEEN,
        interruption_fraction=Decimal("0.05"), zone="z", note="„by hand“",
    )  # fmt: skip
    assert offer_of(json.loads(json.dumps(columns_of(offer)))) == offer
    assert price_key(offer) == "12.50525190378080123456789 100000.07 USD"
    assert price_key(replace(offer, upfront=Decimal("100000.070"))) == price_key(offer)


def test_operators_decide_and_refresh_and_others_only_look(
    monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    doubtful(monkeypatch)
    row = quarantined().get()
    page = reverse("admin:advisor_quarantinedoffer_changelist")
    sources_page = reverse("admin:advisor_sourcestate_changelist")
    assert Client().post(page, {"action": "accept", "_selected_action": [row.pk]}).status_code in (302, 403)
    assert quarantined().count() == 1
    operator = signed_in(make_member("root", is_staff=True, is_superuser=True))
    shown = operator.get(page).content.decode()
    assert "moved from 40 USD to 8 USD" in shown
    assert "gpuhunt" in operator.get(sources_page).content.decode()
    operator.post(page, {"action": "accept", "_selected_action": [row.pk]})
    assert price_in("r-0") == 8
    operator.post(sources_page, {"action": "refresh", "_selected_action": ["gpuhunt"]})
    job = Job.objects.filter(state=Job.State.QUEUED).get()
    assert job.created_by is not None
    assert sent == [str(job.pk)]
    assert request_refresh("gpuhunt") == job
    form = {"action": "publish_despite_gates", "_selected_action": ["gpuhunt"]}
    said = operator.post(sources_page, form, follow=True).content.decode()
    assert "is being refreshed already, and held back if need be" in said
    assert "0 asked for" in said


def test_a_source_whose_library_is_missing_has_failed_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_name: str) -> Any:
        raise ImportError("No module named 'cloud_sdk'")

    monkeypatch.setattr("advisor.refresh.work.build", build)
    refresh_now("baidu")
    status = source_state("baidu")
    assert (status.state, status.error_code) == ("failed", "not_installed")
    assert "cloud_sdk" in status.words[0]
    assert SourceState.objects.count() == 1
