"""The last step of a solve with a weight on risk: every scenario at its own least cost.

Cost in a scenario that is neither in the tail nor weighed otherwise hardly moves the objective, so a solver
may leave it anywhere. With what is bought kept, each scenario is a problem of its own; a cheaper way through
any of them never makes the objective worse.
"""

from dataclasses import replace

import numpy as np

from ..built import Built
from ..clock import Deadline
from ..highs import Effort, SolverAnswer, run
from ..matrix import Array, Matrix, fits
from .alone import alone

SECONDS = 5.0  # for one scenario, at most


def polished(built: Built, matrix: Matrix, answer: SolverAnswer, effort: Effort) -> SolverAnswer:
    """The answer with each scenario's hourly decisions fitted again, unless none gets better."""
    if built.tail is None or answer.values is None:
        return answer
    values = answer.values.copy()
    deadline = Deadline.after(effort.seconds, effort.cancelled)
    for position in range(len(built.scenes)):
        if deadline.passed():
            break
        _fit(built, matrix, values, position, replace(effort, seconds=deadline.left()))
    values[matrix.whole] = np.round(values[matrix.whole])
    built.tail.settle(values)
    objective = float(matrix.cost @ values) + matrix.offset
    if objective > answer.objective or not fits(matrix, values):
        return answer
    return replace(answer, values=values, objective=objective, bound=min(answer.bound, objective))


def _fit(built: Built, matrix: Matrix, values: Array, position: int, effort: Effort) -> None:
    """Solve one scenario in place, with everything outside it as it is."""
    columns, _, small = alone(built, matrix, values, position)
    start = values[columns]
    found = run(small, replace(effort, seconds=min(SECONDS, effort.seconds), progress=None), start=start)
    if found.values is not None and float(small.cost @ found.values) < float(small.cost @ start):
        values[columns] = found.values
