"""What it is worth to plan for all scenarios: the purchases best for the plan's own figures, meeting them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from pulp import LpVariable

from ..build import build
from ..built import Built
from ..highs import Effort, SolverAnswer
from ..matrix import Matrix, matrix_of
from ..model import MONEY
from ..problem import Problem
from ..reduce import reduce
from ..result import Plan
from ..solve import solve
from ..spending import unit_of
from ..strategy import search
from .polish import polished

CERTAIN_SHARE = 0.5  # of the time, at most, for the plan of the figures as they are
NOT_FOUND = "no answer for the plan's own figures was found in time"
NO_SERVICE = "the purchases that are best for the plan's own figures cannot serve every scenario"
NOT_WEIGHED = "no answer over the scenarios was found in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """The objective over all scenarios (plan currency) of those purchases, or why there is none."""

    npv: float | None
    note: str = ""


NOT_ASKED = Unplanned(npv=None, note="not worked out: comparisons were not asked for")


def unplanned(
    problem: Problem,
    *,
    gap: float = 0.001,
    time_limit_seconds: float = 20.0,
    cancelled: Callable[[], bool] | None = None,
) -> Unplanned:
    """Solve the problem as if nothing were uncertain, keep what that buys, and run it in every scenario."""
    until = time.perf_counter() + time_limit_seconds
    certain = solve(
        replace(problem, risk=None),
        gap=gap,
        time_limit_seconds=CERTAIN_SHARE * time_limit_seconds,
        cancelled=cancelled,
    )
    if certain.plan is None:
        return Unplanned(npv=None, note=NOT_FOUND)
    built = build(_with_offers_of(problem, certain.plan))
    matrix = fixed(built, matrix_of(built.model.lp), certain.plan)

    def effort() -> Effort:
        return Effort(gap=gap, seconds=max(1.0, until - time.perf_counter()), cancelled=cancelled)

    answer: SolverAnswer = polished(built, matrix, search(built, matrix, effort()), effort())
    if answer.infeasible:
        return Unplanned(npv=None, note=NO_SERVICE)
    if answer.values is None:
        return Unplanned(npv=None, note=NOT_WEIGHED)
    return Unplanned(npv=answer.objective / MONEY)


def _with_offers_of(problem: Problem, plan: Plan) -> Problem:
    """The problem with the commitments that the plan buys, and offers by the hour that can matter."""
    reserved = {purchase.option for purchase in plan.reserved}
    blocks = {purchase.option for purchase in plan.blocks}
    money = {commitment.plan for commitment in plan.commitments}
    smaller = reduce(problem).problem
    return replace(
        smaller,
        reservations=tuple(r for r in problem.reservations if r.key in reserved),
        blocks=tuple(b for b in problem.blocks if b.key in blocks),
        spend_plans=tuple(p for p in problem.spend_plans if p.key in money or p.is_owned),
        also_cut_at=problem.availabilities(),
    )


def fixed(built: Built, matrix: Matrix, plan: Plan) -> Matrix:
    """The model with everything that is bought as in a plan."""
    v = built.variables
    counts: dict[LpVariable, float] = dict.fromkeys(_purchases(built), 0)
    for purchases, columns in ((plan.reserved, v.reserved), (plan.servers, v.servers)):
        for purchase in purchases:
            counts[columns[purchase.option, purchase.start]] += purchase.quantity
    for purchase in plan.blocks:
        counts[v.blocks[purchase.option]] += purchase.quantity
    plans = {spend.key: (p, spend) for p, spend in enumerate(built.index.problem.spend_plans)}
    for made in plan.commitments:
        p, spend = plans[made.plan]
        counts[v.committed[p, made.start]] += made.per_hour / unit_of(built.index, spend)
    for key in plan.opened:
        counts[v.opened[key]] = 1
    for kept, quantity in plan.kept.items():
        counts[v.kept[kept]] = quantity
    columns_at = np.array([variable.index for variable in counts], np.int64)
    low, high = matrix.low.copy(), matrix.high.copy()
    low[columns_at] = high[columns_at] = np.array(list(counts.values()), float)
    return replace(matrix, low=low, high=high)


def _purchases(built: Built) -> list[LpVariable]:
    v = built.variables
    return [
        x
        for group in (v.reserved, v.servers, v.blocks, v.opened, v.kept, v.committed)
        for x in group.values()
    ]
