"""What the relaxation proves is never more than the optimum, and what it finds is a plan."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer import candidates
from optimizer.clock import Deadline
from optimizer.extract import extract
from optimizer.highs import Effort
from optimizer.matrix import activity
from optimizer.model import MONEY
from optimizer.pricing.attack import attack
from optimizer.pricing.branch import Tree, best_choice, has_point, root
from optimizer.pricing.catalogue import read
from optimizer.pricing.grid import make_grid
from optimizer.pricing.loop import converge, start
from optimizer.pricing.lp import Entries
from optimizer.pricing.price import price
from optimizer.pricing.scope import knows, unservable
from optimizer.problem import Problem
from optimizer.reduce import only_useful
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.timegrid import DayShape
from optimizer.verify import verify

from ..factories import make_elastic, make_problem, make_rate, two_levels
from ..small_problems import small_problems
from ..test_oracle import ALL
from ..tier_problems import tier_problems

FEW = settings(ALL, max_examples=60)


def known(problem: Problem) -> Problem:
    """The same without the one limit that the relaxation does not know."""
    return replace(problem, limits=replace(problem.limits, cash_per_month=None))


@FEW
@given(small_problems() | tier_problems(), st.integers(1, 3), st.sampled_from([1, 2, 48]), st.booleans())
def test_every_grid_bounds_the_optimum(problem: Problem, months: int, blocks: int, first: bool) -> None:
    problem = known(problem)
    best = solve(problem, gap=1e-9, time_limit_seconds=60)
    assume(best.status is Status.OPTIMAL)
    assert best.objective_npv is not None
    relaxation = start(read(problem), make_grid(problem, months, blocks), Deadline(), first=first)
    tree = Tree(relaxation, loose=1e-5)
    tree.push(root(relaxation))
    assert best_choice(tree, Deadline()) is not None
    assert tree.bound() / MONEY <= best.objective_npv + 1e-6 * max(1.0, abs(best.objective_npv))


@FEW
@given(small_problems(), st.sampled_from([1, 48]), st.booleans())
def test_the_first_point_bounds_it_as_well(problem: Problem, blocks: int, first: bool) -> None:
    """Before anything is priced in: what is left out counts against the bound."""
    problem = known(problem)
    best = solve(problem, gap=1e-9, time_limit_seconds=60)
    assume(best.status is Status.OPTIMAL)
    assert best.objective_npv is not None
    master = start(read(problem), make_grid(problem, 1, blocks), Deadline(), first=first).master
    assert master.lp.solve(60)
    bound = (master.lp.objective + price(master).shortfall) / MONEY
    assert bound <= best.objective_npv + 1e-6 * max(1.0, abs(best.objective_npv))


@FEW
@given(small_problems(), st.sampled_from([1, 48]))
def test_work_of_servers_that_is_priced_in_leads_to_the_same_relaxation(
    problem: Problem, blocks: int
) -> None:
    problem = only_useful(known(problem))
    assume(not unservable(problem))
    catalogue, grid = read(problem), make_grid(problem, 1, blocks)
    every, priced = (start(catalogue, grid, Deadline(), first=first) for first in (True, False))
    assert converge(every, Deadline()) == converge(priced, Deadline())
    assert priced.master.lp.objective == pytest.approx(every.master.lp.objective, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("ended", [None, 0])
def test_blocks_that_are_alike_for_the_large_loads_are_joined(ended: int | None) -> None:
    """Two levels of a load of 100, at other hours two of a load of 1: with two blocks, those of the large,
    even if it is there in the first month only. What no machine serves counts for nothing.
    """
    shape = two_levels(0.5)
    night = DayShape((1.0,) * 6 + (0.1,) * 18, (1.0,) * 6 + (0.1,) * 18)
    problem = make_problem(
        make_rate(100.0, shape=shape, name="large", last_month=ended),
        make_rate(1.0, shape=night, name="small"),
        make_rate(9000.0, {"m": 0.0}, shape=night, name="unserved"),
        months=4,
        elastic=(make_elastic(),),
    )
    levels = [{shape.level(cell) for cell in block} for block in make_grid(problem, 1, 2).blocks]
    assert sorted(map(sorted, levels)) == [[0.5], [1.0]]


def test_a_program_that_grew_knows_nothing_of_what_is_new() -> None:
    """The point and the prices of the last solve hold 0 for rows and columns added since."""
    problem = make_problem(make_rate(1.0), elastic=(make_elastic(),))
    relaxation = start(read(problem), make_grid(problem, 1, 1), Deadline())
    assert not has_point(relaxation)
    assert converge(relaxation, Deadline())
    assert has_point(relaxation)
    lp = relaxation.master.lp
    row = lp.add_rows(np.zeros(1), np.ones(1))
    column = lp.add_columns(np.ones(2), np.ones(2), Entries([row], [row], [np.ones(1)]))
    assert len(lp.values) == len(lp.reduced) == lp.columns
    assert len(lp.duals) == lp.rows
    assert not lp.values[column].any()
    assert has_point(relaxation)


@FEW
@given(small_problems() | tier_problems())
def test_a_plan_it_finds_holds_and_costs_what_it_says(problem: Problem) -> None:
    problem = only_useful(known(problem))
    assume(not unservable(problem))
    found = attack(problem, Effort(gap=1e-3, seconds=30))
    assume(found.values is not None and found.built is not None)
    assert found.values is not None
    assert found.built is not None
    assert found.matrix is not None
    assert len(activity(found.matrix, found.values)) == found.matrix.rows
    verify(problem, extract(found.built, found.values), objective_npv=found.cost / MONEY)
    assert found.bound <= found.cost * (1 + 1e-6) + 1e-9


@pytest.mark.parametrize("cash", [None, (1e9,)])
def test_a_limit_it_does_not_know_is_seen(cash: tuple[float, ...] | None) -> None:
    problem = make_problem(make_rate(1.0), elastic=(make_elastic(),))
    assert knows(replace(problem, limits=replace(problem.limits, cash_per_month=cash))) is (cash is None)


def test_a_large_plan_with_a_workload_that_nothing_serves_is_proven_impossible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "LARGE", 0)
    monkeypatch.setattr(candidates, "HUGE", 0)
    served, unserved = make_rate(1.0), make_rate(1.0, {"n": 1.0}, name="search")
    problem = make_problem(served, unserved, elastic=(make_elastic(),))
    assert unservable(problem) == (unserved,)
    assert solve(problem).status is Status.INFEASIBLE
    assert solve(replace(problem, workloads=(served,))).objective_npv == pytest.approx(2 * 730)
