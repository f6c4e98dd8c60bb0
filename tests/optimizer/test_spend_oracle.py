"""Commitments to spend against other ways to the optimum: every number of machines, and for each every amount
that could be best, or a little simplex; written from the meaning of plans, not from the model.
"""

import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.problem import Elastic, EndOfHorizon, Horizon, Problem, RateDemand
from optimizer.reduce import reduce
from optimizer.spend import SpendPlan

from .factories import make_elastic, make_machine, make_plan, make_rate, make_reservation, two_levels
from .oracle.simplex import Program, Row
from .solving import cost

HOURS = 730.0
FEW = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
M, N = make_machine("m"), make_machine("n")
Slot = tuple[int, float, float]  # month, hours, load


def worth(problem: Problem, month: int) -> float:
    return float((1 + problem.horizon.discount_rate) ** (-month / 12))


def slots(problem: Problem) -> list[Slot]:
    """Hours of each month by load; the only workload has two levels, each half of every day."""
    (workload,) = problem.workloads
    demand = workload.demand
    assert isinstance(demand, RateDemand)
    found = []
    for month in range(problem.horizon.months):
        peak = demand.peak_per_hour * (1 + demand.growth_per_month) ** month
        for level in sorted(set(demand.shape.weekday)):
            hours = HOURS * demand.shape.weekday.count(level) / 24
            found.append((month, hours, peak * level))
    return found


def enough(problem: Problem, load: float) -> list[tuple[int, ...]]:
    """Numbers of machines of each offer that serve a load, none of them idle for want of work."""
    units = problem.workloads[0].units_per_hour
    speeds = [units[offer.machine.key] for offer in problem.elastic]
    tops = [range(math.ceil(load / speed) + 1) for speed in speeds]
    return [
        counts
        for counts in product(*tops)
        if sum(n * s for n, s in zip(counts, speeds, strict=True)) >= load - 1e-9
        and all(
            n == 0 or sum(c * s for c, s in zip(counts, speeds, strict=True)) - speeds[i] < load - 1e-9
            for i, n in enumerate(counts)
        )
    ]


def commitment_cost(problem: Problem, plan: SpendPlan, start: int) -> float:
    """Present worth of 1 an hour committed from `start`."""
    months, term = problem.horizon.months, plan.term_months
    runs_off = problem.horizon.end is EndOfHorizon.RUN_OFF
    upfront = plan.upfront_fraction * term * HOURS
    paid = upfront * worth(problem, start)
    for month in range(start, start + term):
        if month < months or runs_off:
            paid += (1 - plan.upfront_fraction) * HOURS * worth(problem, month)
    beyond = max(0, start + term - months)
    return paid - (0.0 if runs_off else upfront * beyond / term * worth(problem, months - 1))


def covered_best(problem: Problem, time: list[Slot], running: tuple[tuple[int, ...], ...]) -> float:
    """Least cost with these machines running: a linear program in money committed and machines covered."""
    program, goal = Program(), {}
    base = 0.0
    made = {
        (p, s): program.column()
        for p in range(len(problem.spend_plans))
        for s in range(problem.horizon.months)
    }
    for (p, s), column in made.items():
        goal[column] = -commitment_cost(problem, problem.spend_plans[p], s)
    for (month, hours, _), counts in zip(time, running, strict=True):
        used: dict[int, Row] = {p: {} for p in range(len(problem.spend_plans))}
        for offer, count in zip(problem.elastic, counts, strict=True):
            price = offer.price_per_hour * hours * worth(problem, month)
            base += price * count
            mine: Row = {}
            for p, plan in enumerate(problem.spend_plans):
                if count and offer.key in plan.rates:
                    column = program.column()
                    goal[column] = price
                    used[p][column] = plan.rates[offer.key]
                    mine[column] = 1.0
            if mine:
                program.at_most.append((mine, float(count)))
        for p, row in used.items():
            term = problem.spend_plans[p].term_months
            active = {made[p, s]: -1.0 for s in range(max(0, month - term + 1), month + 1)}
            if row:
                program.at_most.append((row | active, 0.0))
    return base - (program.largest(goal) or 0.0)


def searched(problem: Problem) -> float:
    """Least cost over all numbers of machines."""
    time = slots(problem)
    choices = [enough(problem, load) for _, _, load in time]
    assume(math.prod(map(len, choices)) <= 40)
    return min(covered_best(problem, time, running) for running in product(*choices))


@st.composite
def spend_plans(draw: st.DrawFn, key: str, offers: tuple[Elastic, ...]) -> SpendPlan:
    covered = draw(st.sampled_from([offers, offers, offers[:1], offers[-1:]]))
    tenths = {offer.key: draw(st.integers(3, 9)) / 10 * offer.price_per_hour for offer in covered}
    upfront = draw(st.sampled_from([0.0, 0.5, 1.0]))
    return make_plan(tenths, key=key, term=draw(st.integers(1, 4)), upfront_fraction=upfront)


@st.composite
def spending_problems(draw: st.DrawFn) -> Problem:
    """A load of two levels, one or two machines, one or two plans."""
    months = draw(st.integers(1, 3))
    offers = tuple(
        Elastic(key=f"od-{machine.key}", machine=machine, price_per_hour=float(draw(st.integers(2, 8))))
        for machine in draw(st.sampled_from([(M,), (M, N)]))
    )
    load = make_rate(
        draw(st.sampled_from([1.0, 2.0, 3.0])),
        {"m": 1.0, "n": draw(st.sampled_from([1.0, 2.0]))},
        shape=two_levels(
            draw(st.sampled_from([0.0, 0.5, 1.0])), high_hours=draw(st.sampled_from([6, 12, 18]))
        ),
        growth_per_month=draw(st.sampled_from([0.0, 0.0, 0.5])),
    )
    horizon = Horizon(
        months=months,
        discount_rate=draw(st.sampled_from([0.0, 0.1, 0.44])),
        end=draw(st.sampled_from(EndOfHorizon)),
    )
    plans = tuple(draw(spend_plans(f"sp{n}", offers)) for n in range(draw(st.integers(1, 2))))
    return Problem(horizon=horizon, workloads=(load,), elastic=offers, spend_plans=plans)


