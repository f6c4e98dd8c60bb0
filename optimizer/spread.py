"""Whole purchases that survive every loss, near those of the relaxation.

Rounding each offer alone leaves some hour short of the capacity that a loss calls for, or holds a machine too
many in every place. So the purchases are rounded together: a small problem of the purchases alone, in which
work stays where the relaxation has it, its rows on losses hold, and all others are priced by their duals.
"""

from dataclasses import replace

import numpy as np

from .build import Built
from .clock import Deadline
from .decompose import STRATEGIC, Decomposition, submatrix, weighted
from .highs import Effort, SolverAnswer, run
from .matrix import Array, Matrix, activity

SECONDS = 8.0
GAP = 0.0005  # of what the purchases alone cost
TRACE = 1e-7


def spread_purchases(
    built: Built, matrix: Matrix, cut: Decomposition, relaxed: SolverAnswer, deadline: Deadline
) -> Array | None:
    """The relaxation's point with whole purchases; None without rows on losses, or when none are found."""
    values, duals = relaxed.values, relaxed.row_duals
    if not built.variables.relief or values is None or duals is None or deadline.passed():
        return None
    relief = np.zeros(matrix.columns, bool)
    relief[[variable.index for variable in built.variables.relief.values()]] = True
    strategic = cut.part_of_column == STRATEGIC
    columns = np.flatnonzero(strategic | relief)
    kept = _rows_with(matrix, relief)
    rows = [*cut.strategic, *kept]
    left_out = sorted(set(range(matrix.rows)) - set(rows))
    cost = (matrix.cost - weighted(matrix, left_out, duals))[columns]
    rest = activity(matrix, np.where(strategic | relief, 0.0, values))[rows]
    small = submatrix(matrix, columns, rows, cost, matrix.row_low[rows] - rest, matrix.row_high[rows] - rest)
    low, high = _near(built, matrix, values)
    small = replace(small, low=low[columns], high=high[columns])
    within = deadline.within(SECONDS)
    found = run(small, Effort(gap=GAP, seconds=within.left(), cancelled=within.cancelled))
    if found.values is None:
        return None
    whole = values.copy()
    whole[columns] = found.values
    return whole


def _rows_with(matrix: Matrix, columns: Array) -> list[int]:
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    return [int(row) for row in np.unique(owner[columns[matrix.column]])]


def _near(built: Built, matrix: Matrix, values: Array) -> tuple[Array, Array]:
    """Bounds: nothing is bought that the relaxation does not buy, and about as much is held in each month."""
    v = built.variables
    low, high = matrix.low.copy(), matrix.high.copy()
    for purchases in (v.reserved, v.servers):
        for variable in purchases.values():
            if values[variable.index] <= TRACE:
                high[variable.index] = 0.0
    for variable in (*v.held.values(), *v.blocks.values()):
        amount = values[variable.index]
        low[variable.index] = max(low[variable.index], np.floor(amount + TRACE))
        high[variable.index] = min(high[variable.index], np.ceil(amount - TRACE) + 1)
    return low, high
