"""With time left and too wide a gap, relaxations go on: to their very end, then on finer grids."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

from optimizer.clock import Deadline
from optimizer.highs import Effort
from optimizer.model import MONEY
from optimizer.pricing import attack as attacking
from optimizer.pricing.attack import attack
from optimizer.pricing.catalogue import read
from optimizer.pricing.grid import Grid, make_grid
from optimizer.pricing.loop import Relaxation, converge, start
from optimizer.pricing.whole import buy_whole
from optimizer.problem import Problem
from optimizer.reduce import only_useful
from optimizer.result import Status
from optimizer.solve import solve

from ..factories import make_elastic, make_machine, make_problem, make_rate, make_reservation, two_levels
from ..small_problems import small_problems
from ..solving import LongAtWork
from .test_bounds import FEW, known

EFFORT = Effort(gap=0.0, seconds=30.0)


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems are taken for large ones, with grids of one block first."""
    monkeypatch.setattr(attacking, "QUICK_PAIRS", -1)
    monkeypatch.setattr(attacking, "STEPS", ((1, 1, 5000),))
    monkeypatch.setattr(attacking, "FEWEST_BLOCKS", 1)


def two_levels_of_load() -> Problem:
    """One machine reserved for all hours, or by the hour for half of them."""
    return make_problem(
        make_rate(2.0, shape=two_levels(0.5)),
        months=2,
        elastic=(make_elastic(price=1.5),),
        reservations=(make_reservation(price=1.0),),
    )


def test_a_finer_grid_proves_what_a_mean_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the mean load 1.5 machines are reserved; in truth it is 1, and another half of the hours."""
    problem = two_levels_of_load()
    found = attack(problem, EFFORT)
    monkeypatch.setattr(attacking, "FINER", ())
    coarse = attack(problem, EFFORT)

    assert coarse.bound / MONEY == pytest.approx(1.5 * 2 * 730)
    assert found.bound / MONEY == pytest.approx((1.0 + 1.5 / 2) * 2 * 730)
    assert found.cost / MONEY == pytest.approx((1.0 + 1.5 / 2) * 2 * 730)


def test_no_finer_grid_is_asked_where_the_gap_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    grids: list[Grid] = []

    def counted(problem: Problem, months: int, blocks: int | None) -> Grid:
        grids.append(make_grid(problem, months, blocks))
        return grids[-1]

    monkeypatch.setattr(attacking, "make_grid", counted)
    attack(two_levels_of_load(), Effort(gap=0.5, seconds=30.0))
    few = len(grids)
    attack(two_levels_of_load(), EFFORT)

    assert len(grids) > 2 * few


def test_a_wide_gap_takes_one_plan_and_a_close_one_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a small catalogue the first grid leads to a plan as well, unless one percent or more is enough."""
    monkeypatch.setattr(attacking, "QUICK_PAIRS", 500)
    monkeypatch.setattr(attacking, "STEPS", ((1, 1, 5000), (1, 2, 5000)))
    rounded: list[Problem] = []
    whole = attacking._round

    def counted(problem: Problem, *others: Any) -> None:
        rounded.append(problem)
        whole(problem, *others)

    monkeypatch.setattr(attacking, "_round", counted)
    close = attack(two_levels_of_load(), EFFORT)
    assert len(rounded) == 2
    rounded.clear()
    wide = attack(two_levels_of_load(), Effort(gap=attacking.WIDE_GAP, seconds=30.0))
    assert len(rounded) == 1
    assert wide.cost / MONEY == pytest.approx(close.cost / MONEY) == pytest.approx((1.0 + 1.5 / 2) * 2 * 730)


