"""Explanations that reach their limits: sets of limits that meet, and searches that prove little."""

from dataclasses import replace
from time import perf_counter

import pytest

from advisor.demand.plan import Plan
from advisor.planning.explain.relaxations import loosened, plan_names
from advisor.planning.explain.rules import bindings
from advisor.planning.explain.sensitivity import sensitivity
from advisor.planning.result_explain import RulePrice
from advisor.planning.result_rows import Conflict
from optimizer.clash import Clash
from optimizer.clock import Deadline
from optimizer.explain.again import Again, Finding
from optimizer.problem import Problem
from tests.advisor.planning_cases import TEAM, case_of, make_reservation, plan_data, result_of, solved_case
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
    left = loosened(plan, row, clash, before=plan)
    assert left is not None
    assert plan_names(left) == {"other"}
    assert loosened(left, row, clash, before=plan) == left


def row_of(limit: str) -> Conflict:
    return Conflict(
        limit=limit, where="", needed=None, available=None, relaxation="", cost_of_relaxation=None
    )


@pytest.mark.parametrize("parts", [(0.5, 0.75), (0.75, 0.5)])
def test_of_a_demand_in_two_sets_the_smaller_part_is_served(parts: tuple[float, float]) -> None:
    plan = case_of(plan_data(TEAM), [DE]).plan  # 8 accelerators
    left: Plan | None = plan
    for part in parts:
        clash = Clash(limit="demand", where="team", needed=1.0, available=part, unit="share of the load")
        assert left is not None
        left = loosened(left, row_of("workloads[0].demand"), clash, before=plan)
    assert left is not None
    assert left.workloads[0].demand.constant == pytest.approx(8 * 0.5, rel=1e-5)


@pytest.mark.parametrize("needs", [(0.6, 0.9), (0.9, 0.6)])
def test_a_limit_in_two_sets_gets_the_most_that_is_needed(needs: tuple[float, float]) -> None:
    plan = case_of(plan_data(TEAM, limits={"share_max": {"provider": 0.5}}), [DE]).plan
    left: Plan | None = plan
    for needed in needs:
        clash = Clash(limit="share:provider:aws", where="aws", needed=needed, available=0.5, unit="")
        assert left is not None
        left = loosened(left, row_of("limits.share_max.provider"), clash, before=plan)
    assert left is not None
    assert left.limits.share_max.provider == pytest.approx(0.9, rel=1e-5)


@pytest.mark.parametrize(("held", "gang"), [(8.0, 8), (0.0, None)])
def test_a_gang_gets_smaller_or_its_workload_goes(held: float, gang: int | None) -> None:
    training = TEAM | {"kind": "training", "gang": 16, "demand": {"unit": "accelerator_hours", "total": 10}}
    plan = case_of(plan_data(training, TEAM | {"name": "other"}), [DE]).plan
    clash = Clash(limit="gang", where="team", needed=16.0, available=held, unit="accelerators")
    left = loosened(plan, row_of("workloads[0].gang"), clash, before=plan)
    assert left is not None
    assert [load.gang for load in left.workloads if load.name == "team"] == ([gang] if gang else [])


def test_a_loss_that_cannot_be_survived_costs_what_the_plan_costs_without_it() -> None:
    """One machine of eight at 50 an hour serves all; with its provider lost nothing would be left."""
    result = result_of(plan_data(TEAM, limits={"survive_loss_of": "provider"}), [DE], explain=20.0)

    (row,) = [row for row in result.conflicts or () if row.limit == "limits.survive_loss_of"]
    assert row.cost_of_relaxation == pytest.approx(50 * 730)
    assert row.cost_note == "no loss survived"


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


def test_a_plan_without_limits_has_none_that_time_did_not_reach() -> None:
    late = RulePrice(
        limit="workloads[0].residency", where="team", rule="team stays in EU", status="not_computed"
    )
    for limits, binding in (({}, ()), ({"capex_total": 1}, None)):
        solved = solved_case(plan_data(TEAM, limits=limits), [DE])
        over = Again(
            solved.case.problem, solved.outcome, gap=1e-6, deadline=Deadline(perf_counter()), most_seconds=1
        )
        rules = (late, late.model_copy(update={"limit": "limits.capex_total"}))
        assert bindings(solved.case, over, rules) == binding


def test_the_best_plan_costs_no_more_than_purchases_kept() -> None:
    """A search that ends early may find a dearer plan than the one whose purchases are kept."""
    solved = solved_case(plan_data(months=3), [DE, make_reservation()])

    class Early(Again):
        def solve(self, problem: Problem, *, close: bool = False) -> Finding | None:
            found = super().solve(problem, close=close)
            if found is None or found.npv is None or problem.pins:
                return found
            return replace(found, npv=1.05 * found.npv, plan=None)

        def at_most(self, found: Finding) -> Finding:
            return found

    again = Early(
        solved.case.problem,
        solved.outcome,
        gap=1e-6,
        deadline=Deadline(perf_counter() + 20),
        most_seconds=20,
    )
    (demand,) = [row for row in sensitivity(again) if row.factor == "demand"]
    assert demand.low.kept_npv is not None
    assert demand.low.npv == demand.low.kept_npv
    assert demand.low.gap == pytest.approx(0, abs=1e-6)  # the bound stays
