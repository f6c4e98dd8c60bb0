"""The last step of a solve with a weight on risk: every scenario at its own least cost.

Cost in a scenario that is neither in the tail nor weighed otherwise hardly moves the objective, so a solver
may leave it anywhere. With what is bought kept, each scenario is a problem of its own; a cheaper way through
any of them never makes the objective worse.
"""

from dataclasses import replace

import numpy as np

from ..built import Built, Scene
from ..decompose import submatrix
from ..highs import Effort, SolverAnswer, run
from ..matrix import Array, Matrix, activity, fits
from .tail import Tail

SECONDS = 5.0  # for one scenario, at most


def polished(built: Built, matrix: Matrix, answer: SolverAnswer, effort: Effort) -> SolverAnswer:
    """The answer with each scenario's hourly decisions fitted again, unless none gets better."""
    if built.tail is None or answer.values is None:
        return answer
    values = answer.values.copy()
    for scene, costs in zip(built.scenes, built.tail.costs, strict=True):
        if effort.is_cancelled() or effort.seconds <= 0:
            break
        _fit(scene, built.tail, matrix, values, {x.index: money for x, money in costs.items()}, effort)
    values[matrix.whole] = np.round(values[matrix.whole])
    built.tail.settle(values)
    objective = float(matrix.cost @ values) + matrix.offset
    if objective > answer.objective or not fits(matrix, values):
        return answer
    return replace(answer, values=values, objective=objective, bound=min(answer.bound, objective))


def _fit(
    scene: Scene, tail: Tail, matrix: Matrix, values: Array, costs: dict[int, float], effort: Effort
) -> None:
    """Solve one scenario in place, with everything outside it as it is."""
    v = scene.variables
    groups = (v.serve, v.running, v.joined, v.used, v.month_sums)
    columns = np.array(sorted(int(x.index) for group in groups for x in group.values()), np.int64)
    inside = np.zeros(matrix.columns, bool)
    inside[columns] = True
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    touched = np.unique(owner[inside[matrix.column]])
    rows = [int(row) for row in touched if row not in set(tail.rows)]
    rest = activity(matrix, np.where(inside, 0.0, values))[rows]
    cost = np.zeros(matrix.columns)
    cost[list(costs)] = list(costs.values())
    small = submatrix(
        matrix, columns, rows, cost[columns], matrix.row_low[rows] - rest, matrix.row_high[rows] - rest
    )
    start = values[columns]
    found = run(small, replace(effort, seconds=min(SECONDS, effort.seconds), progress=None), start=start)
    if found.values is not None and float(small.cost @ found.values) < float(small.cost @ start):
        values[columns] = found.values
