"""Same plan, same prices, same answer to the byte but for times; the order of offers decides nothing."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from providers import Offer
from tests.advisor.planning_cases import PARTNER, SITE, TEAM, make_reservation, plan_data, result_of
from tests.factories import make_offer

TIMES = ("solved_in_seconds", "build_seconds", "solve_seconds")
WORK = {
    "name": "work",
    "kind": "training",
    "demand": {"unit": "accelerator_hours", "total": {"H100": 9000}},
    "gang": 16,
}


def equals() -> list[Offer]:
    """Offers of three regions at the same prices, by the hour and reserved: only their names differ."""
    regions = ("eu-central-1", "eu-west-3", "eu-north-1")
    hourly = [make_offer(region=name, max_quantity=3) for name in regions]
    small = [make_offer(region=name, instance_type="half", accelerator_count=Decimal(4),
                        price_per_hour=Decimal(25)) for name in regions]  # fmt: skip
    return [*hourly, *small, *(make_reservation(region=name, max_quantity=1) for name in regions)]


def without_times(value: Any) -> Any:
    """A result as read from JSON, without how long it took."""
    if isinstance(value, dict):
        return {name: without_times(part) for name, part in value.items() if name not in TIMES}
    return [without_times(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("limits", [{}, {"share_max": {"provider": 1.0, "country": 0.9}}])
def test_the_order_of_offers_changes_no_byte_of_the_result(limits: dict[str, Any]) -> None:
    offers = equals()
    capacity = {"sites": [SITE], "partners": [PARTNER]}
    data = plan_data(TEAM, WORK, months=3, capacity=capacity, limits=limits)
    first = json.dumps(without_times(json.loads(result_of(data, offers, baselines=True).as_json())))
    draw = random.Random(5)  # noqa: S311  any orders will do, the same every time
    for _ in range(3):
        shuffled = draw.sample(offers, len(offers))
        again = result_of(data, shuffled, baselines=True)
        assert json.dumps(without_times(json.loads(again.as_json()))) == first
