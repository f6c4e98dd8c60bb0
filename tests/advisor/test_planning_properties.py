"""What holds for every answer, tried on random small plans of all kinds of capacity."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.planning.effort import Effort
from advisor.planning.result import Result
from advisor.planning.services import advise
from providers.offers import Offer, Payment, Purchase
from tests.advisor.planning_cases import MAX_AGE_HOURS, PARTNER, SITE, TEAM, catalogue_of, near, plan_data
from tests.factories import NOW, make_offer

EURO = "1.09"
levels = st.sampled_from([0.0, 0.3, 1.0])
days = st.tuples(levels, levels, st.just(1.0)).map(lambda three: [level for level in three for _ in range(8)])


@st.composite
def demands(draw: st.DrawFn) -> dict[str, Any]:
    day = draw(days)
    return {
        "unit": "accelerators",
        "peak": draw(st.integers(1, 30)),
        "profile": {"weekday": day, "weekend": draw(st.sampled_from([day, [0.5] * 24]))},
        "growth_per_month": draw(st.sampled_from([0.0, 0.2, -0.1])),
    }


@st.composite
def workloads(draw: st.DrawFn) -> list[dict[str, Any]]:
    load = TEAM | {
        "demand": draw(demands()),
        "headroom": draw(st.sampled_from([0.0, 0.25])),
        "interruptible_fraction": draw(st.sampled_from([0.0, 0.4])),
    }
    total = {"H100": draw(st.integers(100, 9000))}
    job = {"name": "job", "kind": "training", "demand": {"unit": "accelerator_hours", "total": total}}
    return draw(st.sampled_from([[load], [load, job], [job]]))


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    site = SITE | {"servers": [SITE["servers"][0] | {"capex": draw(st.integers(5_000, 90_000))}]}
    if draw(st.booleans()):
        site["servers"][0]["idle_power_fraction"] = 0.3
    partner = PARTNER | {"price_per_hour": draw(st.integers(5, 60)), "min_quantity": draw(st.integers(0, 2))}
    partner |= draw(st.sampled_from([{}, {"hours": [18, 6]}, {"currency": "EUR"}]))
    capacity: dict[str, Any] = {"sites": [site], "partners": [partner]}
    if draw(st.booleans()):
        capacity["owned"] = [{"offer": "own/colo/HGX", "quantity": 1, "until": "2027-02"}]
    return plan_data(
        *draw(workloads()),
        months=draw(st.integers(2, 4)),
        discount_rate=draw(st.sampled_from([0.0, 0.1])),
        end_of_horizon=draw(st.sampled_from(["run_off", "going_concern"])),
        exchange_rates={"EUR": EURO},
        limits={"carbon_price_per_tonne": draw(st.sampled_from([0, 100]))},
        capacity=capacity,
    )


@st.composite
def price_lists(draw: st.DrawFn) -> list[Offer]:
    price = Decimal(draw(st.integers(20, 80)))
    upfront = Decimal(draw(st.sampled_from([0, 3000])))
    return [
        make_offer(price_per_hour=price, currency=draw(st.sampled_from(["USD", "EUR"]))),
        make_offer(purchase=Purchase.SPOT, price_per_hour=price / 3),
        make_offer(
            purchase=Purchase.RESERVED,
            term_months=draw(st.integers(1, 6)),
            payment=Payment.PARTIAL,
            upfront=upfront,
            price_per_hour=price / 2,
        ),
    ]


def answered(data: dict[str, Any], offers: list[Offer]) -> Result:
    return advise(
        json.dumps(data).encode(),
        source="plan.yaml",
        catalogue=catalogue_of(offers),
        catalogue_version="1",
        now=NOW,
        max_age_hours=MAX_AGE_HOURS,
        effort=Effort(gap=0.02, time_limit_seconds=5, baselines=False),
    )


@pytest.mark.timeout(240)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=plans(), offers=price_lists())
def test_the_parts_of_an_answer_add_up(data: dict[str, Any], offers: list[Offer]) -> None:
    """The bill agrees with the account (or `advise` would fail); here its parts agree with each other."""
    result = answered(data, offers)
    totals = result.totals
    assert totals is not None
    assert float(totals.bill_total) == near(totals.cash, within=0.01)
    assert sum(row.cash for row in totals.by_month) == near(totals.cash)
    assert sum(row.npv for row in totals.by_kind) == near(totals.npv)
    assert sum(row.cash for row in totals.by_kind) == near(totals.cash)
    hours = {row.offer: row.instance_hours for row in result.purchases if row.instance_hours is not None}
    for offer, billed in hours.items():
        assert sum(u.instance_hours for u in result.usage if u.offer == offer) == near(billed)
    assert {usage.offer for usage in result.usage} <= {row.offer for row in result.purchases}
    assert _allocated(result, data, "cash_per_unit") == near(totals.cash, within=0.01)
    assert _allocated(result, data, "npv_per_unit") == near(totals.npv, within=0.01)
    assert Result.model_validate_json(result.as_json()) == result


def _allocated(result: Result, data: dict[str, Any], per_unit: str) -> float:
    """All unit costs times the units they are for."""
    headroom = {load["name"]: 1.0 + load.get("headroom", 0.0) for load in data["workloads"]}
    total = 0.0
    for row in result.unit_costs:
        delivered = sum(u.delivered_units for u in result.usage if u.workload == row.workload)
        total += getattr(row, per_unit) * delivered / headroom[row.workload]
    return total
