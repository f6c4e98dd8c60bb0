"""Which prices of AWS are rivals for one offer, and which of them is the best."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from providers.aws.places import place_of
from providers.aws.prices import Ledger, Price
from providers.offers import Payment, Purchase

FIRST, SECOND = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
ONE = Price(
    document="d",
    where="w",
    instance_type="m5.large",
    base="m5.large",
    place=place_of("eu-west-1", field="region"),
    purchase=Purchase.RESERVED,
    per_hour=Decimal("0.05"),
    currency="USD",
    term_months=12,
    payment=Payment.PARTIAL,
    upfront=Decimal(876),
)


@pytest.mark.parametrize(
    "changes",
    [
        {"place": place_of("eu-west-1a", field="zone")},
        {"place": place_of("eu-west-2", field="region")},
        {"instance_type": "ml.m5.large-Training"},
        {"purchase": Purchase.ON_DEMAND},
        {"term_months": 36},
        {"payment": Payment.ALL},
        {"family": "aws-compute-sp-1y-none"},
        {"surcharge": True},
    ],
)
def test_what_tells_offers_apart_makes_no_rivals(changes: dict[str, Any]) -> None:
    assert replace(ONE, **changes).key != ONE.key


@pytest.mark.parametrize(
    "changes",
    [
        {"per_hour": Decimal(9)},
        {"currency": "EUR"},
        {"document": "e"},
        {"observed_at": FIRST},
        {"begins": FIRST},
    ],
)
def test_what_does_not_makes_rivals(changes: dict[str, Any]) -> None:
    assert replace(ONE, **changes).key == ONE.key


def test_blocks_of_two_windows_are_no_rivals() -> None:
    block = replace(ONE, purchase=Purchase.CAPACITY_BLOCK, begins=FIRST, ends=SECOND)
    assert replace(block, begins=FIRST.replace(hour=1)).key != block.key
    assert replace(block, ends=SECOND.replace(hour=1)).key != block.key
    assert replace(block, per_hour=Decimal(9)).key == block.key


def test_upfront_money_is_spread_over_the_term_to_compare() -> None:
    assert ONE.total == Decimal("0.15")  # 0.05 + 876 / 8,760
    assert replace(ONE, term_months=36).total == Decimal("0.05") + Decimal(876) / 26280
    assert replace(ONE, upfront=None).total == Decimal("0.05")


def test_rivals_come_best_first_whatever_their_order() -> None:
    """The ordinary kind, then what was stated last, then what came into force last, then the dearer."""
    best_first = [
        replace(ONE, observed_at=SECOND, since=SECOND, note="1"),
        replace(ONE, observed_at=SECOND, since=FIRST, upfront=Decimal(1752), note="2"),
        replace(ONE, observed_at=SECOND, since=FIRST, note="3"),
        replace(ONE, observed_at=FIRST, since=SECOND, upfront=Decimal(9999), note="4"),
        replace(ONE, second_choice=1, observed_at=SECOND, since=SECOND, upfront=Decimal(9999), note="5"),
    ]
    for order in permutations(best_first):
        with closing(Ledger()) as ledger:
            for price in order:
                ledger.add(price)
            assert list(ledger.rivals()) == best_first
