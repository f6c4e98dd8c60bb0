"""A refresh from the job to the ledger: what changed is published, what did not is confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.health import source_reports
from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.catalog.snapshot import current_snapshot
from advisor.jobs.services import cancel
from advisor.models import CatalogueVersion, Confirmation, Job, OfferRow, QuarantinedOffer
from advisor.refresh.queries import SourceStatus, source_state
from advisor.refresh.services import refresh_now, request_refresh
from providers.offers import Offer
from tests.advisor.fake_source import FakeSource, use
from tests.factories import make_offer

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
LONG_AGO = datetime.now(UTC).replace(microsecond=0) - 48 * HOUR
LATER = LONG_AGO + 12 * HOUR


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.ADVISOR_HOME = tmp_path
    return tmp_path


def offers(count: int = 5, *, seen: datetime = LONG_AGO, price: str = "40", **given: Any) -> list[Offer]:
    """One machine in as many regions."""
    return [
        make_offer(
            provider="lambda", region=f"r-{n}", observed_at=seen, price_per_hour=Decimal(price), **given
        )
        for n in range(count)
    ]


def run(source: FakeSource, **options: Any) -> SourceStatus:
    refresh_now(source.name, **options)
    return source_state(source.name)


def test_a_first_refresh_publishes_everything_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    status = run(source)
    assert (status.state, status.rows_seen, status.rows_taken, status.rows_changed) == ("ok", 5, 5, 5)
    assert set(current_offers().offers) == set(source.offers)
    assert status.stated_at == LONG_AGO
    assert status.words == ()
    assert status.job_id is None
    assert not source.folders[0].exists()
    assert list((home / "refresh").iterdir()) == []
    assert Job.objects.get().state == Job.State.SUCCEEDED


def test_an_unchanged_refresh_writes_no_price_and_makes_prices_younger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    run(source)
    before = list(OfferRow.objects.order_by("id").values())
    source.offers = offers(seen=LATER)
    status = run(source)
    assert (status.state, status.rows_changed, status.stated_at) == ("ok", 0, LATER)
    assert list(OfferRow.objects.order_by("id").values()) == before
    assert CatalogueVersion.everything.count() == 1
    assert {offer.observed_at for offer in current_offers().offers} == {LATER}
    assert set(current_snapshot().rows.column("observed_at").values) == {LATER}
    assert source_reports()[0].ages.oldest == LATER


def test_the_past_knows_prices_only_as_old_as_they_were_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    run(source)
    between = datetime.now(UTC)
    source.offers = offers(seen=LATER)
    run(source)
    assert {offer.observed_at for offer in current_offers(between).offers} == {LONG_AGO}
    # a run with the prices of version 1, asked for after the confirmation, knows of it
    published = CatalogueVersion.objects.get().published_at
    known = current_offers(published, known_at=datetime.now(UTC))
    assert {offer.observed_at for offer in known.offers} == {LATER}


def test_a_confirmation_is_as_old_as_the_oldest_statement_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    run(source)
    source.offers = [*offers(4, seen=LATER), *offers(5, seen=LATER - HOUR)[4:]]
    run(source)
    assert {offer.observed_at for offer in current_offers().offers} == {LATER - HOUR}


def test_a_confirmation_means_only_rows_it_can_have_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    source = use(monkeypatch, FakeSource(offers(seen=LATER)))
    run(source)
    # a sixth offer, stated long before: the confirmation of the first five does not make it younger
    source.offers = [*offers(seen=LATER), *offers(6)[5:]]
    run(source)
    seen = {offer.region: offer.observed_at for offer in current_offers().offers}
    assert seen["r-5"] == LONG_AGO
    assert seen["r-0"] == LATER


def test_changed_new_and_vanished_offers_are_written_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = use(monkeypatch, FakeSource(offers(6)))
    run(source)
    moved = [replace(offer, price_per_hour=Decimal(41)) for offer in offers(1, seen=LATER)]
    source.offers = [*moved, *offers(5, seen=LATER)[1:], *offers(7, seen=LATER)[6:]]
    status = run(source)
    assert status.rows_changed == 3
    version = CatalogueVersion.objects.get(number=2)
    assert (version.added, version.changed, version.removed, version.unchanged) == (1, 1, 1, 4)
    assert set(current_offers().offers) == set(source.offers)
    assert OfferRow.objects.count() == 8


def test_prices_of_another_source_are_replaced_row_by_row_unless_newer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older, newer, apart = offers(3, price="39")
    newer = replace(newer, observed_at=LATER + HOUR)
    publish([older, newer, replace(apart, region="elsewhere")], source="embedded", label="list")
    source = use(monkeypatch, FakeSource(offers(2, seen=LATER)))
    run(source)
    prices = {offer.region: (offer.price_per_hour, offer.observed_at) for offer in current_offers().offers}
    assert prices == {
        "r-0": (Decimal(40), LATER),
        "r-1": (Decimal(39), LATER + HOUR),
        "elsewhere": (Decimal(39), LONG_AGO),
    }


def test_an_equal_price_of_another_source_becomes_the_refreshed_sources_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(offers(1), source="embedded", label="list")
    run(use(monkeypatch, FakeSource(offers(1, seen=LATER))))
    assert OfferRow.objects.get(closed_in=None).source == "gpuhunt"


def test_of_two_statements_the_later_counts_and_else_the_cheaper(monkeypatch: pytest.MonkeyPatch) -> None:
    first = offers(1)[0]
    said = [
        replace(first, observed_at=LONG_AGO, price_per_hour=Decimal(38)),
        replace(first, observed_at=LATER, price_per_hour=Decimal(41)),
        replace(first, observed_at=LATER, price_per_hour=Decimal(40)),
        replace(first, observed_at=LATER, price_per_hour=Decimal(42)),
    ]
    source = FakeSource()
    monkeypatch.setattr(FakeSource, "parse", staticmethod(lambda _documents: iter(said)))
    status = run(use(monkeypatch, source))
    assert current_offers().offers[0].price_per_hour == 40
    assert (status.rows_seen, status.rows_taken, status.rows_refused) == (4, 1, 3)
    assert "stated twice" in status.refused[0]["reason"]


def test_a_price_of_the_future_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    future = replace(offers(1)[0], observed_at=datetime.now(UTC) + 48 * HOUR, region="r-9")
    said = [*offers(3), future]
    monkeypatch.setattr(FakeSource, "parse", staticmethod(lambda _documents: iter(said)))
    status = run(use(monkeypatch, FakeSource()))
    assert status.rows_refused == 1
    assert "lies in the future" in status.refused[0]["reason"]


def test_a_source_without_credentials_is_not_configured_and_nothing_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status = run(use(monkeypatch, FakeSource(missing="set SOME_KEY")))
    assert (status.state, status.words) == ("not_configured", ("set SOME_KEY",))
    assert Job.objects.get().state == Job.State.SUCCEEDED


def test_a_doubtful_price_waits_and_the_row_it_would_replace_grows_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    run(source)
    wrong = replace(offers(1, seen=LATER)[0], price_per_hour=Decimal(8))
    source.offers = [wrong, *offers(seen=LATER)[1:]]
    status = run(source)
    assert (status.state, status.rows_quarantined, status.waiting) == ("ok", 1, 1)
    kept = {offer.region: (offer.price_per_hour, offer.observed_at) for offer in current_offers().offers}
    assert kept["r-0"] == (Decimal(40), LONG_AGO)
    assert kept["r-1"] == (Decimal(40), LATER)
    # the old price comes back: it is stated again, and counts from then
    back = LATER + HOUR
    source.offers = offers(seen=back)
    assert run(source).waiting == 0
    assert {offer.observed_at for offer in current_offers().offers} == {back}
    assert QuarantinedOffer.objects.count() == 0


def test_held_back_prices_keep_the_last_good_ones_with_their_age(monkeypatch: pytest.MonkeyPatch) -> None:
    source = use(monkeypatch, FakeSource(offers(30)))
    run(source)
    source.offers = offers(10, seen=LATER)
    status = run(source)
    assert status.state == "held_back"
    assert status.words[0] == "lambda: 10 offers, there were 30 (at least 50%)."
    assert (status.rows_taken, status.rows_changed, status.stated_at) == (10, 0, LONG_AGO)
    assert set(current_offers().offers) == set(offers(30))
    assert run(source, despite_gates=True).state == "ok"
    assert set(current_offers().offers) == set(source.offers)


def test_one_source_has_one_open_job(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSource(offers()))
    first = request_refresh("gpuhunt")
    assert request_refresh("gpuhunt") == first
    assert request_refresh("azure") != first
    cancel(first)
    assert request_refresh("gpuhunt") != first
    assert Confirmation.objects.count() == 0


def test_a_job_ends_even_where_a_worker_was_sent_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSource(offers()))
    waiting = request_refresh("gpuhunt")
    assert refresh_now("gpuhunt").pk == waiting.pk
    assert Job.objects.get().state == Job.State.SUCCEEDED


def test_a_later_price_of_a_source_ends_the_volume_tiers_of_an_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (first, *_) = offers(1)
    tiers = [replace(first, max_quantity=7), replace(first, min_quantity=8, tier_from=8)]
    publish(tiers, source="import:mine", label="mine")
    run(use(monkeypatch, FakeSource(offers(1, seen=LONG_AGO - HOUR))))  # older: the import stays
    assert {offer.offer_id for offer in current_offers().offers} == {tier.offer_id for tier in tiers}
    run(use(monkeypatch, FakeSource(offers(1, seen=LATER, price="41"))))
    assert [(o.offer_id, o.max_quantity) for o in current_offers().offers] == [(first.offer_id, None)]
