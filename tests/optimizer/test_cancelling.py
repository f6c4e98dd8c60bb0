"""A caller who stops, and a caller who breaks, while the solver runs."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from optimizer.clock import Deadline
from optimizer.conflicts import clashes
from optimizer.highs import Effort, run
from optimizer.matrix import Matrix
from optimizer.parallel import each
from optimizer.problem import Limits
from optimizer.result import Progress, Status
from optimizer.solve import solve
from tests.optimizer.factories import make_elastic, make_problem, make_rate


def hard(size: int = 60, rows: int = 10) -> Matrix:
    """A market split: rows of equalities over whole numbers that no solver settles in a minute."""
    random = np.random.default_rng(1)
    weights = random.integers(1, 100, (rows, size)).astype(float)
    # slack columns keep it feasible, so that the search goes on for a better point
    value = np.concatenate((weights, np.eye(rows), -np.eye(rows)), axis=1)
    columns = size + 2 * rows
    half = np.floor(weights.sum(axis=1) / 2)
    return Matrix(
        cost=np.concatenate((np.zeros(size), np.ones(2 * rows))),
        low=np.zeros(columns),
        high=np.concatenate((np.ones(size), np.full(2 * rows, np.inf))),
        whole=np.arange(columns) < size,
        offset=0.0,
        start=(np.arange(rows + 1) * columns).astype(np.int32),
        column=np.tile(np.arange(columns, dtype=np.int32), rows),
        value=value.ravel(),
        row_low=half,
        row_high=half,
    )


def after(seconds: float) -> Deadline:
    return Deadline.after(seconds)


def test_a_running_search_stops_within_a_second() -> None:
    stop = after(0.5)
    begin = time.perf_counter()
    answer = run(hard(), Effort(gap=0.0, seconds=60, cancelled=stop.passed))
    assert 0.4 < time.perf_counter() - begin < 1.5
    assert not answer.optimal


def test_a_search_that_is_stopped_before_it_begins_knows_nothing() -> None:
    answer = run(hard(), Effort(gap=0.0, seconds=60, cancelled=lambda: True))
    assert (answer.optimal, answer.infeasible, answer.values) == (False, False, None)
    assert answer.bound == -np.inf


class Enough(Exception):
    """Of the caller's own."""


def test_what_the_listener_raises_stops_the_search_and_comes_out() -> None:
    told: list[Progress] = []

    def broken(progress: Progress) -> None:
        told.append(progress)
        raise Enough

    begin = time.perf_counter()
    with pytest.raises(Enough):
        run(hard(), Effort(gap=0.0, seconds=60, progress=broken))
    assert len(told) == 1
    assert time.perf_counter() - begin < 3


def test_what_the_question_raises_comes_out_too() -> None:
    def broken() -> bool:
        if time.perf_counter() > begin + 0.2:
            raise Enough
        return False

    begin = time.perf_counter()
    with pytest.raises(Enough):
        run(hard(), Effort(gap=0.0, seconds=60, cancelled=broken))
    assert time.perf_counter() - begin < 2


def test_a_solve_that_is_stopped_at_once_is_unknown_without_a_model() -> None:
    outcome = solve(make_problem(make_rate(1.0), elastic=(make_elastic(),)), cancelled=lambda: True)
    assert (outcome.status, outcome.plan, outcome.record.columns) == (Status.UNKNOWN, None, 0)


def test_limits_that_clash_are_not_looked_for_after_the_caller_stopped() -> None:
    asked: list[None] = []

    def second_time() -> bool:
        asked.append(None)
        return len(asked) > 1

    # one machine for a month is 730 x 2, and there is nothing else
    problem = make_problem(make_rate(1.0), elastic=(make_elastic(),), limits=Limits(cash_per_month=(1000.0,)))
    assert clashes(problem) != ()
    assert clashes(problem, cancelled=second_time) == ()


def test_workers_hear_of_it_though_only_the_caller_is_asked() -> None:
    caller = threading.get_ident()
    stopped = threading.Event()
    stop = after(0.3)

    def asked() -> bool:
        if threading.get_ident() == caller and stop.passed():
            stopped.set()
        return stopped.is_set()

    begin = time.perf_counter()
    answers = list(
        each(lambda _: run(hard(), Effort(gap=0.0, seconds=20, cancelled=asked)).optimal, range(4), asked)
    )
    assert answers == [False] * 4
    assert time.perf_counter() - begin < 2


def test_the_caller_is_asked_also_while_answers_come_fast() -> None:
    asked: list[None] = []

    def question() -> bool:
        asked.append(None)
        return False

    assert list(each(lambda n: n * n, range(5), question)) == [0, 1, 4, 9, 16]
    assert len(asked) >= 5


def test_a_deadline_leaves_nothing_once_the_caller_stopped() -> None:
    assert Deadline.after(10, lambda: True).left() == 0
    assert Deadline.after(10, lambda: True).passed()
    assert 9 < Deadline.after(10).left() <= 10
    assert Deadline.after(10).within(1).left() <= 1
    assert Deadline.after(1).within(10).left() <= 1
    assert Deadline.after(-1).left() == 0


def test_the_solver_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    run(hard(), Effort(gap=0.0, seconds=1, progress=told.append))
    assert told
    assert all(first.best >= then.best for first, then in pairwise(told))
    assert told[-1].best < np.inf
