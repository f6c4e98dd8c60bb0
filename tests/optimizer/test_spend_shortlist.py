"""Many plans to spend under: pricing finds those that matter, and proves that the others do not."""

import importlib
import random
from dataclasses import replace

import pytest

from optimizer import spend_shortlist
from optimizer.build import build
from optimizer.highs import Effort, SolverAnswer, run
from optimizer.matrix import matrix_of
from optimizer.problem import EndOfHorizon, Horizon, Limits, Problem
from optimizer.reduce import reduce
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.spend_shortlist import few_plans
from optimizer.verify import verify

from .factories import make_elastic, make_machine, make_plan, make_problem, make_rate, make_work, two_levels


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spend_shortlist, "MANY", 0)


def effort() -> Effort:
    return Effort(gap=1e-9, seconds=60.0)


def relaxation(problem: Problem) -> SolverAnswer:
    return run(matrix_of(build(problem).model.lp), effort(), mip=False)


def many(seed: int, **changes: object) -> Problem:
    """Three kinds of machines and nine plans at rates that differ by chance."""
    dice = random.Random(seed)  # noqa: S311  no secret
    machines = [make_machine(f"m{n}", carbon_kg_per_hour=dice.random()) for n in range(3)]
    offers = [make_elastic(f"od{n}", dice.uniform(5, 9), machine=m) for n, m in enumerate(machines)]
    plans = [
        make_plan(
            {e.key: e.price_per_hour * dice.uniform(0.5, 0.9) for e in dice.sample(offers, 2)},
            key=f"sp{n}",
            term=dice.choice([1, 2, 4]),
            upfront_fraction=dice.choice([0.0, 0.5, 1.0]),
        )
        for n in range(9)
    ]
    loads = [
        make_rate(
            dice.uniform(5, 30),
            {m.key: dice.uniform(0.8, 1.2) for m in dice.sample(machines, 2)},
            name=f"w{n}",
            shape=two_levels(dice.choice([0.0, 0.4, 0.8])),
        )
        for n in range(2)
    ]
    problem = make_problem(
        *loads,
        make_work(5000.0, {m.key: 1.0 for m in machines}),
        horizon=Horizon(months=4, discount_rate=0.1, end=dice.choice(list(EndOfHorizon))),
        elastic=tuple(offers),
        spend_plans=tuple(plans),
    )
    return replace(problem, **changes)  # type: ignore[arg-type]  # fields of a problem


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("seed", range(8))
def test_the_relaxation_of_few_plans_is_that_of_all(seed: int) -> None:
    problem = reduce(many(seed)).problem
    found = few_plans(problem, effort)
    assert found is not None
    whole = relaxation(problem)
    assert found.bound == pytest.approx(whole.objective, rel=1e-7)
    assert relaxation(found.problem).objective == pytest.approx(whole.objective, rel=1e-7)
    assert 0 < len(found.problem.spend_plans) < len(problem.spend_plans)


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("seed", [0, 2, 3])  # with another, no plan keeps the limit
def test_bounded_cash_is_in_the_price(seed: int) -> None:
    # a little less in the dearest month than what would be paid in it; the others have room
    built = build(reduce(many(seed)).problem)
    free = run(matrix_of(built.model.lp), effort(), mip=False)
    assert free.values is not None
    paid = [
        sum(entry.flow.cash(month) * float(free.values[entry.variable.index]) for entry in built.entries)
        for month in range(4)
    ]
    limits = Limits(
        cash_per_month=tuple(0.97 * max(paid) if cash == max(paid) else 2 * cash for cash in paid)
    )
    problem = reduce(many(seed, limits=limits)).problem
    whole, found = relaxation(problem), few_plans(problem, effort)
    assert not whole.infeasible
    assert whole.objective > free.objective * (1 + 1e-6)
    assert found is not None
    assert found.bound == pytest.approx(whole.objective, rel=1e-7)


@pytest.mark.usefixtures("_few")
def test_a_machine_sold_under_plans_only_asks_for_one() -> None:
    only = make_elastic("od-n", 0.0, machine=make_machine("n"), covered_only=True)
    problem = make_problem(
        make_rate(3, {"m": 1.0, "n": 1.0}),
        elastic=(make_elastic("od-m", 5.0), only),
        spend_plans=(make_plan({"od-n": 3.0}, key="a", term=1), make_plan({"od-m": 4.0}, key="b", term=1)),
    )
    found = few_plans(problem, effort)
    assert found is not None
    assert [plan.key for plan in found.problem.spend_plans] == ["a"]
    assert found.bound * 1000 == pytest.approx(3 * 3.0 * 730)


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("limits", [Limits(), Limits(carbon_kg_total=1e9, country_share_max=1.0)])
def test_an_answer_from_few_plans_tells_the_gap_to_all(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = many(1, limits=limits)
    further = solve(problem, gap=1e-6, time_limit_seconds=60)
    monkeypatch.setattr(importlib.import_module("optimizer.solve"), "GO_ON_SHARE", 1.0)
    outcome = solve(problem, gap=1e-6, time_limit_seconds=60)
    assert outcome.plan is not None
    verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    whole = relaxation(reduce(problem).problem)
    assert outcome.record.bound == pytest.approx(whole.objective * 1000, rel=1e-6)
    assert outcome.status is Status.FEASIBLE
    assert outcome.gap is not None
    assert outcome.objective_npv is not None
    assert 0 < outcome.gap < 0.02
    assert outcome.gap == pytest.approx(1 - outcome.record.bound / outcome.objective_npv, rel=1e-6)
    # with time left, the whole problem is looked at as well
    assert further.objective_npv is not None
    assert further.objective_npv <= outcome.objective_npv + 1e-6
    assert further.record.bound > outcome.record.bound


def test_a_few_plans_are_all_modelled() -> None:
    assert few_plans(reduce(many(0)).problem, effort) is None
