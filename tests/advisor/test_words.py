"""Figures and terms as people read them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from advisor.catalog import words
from advisor.catalog.pricing import hours_of
from providers.offers import Offer, Payment, Purchase
from tests.factories import NOW, make_offer


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=5, seconds=59), "just now"),
        (timedelta(minutes=6), "6 minutes"),
        (timedelta(minutes=59, seconds=50), "54 minutes"),  # tenths of an hour, never rounded up
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=60), "60 days"),
        (timedelta(days=61), "2 months"),  # 61 x 24 / 730 = 2.005
        (timedelta(days=430), "14 months"),  # 430 x 24 / 730 = 14.1
        (timedelta(days=1461), "4 years"),
        (timedelta(seconds=-5), "just now"),
    ],
)
def test_an_age_is_told_in_the_unit_that_says_most(span: timedelta, text: str) -> None:
    assert words.age(hours_of(span)) == text
    assert words.age(hours_of(span), stale=True) == f"{text}, stale"


def test_prices_seen_just_now_are_told_in_grammar() -> None:
    assert words.old(hours_of(timedelta(0))) == "seen just now"
    assert words.old(hours_of(timedelta(days=3))) == "3 days old"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=50), "59 minutes ago"),
        (timedelta(minutes=60), "1 hour ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_ago_something_was_is_told_by_the_minute(span: timedelta, text: str) -> None:
    assert words.ago(span) == text


def test_an_unknown_age_is_a_dash() -> None:
    assert words.age(None) == "–"
    assert words.age(None, stale=True) == "–, stale"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "on demand"),
        ({"purchase": Purchase.RESERVED, "term_months": 12}, "12 months"),
        (
            {"purchase": Purchase.RESERVED, "term_months": 36, "payment": Payment.NONE},
            "36 months, no upfront",
        ),
        (
            {
                "purchase": Purchase.RESERVED,
                "term_months": 36,
                "payment": Payment.PARTIAL,
                "upfront": Decimal(1),
            },
            "36 months, part upfront",
        ),
        (
            {"purchase": Purchase.SPEND_COMMITMENT, "commitment_family": "aws-compute-sp-1y-none"},
            "rate under aws-compute-sp-1y-none",
        ),
        (
            {
                "purchase": Purchase.SPEND_COMMITMENT,
                "commitment_family": "our-sp",
                "term_months": 36,
                "payment": Payment.ALL,
            },
            "rate under our-sp, 36 months, all upfront",
        ),
        (
            {
                "purchase": Purchase.CAPACITY_BLOCK,
                "available_from": NOW,
                "available_until": NOW + timedelta(days=7),
            },
            "block 2026-11-22..2026-11-29",
        ),
        ({"purchase": Purchase.CAPACITY_BLOCK}, "capacity block"),
    ],
)
def test_terms_are_told_with_the_purchase_option(changes: dict[str, object], text: str) -> None:
    assert words.purchase(make_offer(**changes)) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [(None, "eu-central-1"), ("eu-central-1b", "eu-central-1b"), ("euc1-az2", "eu-central-1/euc1-az2")],
)
def test_a_zone_says_more_than_its_region(zone: str | None, text: str) -> None:
    assert words.place(make_offer(zone=zone)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, "–"), (Decimal("0.1667"), "0.1667"), (Decimal("80.00"), "80"), (Decimal(1024), "1,024")],
)
def test_a_quantity_has_no_idle_zeros(amount: Decimal | None, text: str) -> None:
    assert words.figure(amount) == text


def test_cheaper_things_show_more_decimals() -> None:
    assert words.places_for([Decimal(55), None, Decimal("98.3")]) == 2
    assert words.places_for([Decimal(55), Decimal("2.5")]) == 3
    assert words.places_for([Decimal("0.0364")]) == 4
    assert words.places_for([]) == 3
    assert words.price(Decimal("1234.5678"), 2) == "1,234.57"
    assert words.price(None, 2) == "–"


def test_an_accelerator_of_unknown_number_is_not_called_zero() -> None:
    assert words.accelerators(make_offer()) == "8 × H100"
    bare: Offer = make_offer(accelerator=None, accelerator_count=None, accelerator_memory_gib=None)
    assert words.accelerators(bare) == "–"
