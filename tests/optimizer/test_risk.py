"""Scenarios: against newsvendors worked out by hand, every purchase tried, and plain sums of tails."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import pytest

from optimizer import InvalidProblem, PlanRefused, clashes, solve, verify
from optimizer.constraints import FAMILIES, PRICED_FAMILIES
from optimizer.problem import Horizon, Limits, Problem
from optimizer.result import Outcome, Status
from optimizer.risk import coarse
from optimizer.risk.build import BOUGHT, BY_THE_HOUR
from optimizer.risk.measure import cvar
from optimizer.risk.sampling import lognormal_strata, sampled
from optimizer.risk.scenarios import Risk, Scenario
from optimizer.risk.value import unplanned
from optimizer.variables import Variables
from tests.optimizer.factories import HOURS, make_elastic, make_rate, make_reservation, make_work
from tests.optimizer.solving import best

LOADS = (2, 3, 5, 7, 8)  # machines needed in five equally likely futures, of a plan that says 4


def risk_of(factors: tuple[float, ...], *, weight: float = 0.0, tail: float = 0.9) -> Risk:
    scenarios = tuple(Scenario(probability=1 / len(factors), demand_factors={"chat": f}) for f in factors)
    return Risk(scenarios=scenarios, weight_fraction=weight, tail_fraction=tail)


def newsvendor(price: float, reserved: float, **risk: Any) -> Problem:
    """One month of a load of 4 that may become any of LOADS; on demand at `price`, reserved at `reserved`."""
    return Problem(
        horizon=Horizon(months=1),
        workloads=(make_rate(4),),
        elastic=(make_elastic(price=price),),
        reservations=(make_reservation(price=reserved, term=1),),
        risk=risk_of(tuple(load / 4 for load in LOADS), **risk),
    )


def reserved_in(outcome: Outcome) -> int:
    assert outcome.plan is not None
    return sum(purchase.quantity for purchase in outcome.plan.reserved)


def costs_of(price: float, reserved: float, bought: int) -> list[float]:
    """What each future costs with so many machines reserved, in order of load."""
    return [HOURS * (reserved * bought + price * max(0, load - bought)) for load in LOADS]


@pytest.mark.parametrize(
    ("price", "reserved", "quantile"),
    [(2.0, 1.5, 3), (2.0, 0.9, 5), (2.0, 0.7, 7), (2.0, 0.3, 8), (2.0, 1.7, 2)],
)
def test_reserves_the_quantile_at_the_critical_ratio(price: float, reserved: float, quantile: int) -> None:
    """A machine more pays while P(load >= q) x price exceeds its reservation: P >= 0.2, 0.4, 0.6, 0.8, 1."""
    problem = newsvendor(price, reserved)
    outcome = solve(problem, gap=1e-9)
    assert reserved_in(outcome) == quantile
    assert outcome.objective_npv == pytest.approx(sum(costs_of(price, reserved, quantile)) / 5)
    assert outcome.plan is not None
    account = verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    assert [one.npv for one in account.scenarios] == pytest.approx(costs_of(price, reserved, quantile))


@pytest.mark.parametrize("weight", [0.3, 1.0])
@pytest.mark.parametrize("tail", [0.0, 0.5, 0.7, 0.8, 0.95])
def test_weighs_the_tail_as_every_purchase_tried_does(weight: float, tail: float) -> None:
    def measured(bought: int) -> float:
        costs = sorted(costs_of(2.0, 1.5, bought), reverse=True)
        left, worst = Fraction(str(1 - tail)).limit_denominator(1000), Fraction(0)
        for cost in costs:  # a fifth of probability each; the last one counts in part
            part = min(left, Fraction(1, 5))
            worst, left = worst + part * Fraction(cost), left - part
        mean = worst / Fraction(str(1 - tail)).limit_denominator(1000)
        return (1 - weight) * sum(costs) / 5 + weight * float(mean)

    problem = newsvendor(2.0, 1.5, weight=weight, tail=tail)
    outcome = solve(problem, gap=1e-9)
    assert outcome.objective_npv == pytest.approx(min(measured(bought) for bought in range(12)))
    assert measured(reserved_in(outcome)) == pytest.approx(outcome.objective_npv)
    assert outcome.plan is not None
    account = verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    expected = sum(one.npv for one in account.scenarios) / 5
    assert account.npv == pytest.approx(expected + account.risk_charge)
    assert [one.npv for one in account.scenarios] == pytest.approx(costs_of(2.0, 1.5, reserved_in(outcome)))


def test_more_weight_on_the_worst_never_buys_less_cover() -> None:
    bought = [
        reserved_in(solve(newsvendor(2.0, 1.5, weight=w, tail=0.8), gap=1e-9)) for w in (0, 0.3, 0.6, 1)
    ]
    assert bought == sorted(bought)
    assert bought[0] < bought[-1] == 8


def test_prices_move_on_demand_and_spot_but_not_partners() -> None:
    """A load of 1: on demand at 1 x 0.5 or 1 x 1.5 against a partner at 0.9: (0.5 + 0.9) / 2 an hour."""
    risk = Risk(
        scenarios=(Scenario(probability=0.5, price_factor=0.5), Scenario(probability=0.5, price_factor=1.5))
    )
    offers = (make_elastic(price=1.0), make_elastic("p", 0.9, partner=True))
    problem = Problem(horizon=Horizon(months=1), workloads=(make_rate(1),), elastic=offers, risk=risk)
    assert best(problem).objective_npv == pytest.approx(HOURS * 0.7)


def test_one_scenario_of_no_spread_is_the_plan_without_risk() -> None:
    problem = newsvendor(2.0, 1.0)
    scenarios = sampled(["chat"], count=20, demand_sigma=0.0, price_sigma=0.0)
    assert scenarios == (Scenario(probability=1.0),)
    for weight in (0.0, 1.0):
        certain = replace(problem, risk=Risk(scenarios=scenarios, weight_fraction=weight))
        assert best(certain).objective_npv == pytest.approx(4 * HOURS)
    assert best(replace(problem, risk=None)).objective_npv == pytest.approx(4 * HOURS)


def test_limits_hold_in_every_scenario() -> None:
    """13 an hour are enough for the load of 8 with 6 or more reserved: 1.5 q + 2 (8 - q) <= 13."""
    problem = replace(newsvendor(2.0, 1.5), limits=Limits(cash_per_month=(HOURS * 13.0,)))
    outcome = best(problem)
    assert reserved_in(outcome) == 6
    assert outcome.objective_npv == pytest.approx(sum(costs_of(2.0, 1.5, 6)) / 5)


def test_an_amount_of_work_is_done_in_every_scenario() -> None:
    work = replace(make_work(HOURS * 2), name="chat")
    problem = replace(newsvendor(2.0, 1.5), workloads=(work,), reservations=(), risk=risk_of((0.5, 1.5)))
    assert best(problem).objective_npv == pytest.approx(HOURS * (2 * 1 + 2 * 3) / 2)


def test_the_scenario_that_cannot_be_served_is_named() -> None:
    problem = newsvendor(2.0, 1.5)
    few = replace(
        problem,
        elastic=(make_elastic(price=2.0, max_quantity=3),),
        reservations=(make_reservation(price=1.5, term=1, max_quantity=3),),
    )
    assert solve(few).status is Status.INFEASIBLE
    (clash,) = clashes(few)
    assert (clash.limit, clash.where, clash.scenario) == ("demand", "chat", 4)
    assert clash.available == pytest.approx(6 / 8)


def test_what_planning_is_worth_by_hand() -> None:
    """4 machines are best for the load of 4: over all loads (30 + 16) / 5 an hour, 3 cost (22.5 + 22) / 5."""
    problem = newsvendor(2.0, 1.5)
    alone = unplanned(problem, gap=1e-9).npv
    assert alone == pytest.approx(HOURS * 46 / 5)
    assert best(problem).objective_npv == pytest.approx(HOURS * 44.5 / 5)


def test_purchases_that_cannot_serve_every_scenario_have_no_value() -> None:
    problem = replace(newsvendor(2.0, 1.5), elastic=(make_elastic(price=2.0, max_quantity=3),))
    found = unplanned(problem)
    assert (found.npv, found.note.split()[-3:]) == (None, ["serve", "every", "scenario"])


def test_the_coarse_grid_gives_the_same_plan_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """One level in all hours: means lose nothing, so plan and proof are those of the exact grid."""
    for weight in (0.0, 0.5):
        problem = newsvendor(2.0, 1.5, weight=weight, tail=0.8)
        exact = best(problem)
        with monkeypatch.context() as patch:
            patch.setattr(coarse, "LARGE", 0)
            rough = best(problem)
        assert rough.objective_npv == pytest.approx(exact.objective_npv)
        assert rough.status is Status.OPTIMAL


def test_strata_are_means_of_a_lognormal_and_average_to_one() -> None:
    """Against a fine numerical mean over each stratum."""
    sigma, count, steps = 0.4, 5, 20_000
    normal = NormalDist()
    for k, mean in enumerate(lognormal_strata(count, sigma)):
        grid = [(k + (s + 0.5) / steps) / count for s in range(steps)]
        fine = sum(math.exp(sigma * normal.inv_cdf(u) - sigma**2 / 2) for u in grid) / steps
        assert mean == pytest.approx(fine, rel=1e-3)
    assert sum(lognormal_strata(20, 0.9)) / 20 == pytest.approx(1.0, abs=1e-12)


def test_scenarios_are_the_same_each_time_and_hardly_correlated() -> None:
    names = ["a", "b", "c"]
    found = sampled(names, count=20, demand_sigma=0.25, price_sigma=0.15)
    assert found == sampled(names, count=20, demand_sigma=0.25, price_sigma=0.15)
    strata = list(lognormal_strata(20, 0.25))
    for name in names:
        assert sorted(s.demand_factors[name] for s in found) == strata
    assert [s.demand_factors["a"] for s in found] == strata
    columns = [[s.demand_factors[n] for s in found] for n in names] + [[s.price_factor for s in found]]
    ranks = [[sorted(column).index(x) - 9.5 for x in column] for column in columns]
    for one, other in pairwise(ranks):
        assert abs(sum(a * b for a, b in zip(one, other, strict=True))) / 665 < 0.25


def test_the_tail_takes_a_scenario_in_part() -> None:
    """The dearest 0.25 of three thirds is all of the dearest; 0.5 is it and half of the next."""
    thirds = [1 / 3] * 3
    assert cvar([1.0, 4.0, 10.0], thirds, 0.75) == pytest.approx(10.0)
    assert cvar([1.0, 4.0, 10.0], thirds, 0.5) == pytest.approx((10 / 3 + 4 / 6) / 0.5)
    assert cvar([1.0, 4.0, 10.0], thirds, 0.0) == pytest.approx(5.0)


def test_the_verifier_judges_each_scenario() -> None:
    problem = newsvendor(2.0, 1.5)
    plan = best(problem).plan
    assert plan is not None
    hourly = list(plan.scenarios)
    hourly[4] = replace(hourly[4], runs=())
    with pytest.raises(PlanRefused, match="scenario 4: od in slice 0"):
        verify(problem, replace(plan, scenarios=tuple(hourly)))
    with pytest.raises(PlanRefused, match="4 in the plan, 5 in the problem"):
        verify(problem, replace(plan, scenarios=plan.scenarios[1:]))


def test_scenarios_that_are_none_are_refused() -> None:
    problem = newsvendor(2.0, 1.5)
    scenarios = (
        Scenario(probability=0.5, demand_factors={"chat": 0.0, "other": 1.0}),
        Scenario(probability=0.4, price_factor=-1.0),
    )
    wrong = Risk(scenarios=scenarios, weight_fraction=2.0, tail_fraction=1.0)
    with pytest.raises(InvalidProblem) as caught:
        solve(replace(problem, risk=wrong))
    assert [fault.split(": ")[0] for fault in caught.value.faults] == [
        "risk.weight_fraction",
        "risk.tail_fraction",
        "risk.scenarios",
        "risk.scenarios[0].demand_factors['chat']",
        "risk.scenarios[0].demand_factors",
        "risk.scenarios[1].price_factor",
    ]


def test_every_variable_and_family_has_its_stage() -> None:
    """A new group of variables, or family, must say whether it is decided before the scenario is known."""
    rows = {"outages", "cash_rows", "cover_rows"}
    groups = set(Variables.__dataclass_fields__) - {"created", *rows}
    assert groups == {*BOUGHT, *BY_THE_HOUR}
    known = {"demand", "work", "capacity", "held", "in_use", "quantity", "sites", "staff", "partner"}
    known |= {"interruption", "shares", "cover", "capex", "cash", "carbon"}
    known |= {"gang", "survival", "spend", "pins", "linking", "presence"}
    assert {*FAMILIES, *PRICED_FAMILIES} == known
