"""An offer refuses what cannot be, and its key is one with its name."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.offers import (
    MAX_PRICE_PER_HOUR,
    MIN_PRICE_PER_HOUR,
    InvalidOffer,
    Offer,
    Payment,
    PriceState,
    Purchase,
)


def make(**changes: Any) -> Offer:
    fields: dict[str, Any] = {
        "provider": "aws",
        "region": "us-east-1",
        "country": "US",
        "instance_type": "p5.48xlarge",
        "purchase": Purchase.ON_DEMAND,
        "price_per_hour": Decimal("55.04"),
        "currency": "USD",
    }
    return Offer(**(fields | changes))


RESERVED = {"purchase": Purchase.RESERVED, "term_months": 12}
SPEND = {"purchase": Purchase.SPEND_COMMITMENT}


@pytest.mark.parametrize(
    ("changes", "offer_id"),
    [
        ({}, "aws/us-east-1/p5.48xlarge/on_demand"),
        ({"zone": "us-east-1a"}, "aws/us-east-1/p5.48xlarge/on_demand@us-east-1a"),
        (RESERVED, "aws/us-east-1/p5.48xlarge/reserved/12m-none"),
        (RESERVED | {"payment": Payment.PARTIAL}, "aws/us-east-1/p5.48xlarge/reserved/12m-partial"),
        (
            SPEND | {"commitment_family": "sp-1y"},
            "aws/us-east-1/p5.48xlarge/spend_commitment/sp-1y",
        ),
        (
            SPEND | {"commitment_family": "sp-1y", "term_months": 12, "payment": Payment.NONE},
            "aws/us-east-1/p5.48xlarge/spend_commitment/sp-1y",
        ),
        (
            SPEND | {"commitment_family": "sp", "term_months": 36, "payment": Payment.ALL},
            "aws/us-east-1/p5.48xlarge/spend_commitment/sp/36m-all",
        ),
        (
            SPEND | {"commitment_family": "sp-1y", "payment": Payment.PARTIAL},
            "aws/us-east-1/p5.48xlarge/spend_commitment/sp-1y/12m-partial",
        ),
        (
            {
                "purchase": Purchase.CAPACITY_BLOCK,
                "available_from": datetime(2026, 9, 1, 11, 30, tzinfo=UTC),
                # 13:30 two hours east of Greenwich is 11:30 in UTC.
                "available_until": datetime(2026, 9, 2, 13, 30, tzinfo=timezone(timedelta(hours=2))),
            },
            "aws/us-east-1/p5.48xlarge/capacity_block/2026-09-01T1130Z..2026-09-02T1130Z",
        ),
        (
            {"purchase": Purchase.CAPACITY_BLOCK, "available_from": datetime(2026, 9, 1, tzinfo=UTC)},
            "aws/us-east-1/p5.48xlarge/capacity_block/2026-09-01T0000Z..",
        ),
    ],
)
def test_an_offer_is_named_as_the_contract_says(changes: dict[str, Any], offer_id: str) -> None:
    assert make(**changes).offer_id == offer_id
    assert make(**changes).key == offer_id.casefold()


def test_the_key_ignores_case_and_price() -> None:
    assert make(instance_type="P5.48xlarge", price_per_hour=Decimal(1)).key == make().key


def test_the_price_per_accelerator_divides_by_their_count() -> None:
    # 55.04 / 8 = 6.88
    eight = make(accelerator="H100", accelerator_count=Decimal(8))
    assert eight.price_per_accelerator_hour == Decimal("6.88")
    assert make().price_per_accelerator_hour is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_per_hour": Decimal("NaN")}, "price_per_hour"),
        ({"price_per_hour": Decimal("Infinity")}, "price_per_hour"),
        ({"price_per_hour": Decimal(0)}, "price_per_hour"),
        ({"price_per_hour": Decimal(-1)}, "price_per_hour"),
        ({"price_per_hour": Decimal("10000000.1")}, "price_per_hour"),
        ({"price_per_hour": Decimal("1e-7")}, "price_per_hour"),
        (RESERVED | {"price_per_hour": Decimal(0)}, "price_per_hour"),
        (RESERVED | {"price_per_hour": Decimal(0), "payment": Payment.ALL}, "upfront"),
        (RESERVED | {"upfront": Decimal(-1)}, "upfront"),
        (RESERVED | {"upfront": Decimal("NaN")}, "upfront"),
        (RESERVED | {"upfront": Decimal("1e13")}, "upfront"),
        ({"upfront": Decimal(5)}, "upfront"),
        ({"purchase": Purchase.RESERVED}, "term_months"),
        (RESERVED | {"term_months": 0}, "term_months"),
        (RESERVED | {"term_months": 121}, "term_months"),
        ({"purchase": Purchase.SPEND_COMMITMENT}, "commitment_family"),
        ({"accelerator": "H100"}, "accelerator_count"),
        ({"accelerator_count": Decimal(8)}, "accelerator"),
        ({"accelerator": "H100", "accelerator_count": Decimal(0)}, "accelerator_count"),
        ({"accelerator_memory_gib": Decimal("NaN")}, "accelerator_memory_gib"),
        ({"vcpus": Decimal(0)}, "vcpus"),
        ({"memory_gib": Decimal(-1)}, "memory_gib"),
        ({"local_storage_gib": Decimal(-1)}, "local_storage_gib"),
        ({"network_gbps": Decimal("Infinity")}, "network_gbps"),
        ({"interruption_fraction": Decimal("1.01")}, "interruption_fraction"),
        ({"interruption_fraction": Decimal("NaN")}, "interruption_fraction"),
        ({"min_quantity": -1}, "min_quantity"),
        ({"min_quantity": 3, "max_quantity": 2}, "max_quantity"),
        ({"observed_at": datetime(2026, 8, 31)}, "observed_at"),  # noqa: DTZ001 - naive on purpose
        ({"available_from": datetime(2026, 8, 31)}, "available_from"),  # noqa: DTZ001 - naive on purpose
        (
            {
                "available_from": datetime(2026, 9, 2, tzinfo=UTC),
                "available_until": datetime(2026, 9, 2, tzinfo=UTC),
            },
            "available_until",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidOffer) as caught:
        make(**changes)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: {caught.value.value}: ")


def test_a_missing_fact_is_none_and_never_zero() -> None:
    offer = make()
    unknown = [offer.vcpus, offer.memory_gib, offer.upfront, offer.interruption_fraction, offer.observed_at]
    assert unknown == [None] * 5
    assert offer.state is PriceState.LISTED


def identity(offer: Offer) -> tuple[str, ...]:
    """What tells offers apart, spelled out: the parts by which each purchase is sold."""
    parts = [offer.provider, offer.region, offer.instance_type, offer.purchase.value, offer.zone or ""]
    if offer.purchase is Purchase.RESERVED:
        parts += [str(offer.term_months), offer.payment or "none"]
    else:
        parts += [offer.commitment_family or ""]
    if offer.purchase is Purchase.CAPACITY_BLOCK:
        parts += [str(offer.available_from), str(offer.available_until)]
    return tuple(part.casefold() for part in parts)


@st.composite
def near_twins(draw: st.DrawFn) -> Offer:
    """Offers of so few values that equal keys are common."""
    purchase = draw(st.sampled_from(Purchase))
    window = st.none() | st.sampled_from([datetime(2026, 9, day, tzinfo=UTC) for day in (1, 2)])
    begin, end = draw(window), draw(window)
    return make(
        region=draw(st.sampled_from(["a", "A", "b"])),
        instance_type=draw(st.sampled_from(["x", "a"])),
        zone=draw(st.sampled_from([None, "a", "b"])),
        purchase=purchase,
        term_months=draw(st.sampled_from([12, 36])) if purchase is Purchase.RESERVED else None,
        payment=draw(st.none() | st.sampled_from(Payment)),
        upfront=Decimal(1) if purchase is Purchase.RESERVED else None,
        commitment_family=draw(
            st.sampled_from(["a", "b"] if purchase is Purchase.SPEND_COMMITMENT else [None, "a"])
        ),
        available_from=begin,
        available_until=end if begin is None or end is None or end > begin else None,
    )


@settings(max_examples=500)
@given(near_twins(), near_twins())
def test_two_offers_share_a_key_just_when_nothing_tells_them_apart(one: Offer, other: Offer) -> None:
    assert (one.key == other.key) == (identity(one) == identity(other))


@pytest.mark.parametrize("price", [MIN_PRICE_PER_HOUR, MAX_PRICE_PER_HOUR])
def test_the_bounds_of_a_price_are_prices(price: Decimal) -> None:
    assert make(price_per_hour=price).price_per_hour == price


def test_a_most_below_nothing_names_the_least_there_is() -> None:
    with pytest.raises(InvalidOffer, match=r"^max_quantity: -1: must be at least min_quantity \(0\)$"):
        make(max_quantity=-1)
