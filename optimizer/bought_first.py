"""First what is bought, in whole numbers, as if machines could run in parts; then what runs.

What is bought ties all of time together, what runs only an hour's workloads. With one of them relaxed, and
then the other fixed, the solver ends in seconds where both at once take it minutes; and the plan that comes
out is close to the best.
"""

from dataclasses import replace

import numpy as np

from .alike import Merged
from .highs import Effort, SolverAnswer
from .matrix import Array, Matrix

BUYING_GAP = 3e-3  # of purchases, that are only a start


def buy(merged: Merged, bought: Array, effort: Effort) -> SolverAnswer:
    """The best purchases if machines could run in parts: a bound of the model. `bought` tells its columns."""
    buying = replace(merged.matrix, whole=merged.matrix.whole & bought)
    return merged.run(buying, replace(effort, gap=max(BUYING_GAP, effort.gap), lean=True))


def run_with(
    merged: Merged, matrix: Matrix, bought: Array, values: Array, effort: Effort, start: Array | None = None
) -> SolverAnswer:
    """The best plan of the model with the whole purchases of a point; money committed stays free.

    `matrix` is the merged model, with bounds of its own.
    """
    fixed = np.flatnonzero(matrix.whole & bought)
    low, high = matrix.low.copy(), matrix.high.copy()
    low[fixed] = high[fixed] = np.round(values[fixed])
    return merged.run(replace(matrix, low=low, high=high), effort, start)
