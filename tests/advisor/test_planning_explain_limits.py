"""Explanations that reach their limits: sets of limits that meet, and searches that prove little."""

from dataclasses import replace
from time import perf_counter

import pytest

from advisor.planning.explain.relaxations import loosened, plan_names
from advisor.planning.explain.sensitivity import sensitivity
from advisor.planning.result_rows import Conflict
from optimizer.clock import Deadline
from optimizer.conflicts import Clash
from optimizer.explain.again import Again, Finding
from optimizer.problem import Problem
from tests.advisor.planning_cases import TEAM, case_of, make_reservation, plan_data, solved_case
from tests.factories import make_offer

DE = make_offer()  # 50 an hour


def test_a_demand_of_which_nothing_can_be_served_may_stand_in_two_sets() -> None:
    """The workload goes with the first; the second finds it gone, and limits after it keep their place."""
    plan = case_of(plan_data(TEAM, TEAM | {"name": "other"}), [DE]).plan
    clash = Clash(limit="demand", where="team", needed=1.0, available=0.0, unit="share of the load")
    row = Conflict(
        limit="workloads[0].demand",
        where="team",
        needed=1.0,
        available=0.0,
        relaxation="",
        cost_of_relaxation=None,
    )
    left = loosened(plan, row, clash)
    assert left is not None
    assert plan_names(left) == {"other"}
    assert loosened(left, row, clash) == left


@pytest.mark.parametrize(("part", "is_told"), [(0.95, True), (0.8, False)])  # proven within 5 %, and 20 %
def test_purchases_kept_have_a_cost_only_where_its_proof_is_near(part: float, is_told: bool) -> None:
    solved = solved_case(plan_data(months=3), [DE, make_reservation()])

    class Loose(Again):
        def solve(self, problem: Problem, *, close: bool = False) -> Finding | None:
            found = super().solve(problem, close=close)
            if found is None or found.npv is None or not problem.pins:
                return found
            return replace(found, bound=part * found.npv)

    again = Loose(
        solved.case.problem,
        solved.outcome,
        gap=1e-6,
        deadline=Deadline(perf_counter() + 20),
        most_seconds=20,
    )
    cases = [case for row in sensitivity(again) if row.factor == "demand" for case in (row.low, row.high)]
    assert [case.kept_npv is not None for case in cases] == [is_told] * 2
