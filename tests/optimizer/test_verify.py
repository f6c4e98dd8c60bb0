"""Each rule of the verifier, broken once on a plan that holds: refused, in the right words."""

import ast
import math
from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from optimizer.problem import Horizon, Limits, Problem
from optimizer.result import Plan, Run, Serve
from optimizer.timegrid import Slice, Window
from optimizer.verify import PlanRefused, verify

from .broken import TABLE, Case, Change, added, edited, limited, rebuilt, reloaded, reoffered, reshaped
from .factories import two_levels
from .judged import judged_plan, judged_problem


def refusals(problem: Problem, plan: Plan, **claims: float) -> tuple[str, ...]:
    with pytest.raises(PlanRefused) as caught:
        verify(problem, plan, **claims)
    return caught.value.problems


def test_the_plan_holds_before_it_is_broken() -> None:
    assert verify(judged_problem(), judged_plan()).npv > 0


@pytest.mark.parametrize(("change", "words"), TABLE, ids=[words for _, words in TABLE])
def test_a_broken_rule_is_named_with_its_place_and_numbers(change: Change, words: str) -> None:
    problem, plan = change(judged_problem(), judged_plan())
    assert [found for found in refusals(problem, plan) if words in found]


def test_a_plan_on_the_edge_of_all_its_limits_holds() -> None:
    edge = limited(
        capex_total=1500.0,
        cash_per_month=(4714.0, 3706.0),
        carbon_kg_total=1606.0,
        provider_share_max=0.6,
        country_share_max=1.0,
        spot_share_max=0.1,
        partner_share_max=0.1,
    )
    problem, plan = edge(judged_problem(), judged_plan())
    problem, plan = rebuilt(limit_kw=4.0, limit_racks=2.0)(problem, plan)
    problem, plan = reoffered("blocks", "b", min_quantity=1, max_quantity=1)(problem, plan)
    problem, plan = reoffered("reservations", "r", min_quantity=2, max_quantity=2)(problem, plan)
    problem, plan = reoffered("elastic", "od", window=Window(1.0, 1.5), max_quantity=1)(problem, plan)
    assert verify(problem, plan).npv == verify(judged_problem(), judged_plan()).npv


def test_spot_serves_no_more_of_the_work_done_in_a_slice_than_may_be_interrupted() -> None:
    # half of the training moves from firm machines to a second spot machine, whose half is idle: 0.5 of 1
    def case(fraction: float) -> Case:
        problem, plan = reloaded(1, interruptible_fraction=fraction)(judged_problem(), judged_plan())
        problem, plan = edited("serves", 4, machines=0.5)(problem, plan)
        return added(serves=Serve(workload="train", source="spot", slice=0, machines=0.5))(problem, plan)

    assert verify(*case(0.5)).npv > 0
    assert refusals(*case(0.4)) == (
        "workload 'train' in slice 0: spot serves 0.5 units per hour, at most 0.4 may be interrupted",
    )


def test_a_partner_owes_no_minimum_where_nobody_could_use_it() -> None:
    # no chat in month 0, and training only there: a partner used in month 0 must run, in month 1 it need not
    problem, plan = judged_problem(), judged_plan()
    problem = replace(problem, workloads=(problem.workloads[1],), limits=Limits())
    serves = tuple(serve for serve in plan.serves if serve.workload == "train")
    runs = (Run(option="partner", slice=1, quantity=1),)
    assert verify(problem, replace(plan, serves=serves, runs=runs)).npv > 0


def test_coarser_blocks_need_the_largest_load_of_their_hours() -> None:
    # the levels differ in a slice, which blocks_per_month allows; the load is that of the busiest hour
    problem, plan = reshaped(two_levels(0.5))(judged_problem(), judged_plan())
    problem = replace(problem, horizon=Horizon(months=2, blocks_per_month=1))
    assert verify(problem, plan).npv == pytest.approx(verify(judged_problem(), plan).npv)


def test_cells_may_be_listed_in_several_slices_of_different_hours() -> None:
    whole = judged_plan()
    day, night = (tuple(c for c in range(48) if (c % 24 < 12) == early) for early in (True, False))
    cut = tuple(Slice(index, 0, 0.0, 1.0, 365.0, cells) for index, cells in ((0, day), (3, night)))
    plan = replace(
        whole,
        slices=(*cut, *whole.slices[1:]),
        runs=(*whole.runs, *(replace(run, slice=3) for run in whole.runs if run.slice == 0)),
        serves=(*whole.serves, *(replace(serve, slice=3) for serve in whole.serves if serve.slice == 0)),
    )
    assert verify(judged_problem(), plan).npv == pytest.approx(verify(judged_problem(), whole).npv)


CLAIMS = [(1.0, True), (1 + 5e-7, True), (1 + 2e-6, False), (0.9, False)]


@pytest.mark.parametrize(("claimed", "holds"), CLAIMS)
def test_the_cost_claimed_must_be_the_cost_added_up(claimed: float, holds: bool) -> None:
    npv = verify(judged_problem(), judged_plan()).npv
    if holds:
        assert verify(judged_problem(), judged_plan(), objective_npv=npv * claimed).npv == npv
    else:
        (found,) = refusals(judged_problem(), judged_plan(), objective_npv=npv * claimed)
        assert found.startswith("cost: ")
        assert f"{npv:.10g} added up" in found


def test_a_claim_that_is_no_number_is_refused() -> None:
    assert refusals(judged_problem(), judged_plan(), objective_npv=math.nan)


def test_every_broken_rule_is_told_at_once() -> None:
    problem, plan = limited(capex_total=0.0, carbon_kg_total=0.0)(judged_problem(), judged_plan())
    found = refusals(problem, plan, objective_npv=1.0)
    assert [words.split(":")[0] for words in found] == ["capex_total", "carbon_kg_total", "cost"]


def test_the_verifier_shares_nothing_with_the_model_but_the_types() -> None:
    folder = Path(optimizer.__file__).parent
    files = [folder / "verify.py", *sorted((folder / "audit").glob("*.py"))]
    assert len(files) > 5
    allowed = {"problem", "gang", "survival", "result", "spend", "account", "timegrid", "risk.scenarios"}
    types = {"Slice", "Window", "DayShape", "SpendPlan", "Commitment"}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= {"math"}, path
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert node.module in {"collections", "collections.abc", "dataclasses"}, path
            if isinstance(node, ast.ImportFrom) and node.level == (2 if path.parent != folder else 1):
                assert node.module is not None
                assert node.module in allowed or node.module.startswith("audit."), path
                names = {alias.name for alias in node.names}
                assert node.module not in ("timegrid", "spend") or names <= types, path