def test_a_first_plan_that_is_proven_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load that never changes is the same on every grid."""
    monkeypatch.setattr(attacking, "QUICK_PAIRS", 500)
    monkeypatch.setattr(attacking, "STEPS", ((2, 1, 5000), (1, 1, 5000)))
    grids: list[int] = []

    def counted(problem: Problem, months: int, blocks: int | None) -> Grid:
        grids.append(months)
        return make_grid(problem, months, blocks)

    monkeypatch.setattr(attacking, "make_grid", counted)
    problem = make_problem(make_rate(2.0), months=4, elastic=(make_elastic(price=1.5),))
    found = attack(problem, Effort(gap=0.001, seconds=30.0))
    assert found.gap() <= 0.001
    assert set(grids) == {2}


@FEW
@given(small_problems())
def test_finer_grids_bound_the_optimum_and_a_plan_is_never_lost(problem: Problem) -> None:
    problem = only_useful(known(problem))
    best = solve(problem, gap=1e-9, time_limit_seconds=60)
    assume(best.status is Status.OPTIMAL)
    assert best.objective_npv is not None
    found = attack(problem, EFFORT, is_last=True)

    assert found.bound / MONEY <= best.objective_npv + 1e-6 * max(1.0, abs(best.objective_npv))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attacking, "_closer", lambda *_: None)
        finer = attack(problem, EFFORT, is_last=True)
        patch.setattr(attacking, "_finer", lambda *_: None)
        first = attack(problem, EFFORT)
    assert found.bound >= finer.bound - 1e-9 * abs(finer.bound) >= first.bound - 2e-9 * abs(first.bound)
    assert found.cost <= finer.cost <= first.cost


def test_with_time_left_purchases_come_nearer_to_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """At first any whole purchases do; then one machine is reserved, and another runs half of the hours."""
    monkeypatch.setattr(attacking, "WHOLE_GAP", 1.0)
    monkeypatch.setattr(attacking, "STEPS", ((1, 2, 5000),))
    asked: list[float] = []

    def heard(relaxation: Relaxation, *, gap: float, deadline: Deadline) -> bool:
        asked.append(gap)
        return buy_whole(relaxation, gap=gap, deadline=deadline)

    monkeypatch.setattr(attacking, "buy_whole", heard)
    problem = replace(two_levels_of_load(), workloads=(make_rate(3.7, shape=two_levels(0.4)),))
    attack(problem, Effort(gap=0.01, seconds=30.0))
    assert asked == [1.0]  # another search follows
    asked.clear()
    found = attack(problem, Effort(gap=0.01, seconds=30.0), is_last=True)
    assert asked == [1.0, pytest.approx(0.003)]
    best = solve(problem, gap=1e-9)
    assert found.cost / MONEY == pytest.approx(best.objective_npv)


def test_a_whole_search_keeps_to_its_own_time_and_begins_with_its_last_point() -> None:
    """The solver's clock adds up over relaxations, but starts anew for each search."""
    relaxation = start(read(two_levels_of_load()), make_grid(two_levels_of_load(), 1, None), Deadline())
    assert converge(relaxation, Deadline())
    lp = relaxation.master.lp
    lp.highs = LongAtWork(lp.highs)
    begun_with: list[list[float]] = []
    lp.highs.setSolution = lambda solution: begun_with.append(list(solution.col_value))
    assert lp.whole is None
    assert buy_whole(relaxation, gap=0.0, deadline=Deadline.after(7.0))
    assert lp.highs.getOptionValue("time_limit")[1] <= 7.0
    assert lp.whole is not None
    assert begun_with == []
    first = lp.whole.tolist()
    assert buy_whole(relaxation, gap=0.0, deadline=Deadline.after(7.0))
    assert begun_with[0] == first


def test_a_relaxation_stops_once_enough_is_proven() -> None:
    """Twelve machines, each cheaper than those before it: one by one they are priced in."""
    machines = [make_machine(f"m{n}") for n in range(12)]
    problem = make_problem(
        make_rate(5.0, {machine.key: 1.0 + 0.1 * n for n, machine in enumerate(machines)}),
        months=3,
        elastic=tuple(make_elastic(f"o{n}", machine=machine) for n, machine in enumerate(machines)),
        reservations=tuple(
            make_reservation(f"r{n}", 1.0 - 0.01 * n, machine=machine) for n, machine in enumerate(machines)
        ),
    )
    rounds = []
    for enough in (np.inf, -1e9):
        relaxation = start(read(problem), make_grid(problem, 1, 1), Deadline())
        relaxation.enough = enough
        assert converge(relaxation, Deadline())
        assert relaxation.bound >= min(enough, relaxation.master.lp.objective * (1 - 1e-6))
        rounds.append(relaxation.rounds)
    assert rounds[1] < rounds[0]
