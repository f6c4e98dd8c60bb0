"""The ledger: any past moment can be asked for, and a publication writes only what changed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.queries import current_offers, rows_of
from advisor.catalog.services import Published, Scope, publish
from advisor.errors import BadInput, CatalogueEmpty
from advisor.models import CatalogueVersion, OfferRow
from providers.offers import Offer, Payment, PriceState, Purchase
from tests.factories import SEEN, make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)


def put(
    offers: Iterable[Offer], when: datetime, scope: Scope | None = None, source: str = "test"
) -> Published:
    return publish(offers, source=source, label="test", scope=scope, now=when)


def full_offer() -> Offer:
    """Every column filled, with figures that a binary float would spoil."""
    return make_offer(
        purchase=Purchase.RESERVED,
        price_per_hour=Decimal("12.50525190378080123456789"),
        accelerator_count=Decimal("0.1667"),
        local_storage_gib=Decimal("3539.03"),
        network_gbps=Decimal("3200"),
        zone="eu-central-1a",
        term_months=12,
        payment=Payment.PARTIAL,
        upfront=Decimal("100000.07"),
        min_quantity=2,
        max_quantity=9,
        available_from=datetime(2027, 1, 1, tzinfo=UTC),
        available_until=datetime(2027, 2, 1, 11, 30, tzinfo=UTC),
        interruption_fraction=Decimal("0.05"),
        commitment_family="x",
        state=PriceState.QUOTE,
        source_url="https://example.org/a?b=c",
        note="seen „by hand“, twice",
    )


def test_an_offer_comes_back_exactly_as_it_was_given() -> None:
    offers = {full_offer(), make_cpu_offer(observed_at=None)}
    put(offers, MONDAY)
    found = current_offers().offers
    assert set(found) == offers
    assert {offer.price_per_hour.as_tuple() for offer in found} == {
        offer.price_per_hour.as_tuple() for offer in offers
    }


def test_every_column_of_an_offer_is_stored() -> None:
    # a field added to Offer but not to the ledger would come back empty
    from dataclasses import fields

    from advisor.catalog.columns import COLUMNS

    assert set(COLUMNS) == {field.name for field in fields(Offer)}
    assert set(COLUMNS) <= {field.name for field in OfferRow._meta.get_fields()}


def test_the_past_is_seen_as_it_was() -> None:
    cheap, dear = make_offer(price_per_hour=Decimal(40)), make_offer(price_per_hour=Decimal(50))
    gone = make_cpu_offer()
    put([cheap, gone], MONDAY)
    put([dear], TUESDAY, Scope(providers=frozenset({"aws"})))
    put([dear, gone], WEDNESDAY)
    assert set(current_offers(MONDAY).offers) == {cheap, gone}
    assert set(current_offers(TUESDAY - timedelta(microseconds=1)).offers) == {cheap, gone}
    assert set(current_offers(TUESDAY).offers) == {dear}
    assert set(current_offers(WEDNESDAY).offers) == set(current_offers().offers) == {dear, gone}
    assert [current_offers(day).version for day in (MONDAY, TUESDAY, WEDNESDAY)] == [1, 2, 3]


def test_before_the_first_publication_there_is_nothing_to_ask() -> None:
    with pytest.raises(CatalogueEmpty, match="holds no prices yet"):
        current_offers()
    put([make_offer()], MONDAY)
    with pytest.raises(CatalogueEmpty, match="knows nothing as of 2026-11-16 07:59") as caught:
        current_offers(MONDAY - timedelta(minutes=1))
    assert caught.value.details == ("Its first prices were published at 2026-11-16 08:00 UTC.",)


def test_only_what_changed_is_written() -> None:
    same, other = make_cpu_offer(), make_offer()
    put([same, other], MONDAY)
    done = put([same, make_offer(price_per_hour=Decimal(51)), make_offer(zone="eu-central-1b")], TUESDAY)
    assert (done.added, done.changed, done.removed, done.unchanged) == (1, 1, 0, 1)
    assert OfferRow.objects.count() == 4
    kept = OfferRow.objects.get(offer_id=same.offer_id)
    assert kept.valid_from == MONDAY
    version = CatalogueVersion.objects.get(number=2)
    assert (version.added, version.changed, version.removed, version.unchanged) == (1, 1, 0, 1)


def test_publishing_the_same_again_makes_no_version() -> None:
    put([make_offer()], MONDAY)
    done = put([make_offer()], TUESDAY)
    assert done.version == 1
    assert not done.is_new
    assert CatalogueVersion.objects.count() == 1


def test_a_row_absent_from_a_file_stays_unless_its_provider_is_replaced() -> None:
    mine, theirs = make_cpu_offer(), make_cpu_offer(provider="gcp", region="europe-west3")
    put([mine, theirs], MONDAY)
    put([make_offer()], TUESDAY)
    assert set(current_offers().offers) == {mine, theirs, make_offer()}
    put([make_offer()], WEDNESDAY, Scope(providers=frozenset({"aws"})))
    assert set(current_offers().offers) == {theirs, make_offer()}


def test_replacing_a_source_leaves_rows_of_other_sources() -> None:
    embedded, imported = make_cpu_offer(), make_offer()
    put([embedded], MONDAY, source="embedded")
    put([imported], MONDAY, source="import")
    put([make_cpu_offer(zone="b")], TUESDAY, Scope(source="embedded"), source="embedded")
    assert set(current_offers().offers) == {imported, make_cpu_offer(zone="b")}


def test_an_older_observation_does_not_replace_a_newer_one_when_asked() -> None:
    newer = make_offer(price_per_hour=Decimal(44), observed_at=SEEN + timedelta(days=1))
    put([newer], MONDAY)
    done = put([make_offer()], TUESDAY, Scope(keep_newer=True))
    assert done.unchanged == 1
    assert current_offers().offers == (newer,)


def test_a_clock_set_back_does_not_make_history_ambiguous() -> None:
    put([make_offer()], TUESDAY)
    put([make_offer(price_per_hour=Decimal(51))], MONDAY)
    first, second = CatalogueVersion.objects.order_by("number")
    assert first.published_at is not None
    assert second.published_at == first.published_at + timedelta(microseconds=1)
    assert current_offers(TUESDAY).offers == (make_offer(),)


def test_one_offer_given_twice_is_refused_whole() -> None:
    with pytest.raises(BadInput, match=r"p5\.48xlarge/on_demand: given twice"):
        put([make_cpu_offer(), make_offer(), make_offer(price_per_hour=Decimal(9))], MONDAY)
    assert OfferRow.objects.count() == CatalogueVersion.objects.count() == 0


def test_the_database_itself_refuses_a_second_current_row() -> None:
    put([make_offer()], MONDAY)
    row = OfferRow.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_failed_publication_leaves_the_old_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    put([make_offer()], MONDAY)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError("disk")

    monkeypatch.setattr("advisor.catalog.writing._insert", fail)
    with pytest.raises(IntegrityError):
        put([make_offer(price_per_hour=Decimal(51)), make_cpu_offer()], TUESDAY)
    assert current_offers().offers == (make_offer(),)
    assert CatalogueVersion.objects.count() == 1


def test_reading_the_catalogue_takes_two_queries_however_many_offers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    put([make_cpu_offer(instance_type=f"m{n}") for n in range(50)], MONDAY)
    with django_assert_num_queries(2):
        assert len(current_offers().offers) == 50


def test_a_search_by_accelerator_uses_its_index() -> None:
    plan = rows_of(1).filter(accelerator__in=["H100"], purchase__in=["spot"]).explain()
    assert "rows_by_accelerator" in plan
    beside = rows_of(1).filter(provider__in=["aws"], region__in=["x"], instance_type__in=["y"]).explain()
    assert "rows_by_machine" in beside
