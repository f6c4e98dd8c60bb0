"""Many scenarios: what to buy is decided with few blocks a month, then each scenario is run hour by hour.

Blocks that carry the mean load of their hours make a relaxation, as in `shortlist.py`: with whole purchases
and parts of running machines its optimum bounds the problem from below. Its purchases, kept, take every
scenario apart from the others; each is then solved on the exact grid of time. So the plan is exact in every
scenario, and the gap says what deciding on the coarse grid may have cost.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from pulp import LpVariable

from ..built import Built
from ..cases import site_cases
from ..clock import Deadline
from ..decompose import decompose
from ..highs import Effort, SolverAnswer, run
from ..index import build_index
from ..matrix import Array, Matrix, matrix_of
from ..parallel import each
from ..problem import Problem
from ..rounding import rounded_plan
from .alone import alone
from .build import BOUGHT, build_scenes

LARGE = 15_000  # triples of workload, source and slice over all scenarios; below, all is one model
MEAN_BLOCKS = 6
PART_GAP = 0.01  # of the hourly cost of one slice of one scenario
COARSE_SHARE = 0.4  # of the time, at most, for deciding what to buy
UNKNOWN = (-np.inf, np.inf)

Bought = dict[tuple[str, object], float]  # group of variables and key -> count


def is_large(problem: Problem) -> bool:
    """Whether all scenarios on the exact grid are too much for one model."""
    count = 1 if problem.risk is None else len(problem.risk.scenarios)
    return count > 1 and count * len(build_index(problem).serves) > LARGE


def coarse_answer(problem: Problem, built: Built, matrix: Matrix, effort: Effort) -> SolverAnswer:
    """A plan of `built`, the exact model of the problem, with the bound of the coarse one.

    `values` is None where the coarse grid's purchases do not serve every scenario.
    """
    deadline = Deadline.after(effort.seconds, effort.cancelled)
    found, bought = _purchases(problem, replace(effort, seconds=COARSE_SHARE * effort.seconds))
    if found.infeasible or bought is None:
        return SolverAnswer(False, found.infeasible, found.bound, np.inf, None, found.nodes)
    relaxed = _with_purchases(built, matrix, bought, effort, deadline)
    if relaxed is None:
        return SolverAnswer(False, False, found.bound, np.inf, None, found.nodes)
    cut = decompose(built, matrix)
    values = rounded_plan(built, matrix, cut, relaxed, gap=max(PART_GAP, 0.3 * effort.gap), deadline=deadline)
    if values is None:
        return SolverAnswer(False, False, found.bound, np.inf, None, found.nodes)
    cost = float(matrix.cost @ values) + matrix.offset
    bound = min(found.bound, cost)
    proven = cost - bound <= effort.gap * max(abs(cost), 1e-9) + 1e-9
    return SolverAnswer(proven, False, bound, cost, values, found.nodes)


def _purchases(problem: Problem, effort: Effort) -> tuple[SolverAnswer, Bought | None]:
    """What the coarse relaxation buys, in whole numbers."""
    if problem.risk is None:
        raise ValueError("scenarios are needed")
    coarse = build_scenes(problem, problem.risk, relax=False, mean_blocks=MEAN_BLOCKS)
    matrix = matrix_of(coarse.model.lp)
    kept = np.zeros(matrix.columns, bool)
    kept[[x.index for _, x in _bought(coarse)]] = True
    deadline = Deadline.after(effort.seconds, effort.cancelled)
    cases = site_cases(coarse, replace(matrix, whole=matrix.whole & kept), effort)
    if not cases:
        return run(matrix, replace(effort, seconds=max(1.0, deadline.left())), mip=False), None
    found = run(cases[0].matrix, replace(effort, seconds=max(1.0, deadline.left())))
    if found.values is None:
        return replace(found, infeasible=False), None
    bound = min(max(found.bound, cases[0].bound), *(case.bound for case in cases[1:]), np.inf)
    whole = np.where(matrix.whole, np.round(found.values), found.values)  # money committed is no count
    bought = {key: float(whole[x.index]) for key, x in _bought(coarse)}
    return replace(found, bound=float(bound)), bought


def _bought(built: Built) -> Iterator[tuple[tuple[str, object], LpVariable]]:
    for group in BOUGHT:
        for key, variable in getattr(built.variables, group).items():
            yield (group, key), variable


def _with_purchases(
    built: Built, matrix: Matrix, bought: Bought, effort: Effort, deadline: Deadline
) -> SolverAnswer | None:
    """Every scenario's relaxation with these purchases, put together: a point, and prices of its rows."""
    values, duals = np.zeros(matrix.columns), np.zeros(matrix.rows)
    for key, variable in _bought(built):
        values[variable.index] = bought[key]

    def relax(position: int) -> tuple[Array, list[int], SolverAnswer]:
        columns, rows, small = alone(built, matrix, values, position)
        left = replace(effort, seconds=max(1.0, deadline.left()), progress=None)
        return columns, rows, run(small, left, mip=False)

    parts = list(each(relax, range(len(built.scenes)), effort.cancelled))
    for columns, rows, answer in parts:
        if answer.values is None or answer.row_duals is None:
            return None
        values[columns] = answer.values
        duals[rows] = answer.row_duals
    if built.tail is not None:
        weight = built.tail.risk.weight_fraction
        duals[list(built.tail.rows)] = [-weight * scene.probability for scene in built.scenes]
        built.tail.settle(values)
    return SolverAnswer(False, False, *UNKNOWN, values, 0, duals, None)
