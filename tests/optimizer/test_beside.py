"""The hardest group on a thread of its own: the same optimum, the same plan, and it ends when it shall."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings

from optimizer import fleets, groups, strategy
from optimizer.beside import Beside
from optimizer.build import build
from optimizer.clock import Deadline
from optimizer.highs import Effort, run
from optimizer.matrix import Matrix, matrix_of
from optimizer.model import MONEY
from optimizer.problem import Problem
from optimizer.result import Progress, Status
from optimizer.solve import solve

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_work,
    two_levels,
)
from .small_problems import small_problems
from .test_oracle import ALL

EFFORT = Effort(gap=0.0, seconds=30.0)


def unheard(_bound: float) -> None:
    """Nobody asks."""


def easy() -> Matrix:
    return matrix_of(build(make_problem(make_rate(1.5), elastic=(make_elastic(),))).model.lp)


def hard() -> Matrix:
    """Takes the solver minutes."""
    draw = np.random.default_rng(1)
    columns, rows = 200, 30
    return Matrix(
        cost=draw.integers(50, 100, columns).astype(float),
        offset=0.0,
        low=np.zeros(columns),
        high=np.full(columns, 9.0),
        whole=np.ones(columns, bool),
        row_low=np.full(rows, 3001.0),
        row_high=np.full(rows, np.inf),
        start=np.arange(0, (rows + 1) * columns, columns, dtype=np.int32),
        column=np.tile(np.arange(columns, dtype=np.int32), rows),
        value=draw.integers(10, 99, rows * columns).astype(float),
    )


def test_its_answer_is_the_solvers_and_its_bounds_are_heard() -> None:
    heard: list[float] = []
    with Beside(easy(), EFFORT, heard.append) as beside:
        answer = beside.answer(Deadline())
        assert beside.is_done()

    assert answer.objective == run(easy(), EFFORT).objective
    assert max(heard) <= answer.objective + 1e-9


def test_it_stops_at_the_deadline_with_what_it_has() -> None:
    begin = time.perf_counter()
    with Beside(hard(), EFFORT, unheard) as beside:
        assert not beside.is_done()
        answer = beside.answer(Deadline.after(0.5))

    assert time.perf_counter() - begin < 15
    assert not answer.optimal


def test_left_it_is_stopped_and_no_thread_stays() -> None:
    before, begin = threading.active_count(), time.perf_counter()
    with Beside(hard(), EFFORT, unheard):
        time.sleep(0.2)

    assert time.perf_counter() - begin < 15
    assert threading.active_count() == before


def test_what_is_raised_there_comes_out_here() -> None:
    def refuse(_bound: float) -> None:
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"), Beside(hard(), EFFORT, refuse):
        time.sleep(0.2)
    with pytest.raises(ZeroDivisionError), Beside(hard(), EFFORT, unheard):
        raise ZeroDivisionError


@settings(ALL, max_examples=40)
@given(small_problems())
def test_two_threads_end_where_one_does_and_always_with_the_same_plan(problem: Problem) -> None:
    whole = solve(problem, gap=1e-9, time_limit_seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strategy, "SMALL_COLUMNS", 0)
        patch.setattr(fleets, "SMALL_FLEET", 1e9)
        patch.setattr(groups, "LEAST_COLUMNS", 1)
        found, again = (solve(problem, gap=1e-9, time_limit_seconds=30, threads=2) for _ in range(2))
    assert found.status is whole.status
    assert found.plan == again.plan
    if whole.objective_npv is not None:
        assert found.objective_npv == pytest.approx(whole.objective_npv, rel=1e-6, abs=1e-6)


def test_progress_of_groups_is_told_and_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workloads that share no machine, one of them with work: none of the bounds is above the cost."""
    monkeypatch.setattr(strategy, "SMALL_COLUMNS", 0)
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    told: list[Progress] = []
    problem = make_problem(
        make_rate(2.5, {"a": 1.0}, shape=two_levels(0.3)),
        make_rate(1.5, {"b": 1.0}, name="other", shape=two_levels(0.6)),
        make_work(900.0, {"b": 1.0}),
        months=3,
        elastic=tuple(make_elastic(f"od-{k}", machine=make_machine(k)) for k in "ab"),
        reservations=tuple(make_reservation(f"r-{k}", machine=make_machine(k)) for k in "ab"),
    )
    outcome = solve(problem, gap=1e-6, time_limit_seconds=60, threads=2, progress=told.append)

    assert outcome.status is Status.OPTIMAL
    assert outcome.objective_npv is not None
    assert told
    assert 0 < max(progress.bound for progress in told) <= outcome.objective_npv * MONEY + 1e-6