@settings(FEW, max_examples=120)
@given(spending_problems())
def test_the_solver_commits_as_trying_everything_does(problem: Problem) -> None:
    assert cost(problem) == pytest.approx(searched(problem), rel=1e-6)


@settings(FEW, max_examples=40)
@given(
    loads=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    other=st.integers(0, 2),
    rate=st.integers(2, 9),
    deeper=st.integers(2, 9),
    months=st.sampled_from([1, 12]),
)
def test_the_best_amount_is_what_whole_machines_take_in_some_hours(
    loads: list[int], other: int, rate: int, deeper: int, months: int
) -> None:
    # the load changes over the day; two kinds of machines, each with its own workload, share one plan. Cost
    # is convex and bends only where another machine is covered in some hours: try these amounts
    hours = 24 // len(loads)
    levels = tuple(load / max(loads) for load in loads for _ in range(hours))
    shape = replace(two_levels(1.0), weekday=levels, weekend=levels)
    chat = make_rate(max(loads), {"m": 1.0}, name="chat", shape=shape)
    flat = [make_rate(other, {"n": 1.0}, name="flat")] if other else []
    offers = (make_elastic("od-m", 10.0, machine=M), make_elastic("od-n", 20.0, machine=N))
    rates = {"od-m": float(rate), "od-n": 2.0 * deeper}
    horizon = Horizon(months=months)
    plan = make_plan(rates, term=12)
    problem = Problem(horizon=horizon, workloads=(chat, *flat), elastic=offers, spend_plans=(plan,))

    def bill(money: float) -> float:
        """Highest saving first, hour by hour."""
        total = money * 12 * HOURS
        for load in loads:
            rows = sorted([(rate / 10, float(rate), load, 10.0), (deeper / 10, 2.0 * deeper, other, 20.0)])
            left = money
            for _, each, count, price in rows:
                covered = min(count, left / each)
                left -= covered * each
                total += (count - covered) * price * months * HOURS / len(loads)
        return total

    amounts = {a * rate + b * 2.0 * deeper for a in range(7) for b in range(3)}
    assert cost(problem) == pytest.approx(min(map(bill, amounts)))


@settings(FEW, max_examples=20)
@given(spending_problems())
def test_nothing_is_lost_by_what_is_left_out(problem: Problem) -> None:
    # a reservation that can never win keeps nothing from being reduced; one more plan never costs more
    with_more = replace(problem, reservations=(make_reservation(price=100.0, machine=M),))
    fewer = replace(problem, spend_plans=problem.spend_plans[:1])
    whole = cost(with_more)
    assert whole == pytest.approx(cost(problem), rel=1e-6)
    assert whole <= cost(fewer) * (1 + 1e-9)
    assert cost(fewer) <= cost(replace(problem, spend_plans=())) * (1 + 1e-9)


def test_a_dear_machine_stays_where_a_plan_makes_it_cheap() -> None:
    # n costs more on demand, but 0.50 under the plan
    load = make_rate(1, {"m": 1.0, "n": 1.0})
    offers = (make_elastic("od-m", 1.0, machine=M), make_elastic("od-n", 2.0, machine=N))
    problem = Problem(horizon=Horizon(months=1), workloads=(load,), elastic=offers)
    assert [e.key for e in reduce(problem).problem.elastic] == ["od-m"]
    cheap = replace(problem, spend_plans=(make_plan({"od-n": 0.5}, term=1),))
    assert {e.key for e in reduce(cheap).problem.elastic} == {"od-m", "od-n"}
    assert cost(cheap) == pytest.approx(365.0)
    # m has as good a rate in the same plan: n is of no use any more
    both = replace(problem, spend_plans=(make_plan({"od-n": 0.5, "od-m": 0.5}, term=1),))
    assert [e.key for e in reduce(both).problem.elastic] == ["od-m"]


@pytest.mark.parametrize(
    ("plans", "left"),
    [
        # twice the rate for the same term and payment
        ([make_plan({"od-m": 0.5}, key="a"), make_plan({"od-m": 1.0}, key="b")], ["a"]),
        # the wider plan at the same rate
        ([make_plan({"od-m": 0.5, "od-n": 0.5}, key="a"), make_plan({"od-m": 0.5}, key="b")], ["a"]),
        # the wider plan is dearer for m: both
        ([make_plan({"od-m": 0.6, "od-n": 0.5}, key="a"), make_plan({"od-m": 0.5}, key="b")], ["a", "b"]),
        # no discount, or for an offer that is not there
        ([make_plan({"od-m": 2.0}, key="a"), make_plan({"gone": 0.1}, key="b")], []),
    ],
)
def test_plans_that_cannot_matter_are_left_out(plans: list[SpendPlan], left: list[str]) -> None:
    load = make_rate(1, {"m": 1.0, "n": 1.0})
    offers = (make_elastic("od-m", 2.0, machine=M), make_elastic("od-n", 2.0, machine=N))
    problem = Problem(horizon=Horizon(months=2), workloads=(load,), elastic=offers, spend_plans=tuple(plans))
    assert [plan.key for plan in reduce(problem).problem.spend_plans] == left
