"""The same plan by the route a careful person would take first: whole catalogue, PuLP's default solver."""

import time
from pathlib import Path

import pulp

from advisor.demand.parse import parse_plan
from advisor.planning.problem import translate
from optimizer.build import build
from optimizer.model import MONEY
from optimizer.solve import solve
from providers.reference import load

LIMIT_SECONDS = 60
GAP = 0.001


def compare(plan_file: Path) -> list[str]:
    """Two lines: ours, and PuLP with CBC over every offer, on the same problem in the same process."""
    plan = parse_plan(plan_file.read_bytes(), source=plan_file.name)
    problem = translate(plan, load().offers).problem
    begin = time.perf_counter()
    ours = solve(problem, gap=GAP, time_limit_seconds=LIMIT_SECONDS)
    seconds = time.perf_counter() - begin
    lines = [
        f"{seconds:7.2f} s  {plan_file.name}, reduced model in HiGHS: {ours.status}, "
        f"{ours.objective_npv or 0:,.0f}, gap {ours.gap or 0:.3%}, {ours.record.columns:,} columns"
    ]
    begin = time.perf_counter()
    whole = build(problem).model.lp
    whole.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=LIMIT_SECONDS, gapRel=GAP))
    seconds = time.perf_counter() - begin
    found = whole.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    cost = f"{pulp.value(whole.objective) / MONEY:,.0f}" if found else "no plan found"
    lines.append(
        f"{seconds:7.2f} s  {plan_file.name}, whole catalogue in PuLP's CBC: {cost} "
        f"(cut off at {LIMIT_SECONDS} s of solving), {len(whole.variables()):,} columns"
    )
    return lines
