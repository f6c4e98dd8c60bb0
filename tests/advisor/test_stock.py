"""What a plan may choose from: only offers of the accelerators it names, the same ones as by a plain pass."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.column_stock import stock
from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.catalog.snapshot import current_snapshot
from providers.offers import Offer
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def offers() -> list[Offer]:
    return [
        make_offer(),
        make_offer(accelerator="L4", accelerator_memory_gib=Decimal(24), instance_type="g6"),
        make_offer(region="us-east-1", country="US"),
        make_cpu_offer(),
    ]


def test_only_the_accelerators_asked_for_are_made_in_order_of_their_ids() -> None:
    publish(offers(), source="t", label="t")
    held, plain = stock(), current_offers()
    for names in ({"H100"}, {"L4", None}, {"H100", "L4", None, "B200"}, set[str | None]()):
        assert held.having(names) == plain.having(names)
        assert [offer.accelerator in names for offer in held.having(names)].count(False) == 0
    assert len(held.having({"H100"})) == 2
    assert (
        (held.count, held.accelerators) == (plain.count, plain.accelerators) == (4, frozenset({"H100", "L4"}))
    )
    for offer in offers():
        assert held.offer(offer.offer_id) == offer == plain.offer(offer.offer_id)
    assert held.offer("nobody/nowhere/nothing/spot") is None


def test_what_serves_now_is_not_read_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish(offers(), source="t", label="t", now=MONDAY)
    current_snapshot()
    with django_assert_num_queries(1):  # the number of the version
        assert stock().snapshot is current_snapshot_unasked()
    with django_assert_num_queries(3):  # the version then, the newest one, its number again
        assert stock(MONDAY + timedelta(days=1)).snapshot is current_snapshot_unasked()


def current_snapshot_unasked() -> object:
    from advisor.catalog import snapshot

    assert snapshot._kept is not None
    return snapshot._kept[1]


def test_the_past_is_read_as_it_was() -> None:
    publish(offers(), source="t", label="t", now=MONDAY)
    publish([make_offer(price_per_hour=Decimal(60))], source="t", label="t", now=MONDAY + timedelta(days=2))
    then = stock(MONDAY + timedelta(days=1))
    assert (then.version, then.as_of) == (1, MONDAY + timedelta(days=1))
    assert [offer.price_per_hour for offer in then.having({"H100"})] == [50, 50]
    assert [offer.price_per_hour for offer in stock().having({"H100"})] == [60, 50]
