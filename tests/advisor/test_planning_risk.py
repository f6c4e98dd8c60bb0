"""A plan with risk: its result re-added by hand, told in words, drawn, and impossible."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.planning.charts import risk_chart
from advisor.planning.result import Result
from advisor.planning.risk_words import scenario_words
from advisor.planning.summary import summary
from tests.advisor.planning_cases import TEAM, make_reservation, near, plan_data, result_of
from tests.factories import NOW, make_offer

HOURS = 730.0
RISK: dict[str, Any] = {"scenarios": 4, "demand_sigma": 0.5, "price_sigma": 0.2, "weight": 0.5, "tail": 0.6}
LOAD = {**TEAM, "demand": {"unit": "accelerators", "constant": 64}, "headroom": 0.25}
OFFERS = [
    make_offer(price_per_hour=Decimal(16)),
    make_reservation(price_per_hour=Decimal(9), upfront=Decimal(730)),
]


@pytest.fixture(scope="module")
def result() -> Result:
    return result_of(plan_data(LOAD, months=3, risk=RISK), OFFERS, baselines=True)


def test_each_scenario_costs_what_its_machines_do(result: Result) -> None:
    """80 accelerators by 8, times the factor, in whole machines: reserved first, the rest at its price."""
    assert result.risk is not None
    reserved = sum(row.quantity for row in result.purchases if row.purchase == "reserved")
    for scenario in result.risk.scenarios:
        machines = -(-10 * scenario.demand_factors["team"] // 1)
        hourly = max(0.0, machines - reserved) * 16 * scenario.price_factor
        assert scenario.npv == near(reserved * (730 + 9 * 3 * HOURS) + hourly * 3 * HOURS, within=1e-3)
        assert scenario.cash == near(scenario.npv, within=1e-3)
        assert scenario.most_cash_in_a_month == near(
            reserved * (730 + 9 * HOURS) + hourly * HOURS, within=1e-3
        )


def test_sums_are_means_and_the_worst_count_as_asked(result: Result) -> None:
    risk, totals = result.risk, result.totals
    assert risk is not None
    assert totals is not None
    costs = sorted((scenario.npv for scenario in risk.scenarios), reverse=True)
    worst = (0.25 * costs[0] + 0.15 * costs[1]) / 0.4
    assert risk.expected_npv == near(sum(costs) / 4)
    assert risk.cvar_npv == near(worst)
    assert (risk.best_npv, risk.worst_npv) == (costs[-1], costs[0])
    assert result.objective_npv == near(0.5 * sum(costs) / 4 + 0.5 * worst)
    assert totals.npv == near(result.objective_npv or 0.0)
    assert totals.cash == near(sum(costs) / 4)
    assert float(totals.bill_total) == near(totals.cash, within=0.01)
    assert totals.risk_charge == near(totals.npv - totals.cash)
    assert sum(row.npv for row in totals.by_kind) == near(totals.npv)
    assert sum(row.cash for row in totals.by_month) == near(totals.cash)
    assert sum(row.cash for row in result.purchases) == near(totals.cash)


def test_what_is_delivered_is_the_demand_on_average(result: Result) -> None:
    """Factors average to 1, so usage adds up to the plan's own demand: 64 × 1.25 for three months."""
    assert sum(row.delivered_units for row in result.usage) == near(80 * 3 * HOURS, within=1e-3)


def test_no_strategy_and_no_certainty_beats_the_answer(result: Result) -> None:
    assert result.risk is not None
    assert all(row.regret_npv is None or row.regret_npv > -1e-3 for row in result.baselines)
    assert any(row.regret_npv is not None and row.regret_npv > 1 for row in result.baselines)
    assert result.risk.value_of_planning_npv is not None
    assert result.risk.value_of_planning_npv >= -1e-3
    assert result.objective_npv is not None
    assert result.risk.unplanned_npv == near(result.objective_npv + result.risk.value_of_planning_npv)


def test_text_and_chart_have_the_figures_of_the_result(result: Result) -> None:
    assert result.risk is not None
    text = "\n".join(summary(result, now=NOW))
    for figure in (result.risk.expected_npv, result.risk.cvar_npv, result.risk.worst_npv):
        assert f"{figure:,.0f} USD NPV" in text
    assert "mean of the worst 40 %" in text
    assert "charge for risk" in text
    chart = risk_chart(result)
    assert chart["series"][0]["values"] == sorted(scenario.npv for scenario in result.risk.scenarios)
    assert [mark["y"] for mark in chart["marks"]] == [result.risk.expected_npv, result.risk.cvar_npv]


def test_without_comparisons_the_value_of_planning_is_not_worked_out() -> None:
    found = result_of(plan_data(LOAD, months=3, risk=RISK), OFFERS)
    assert found.risk is not None
    assert (found.risk.unplanned_npv, found.risk.value_of_planning_npv) == (None, None)
    assert "not asked for" in found.risk.value_note


def test_the_same_plan_has_the_same_answer(result: Result) -> None:
    again = result_of(plan_data(LOAD, months=3, risk=RISK), OFFERS, baselines=True)
    assert again.model_dump(exclude={"solved_in_seconds", "solver"}) == result.model_dump(
        exclude={"solved_in_seconds", "solver"}
    )


def test_no_spread_is_the_plan_without_risk() -> None:
    certain = result_of(plan_data(LOAD, months=3), OFFERS)
    none = result_of(plan_data(LOAD, months=3, risk={"scenarios": 20}), OFFERS)
    assert none.objective_npv == near(certain.objective_npv or 0.0)
    assert (certain.risk, len(none.risk.scenarios) if none.risk else 0) == (None, 1)
    assert none.purchases == certain.purchases
    assert none.usage == certain.usage


def test_an_impossible_scenario_is_named_with_its_figures() -> None:
    """15 machines of 8 are 120 accelerators, enough for the plan's 80 but not for the largest quarter's."""
    few = [make_offer(price_per_hour=Decimal(16), max_quantity=15)]
    found = result_of(plan_data(LOAD, months=1, risk=RISK), few)
    assert found.status == "infeasible"
    assert found.conflicts is not None
    (row,) = found.conflicts
    factor = float(row.relaxation.split("in the scenario with ")[1].split(" times the demand of team")[0])
    assert 80 * factor > 15 * 8
    assert row.available == near(15 * 8 / (80 * factor), within=0.01)
    assert f"team needs {80 * factor:,.0f} H100" in row.relaxation


def test_a_scenario_in_words() -> None:
    assert scenario_words({"chat": 1.634, "flat": 1.0}, 1.0) == "1.63 times the demand of chat"
    three = scenario_words({"chat": 0.5, "flat": 2.0}, 1.1)
    assert three.startswith("0.50 times the demand of chat, 2.00 times the demand of flat and 1.10 times the")
    assert scenario_words({}, 1.0) == ""
