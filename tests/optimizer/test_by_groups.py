"""Groups of small fleets on two threads: the answer of one, the same every time, and errors come out."""

import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings

from optimizer import fleets, groups, strategy
from optimizer.groups import fall_apart
from optimizer.highs import run
from optimizer.model import MONEY
from optimizer.problem import Problem
from optimizer.result import Progress, Status
from optimizer.solve import solve
from tests.bench.model_instances import instance

from .factories import (
    HOURS,
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_work,
    two_levels,
)
from .small_problems import small_problems
from .test_groups import EXACT, apart, modelled
from .test_oracle import ALL


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


def test_what_is_raised_on_a_thread_comes_out_and_no_thread_stays() -> None:
    """A caller who stops by raising, once a group is solved whole."""
    before, begin, told = threading.active_count(), time.perf_counter(), list[Progress]()

    def refuse(progress: Progress) -> None:
        told.append(progress)
        if threading.current_thread() is not threading.main_thread():
            raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        solve(instance("S", 0), gap=0.0, time_limit_seconds=90, threads=2, progress=refuse)
    assert told
    assert threading.active_count() == before
    assert time.perf_counter() - begin < 60  # what is done beside stops too


@pytest.mark.parametrize(("carbon_kg", "is_felt"), [(1e6, False), (3 * HOURS, True)])
def test_one_group_is_tried_without_limits_that_its_relaxation_does_not_feel(
    monkeypatch: pytest.MonkeyPatch, carbon_kg: float, is_felt: bool
) -> None:
    """Two workloads that share a cheap machine of 1 kg an hour; four machines run."""
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    problem = apart(carbon_kg=carbon_kg)
    first = problem.workloads[0]
    shared = replace(first, units_per_hour={**first.units_per_hour, "cheap1": 1.0})
    built, matrix = modelled(replace(problem, workloads=(shared, problem.workloads[1])))
    relaxed = run(matrix, EXACT, mip=False)

    found = fall_apart(built, matrix, relaxed)

    assert (found is None) == is_felt
    if found is not None:
        bound = found.constant + sum(run(group.matrix, EXACT).bound for group in found.groups)
        assert bound == pytest.approx(run(matrix, EXACT).objective)


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
