"""The snapshot: the same answers as the ledger, read once per version, never another database's."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from advisor.catalog import snapshot
from advisor.catalog.embedded import load_embedded
from advisor.catalog.listing_json import listing_json
from advisor.catalog.rows import Rows
from advisor.catalog.search import Listing, Request, search
from advisor.catalog.services import publish
from advisor.catalog.snapshot import Snapshot, current_snapshot
from advisor.catalog.snapshot_source import SnapshotSource, catalogue_source
from advisor.catalog.sorting import SORTS
from advisor.catalog.sources import LedgerSource, OfferSource
from advisor.errors import BadInput, CatalogueEmpty
from advisor.models import CatalogueVersion
from providers.offers import Payment, Purchase
from providers.rates import reference_rates
from tests.bench.capacity_queries import QUERIES
from tests.factories import NOW, make_cpu_offer, make_offer

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def ask(request: Request, source: OfferSource) -> Listing | str:
    try:
        return search(request, source, rates=reference_rates(), now=NOW, max_age_hours=24 * 90)
    except BadInput as error:
        return error.message


def ids() -> tuple[str, ...]:
    rows = current_snapshot().rows
    return tuple(rows.offer(place).offer_id for place in range(rows.count))


def prices(of: Snapshot | None = None) -> list[Decimal]:
    rows = (of or current_snapshot()).rows
    return [rows.offer(place).price_per_hour for place in range(rows.count)]


def queries() -> Iterator[Request]:
    """Every kind of condition, alone and together; every sort; pages; what is empty; what is wrong."""
    yield from QUERIES
    for sort in SORTS:
        yield Request(query="A100", sort=sort, limit=400)
        yield Request(residency=("EU", "US"), sort=f"-{sort}", offset=30)
        yield Request(query="nvidia:8", pack=True, sort=f"-{sort}", currency="EUR")
    for currency in sorted(reference_rates().rates_to_usd):
        yield Request(query="H100:8", currency=currency)
    for wrong in ({"query": "H1000"}, {"providers": ("amazn",)}, {"regions": ("eu-centrl-1",)}, {"limit": 0}):
        yield Request(**wrong)


@pytest.mark.django_db
def test_every_answer_is_that_of_the_ledger() -> None:
    load_embedded()
    publish(  # prices without a rate, without an age, and a machine under two zones
        [
            make_offer(currency="XPF", instance_type="franc"),
            make_offer(observed_at=None, instance_type="ageless", zone="a"),
            make_offer(instance_type="ageless", zone="b", purchase=Purchase.SPOT),
            make_offer(provider="Élan", region="north", accelerator="MysteryChip"),
        ],
        source="import:odd.csv",
        label="odd",
    )
    empty = 0
    for request in queries():
        ours, theirs = ask(request, SnapshotSource()), ask(request, LedgerSource())
        assert ours == theirs, request
        if isinstance(ours, Listing) and isinstance(theirs, Listing):
            assert listing_json(ours) == listing_json(theirs)
            empty += ours.empty is not None
    assert empty >= 5


@pytest.mark.django_db
def test_the_snapshot_holds_what_the_ledger_holds_to_the_digit() -> None:
    block = {
        "purchase": Purchase.CAPACITY_BLOCK,
        "available_from": NOW,
        "available_until": NOW + timedelta(microseconds=1),
    }
    held = [
        make_offer(price_per_hour=Decimal("50.00")),
        make_offer(
            purchase=Purchase.RESERVED, term_months=12, payment=Payment.PARTIAL, upfront=Decimal("1e3")
        ),
        make_offer(zone="a", price_per_hour=Decimal("50.0000000000000000001")),
        make_offer(zone="b", price_per_hour=Decimal(50), observed_at=None, note="a, b", **block),
        make_cpu_offer(),
        make_cpu_offer(region="us-east-1", zone="us-east-1a", country="US", memory_gib=None),
    ]
    publish(held, source="test", label="test")
    ours, theirs = SnapshotSource(), LedgerSource()
    rows = ours.snapshot.rows
    found = sorted((rows.offer(place) for place in range(rows.count)), key=lambda offer: offer.offer_id)
    assert [repr(offer) for offer in found] == [repr(offer) for offer in theirs.select({})]
    for offer in held:
        place = rows.place_of(offer.offer_id)
        assert place is not None
        assert rows.offer(place) == offer
        assert offer in [rows.offer(p) for p in rows.same_machine(place)]
    assert rows.place_of("aws/eu-central-1/p5.48xlarge/spot") is None
    for column in ("accelerator", "zone", "provider", "currency"):
        assert ours.values(column) == theirs.values(column)
    assert (ours.total(), ours.version, ours.as_of) == (theirs.total(), theirs.version, theirs.as_of)


@pytest.mark.django_db
def test_an_unchanged_catalogue_is_asked_only_for_its_version(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    publish([make_offer(), make_cpu_offer()], source="test", label="test")
    first = current_snapshot()
    with django_assert_num_queries(1):
        assert isinstance(ask(Request(query="H100:8", residency=("EU",)), SnapshotSource()), Listing)
    assert current_snapshot() is first


@pytest.mark.django_db
def test_a_publication_is_seen_at_once_and_the_past_stays_in_the_ledger() -> None:
    publish([make_offer()], source="test", label="test", now=MONDAY)
    assert prices() == [50]
    publish([make_offer(price_per_hour=Decimal(44))], source="test", label="test")
    assert prices() == [44]
    assert SnapshotSource().version == 2
    past = catalogue_source(MONDAY)
    assert isinstance(past, LedgerSource)
    assert past.select({})[0].price_per_hour == 50
    assert isinstance(catalogue_source(), SnapshotSource)


@pytest.mark.django_db
def test_a_catalogue_rolled_back_is_not_taken_for_the_next_of_equal_number_and_moment() -> None:
    class Undo(Exception):
        pass

    with suppress(Undo), transaction.atomic():
        publish([make_offer()], source="test", label="test", now=MONDAY)
        assert ids() == ("aws/eu-central-1/p5.48xlarge/on_demand",)
        raise Undo
    with pytest.raises(CatalogueEmpty):
        current_snapshot()
    publish([make_cpu_offer()], source="test", label="test", now=MONDAY)
    assert ids() == ("aws/eu-central-1/m7i.xlarge/on_demand",)


@pytest.mark.django_db
def test_a_publication_during_the_reading_does_not_mix_two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    publish([make_offer()], source="test", label="test", now=MONDAY)
    old = CatalogueVersion.objects.get(number=1)
    publish([make_offer(price_per_hour=Decimal(44)), make_cpu_offer()], source="test", label="test")
    read = snapshot._read(old)  # as if version 2 had come after the version was looked up
    assert (read.number, prices(read)) == (1, [Decimal(50)])


def test_while_one_thread_reads_the_others_answer_from_the_version_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = [CatalogueVersion(number=n, published_at=MONDAY + timedelta(days=n)) for n in (1, 2)]
    newest = [versions[0]]
    reading, go_on, reads = threading.Event(), threading.Event(), []

    def rows(*_about: object) -> Rows:
        reads.append(newest[0].number)
        if newest[0].number == 2:
            reading.set()
            assert go_on.wait(10)
        return Rows.of([(make_offer(), "test")])

    monkeypatch.setattr(snapshot, "version_at", lambda _as_of: newest[0])
    monkeypatch.setattr(snapshot, "_rows", rows)
    monkeypatch.setattr(snapshot, "rates_in_force", reference_rates)  # the threads have no database
    monkeypatch.setattr(snapshot, "_kept", None)
    assert current_snapshot().number == 1
    newest[0] = versions[1]
    seen: list[int] = []
    builder = threading.Thread(target=lambda: seen.append(current_snapshot().number))
    builder.start()
    assert reading.wait(10)
    assert current_snapshot().number == 1  # not blocked
    go_on.set()
    builder.join(10)
    assert seen == [2]
    assert current_snapshot().number == 2
    assert reads == [1, 2]


def test_the_first_reading_is_made_once_however_many_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    begin = threading.Barrier(4)

    def rows(*_about: object) -> Rows:
        reads.append(1)
        threading.Event().wait(0.1)
        return Rows.of([(make_offer(), "test")])

    monkeypatch.setattr(
        snapshot, "version_at", lambda _as_of: CatalogueVersion(number=1, published_at=MONDAY)
    )
    monkeypatch.setattr(snapshot, "_rows", rows)
    monkeypatch.setattr(snapshot, "rates_in_force", reference_rates)  # the threads have no database
    monkeypatch.setattr(snapshot, "_kept", None)
    seen: list[Snapshot] = []

    def one() -> None:
        begin.wait(10)
        seen.append(current_snapshot())

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(reads) == 1
    assert len(set(map(id, seen))) == 1
    assert len(seen) == 4


def test_other_rates_are_not_answered_from_the_prices_of_these() -> None:
    held = Snapshot(number=1, published_at=MONDAY, rows=Rows.of([(make_offer(currency="EUR"), "test")]))
    rates = reference_rates()
    doubled = replace(rates, rates_to_usd={**rates.rates_to_usd, "EUR": Decimal(2)})

    def price(by: Any) -> Decimal:
        listing = search(Request(), SnapshotSource(held), rates=by, now=NOW, max_age_hours=2160)
        return listing.lines[0].priced.price

    assert price(doubled) == 100
    assert price(rates) == 50 * rates.rates_to_usd["EUR"]
    assert price(doubled) == 100


def test_only_the_currencies_used_last_are_kept() -> None:
    held = Snapshot(number=1, published_at=MONDAY, rows=Rows.of([(make_offer(), "test")]))
    currencies = sorted(reference_rates().rates_to_usd)
    assert len(currencies) > 8
    for currency in currencies:
        ask(Request(currency=currency), SnapshotSource(held))
    assert held.sheets.currencies() == currencies[-8:]
