"""The order in which a problem says things decides nothing."""

from dataclasses import replace

from hypothesis import given, settings

from optimizer.problem import Problem
from optimizer.solve import solve

from .small_problems import small_problems
from .test_oracle import ALL


@settings(ALL, max_examples=40)
@given(small_problems())
def test_the_same_plan_whatever_comes_first(problem: Problem) -> None:
    turned = replace(
        problem,
        workloads=problem.workloads[::-1],
        sites=problem.sites[::-1],
        elastic=problem.elastic[::-1],
        reservations=problem.reservations[::-1],
        blocks=problem.blocks[::-1],
    )
    first, second = (solve(one, gap=0.05, time_limit_seconds=30) for one in (problem, turned))
    assert (first.status, first.gap, first.plan) == (second.status, second.gap, second.plan)
