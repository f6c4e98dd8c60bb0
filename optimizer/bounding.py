"""A stronger proof than the relaxation: parts of time with whole machines, priced by the relaxation's duals.

Give each part its own copy of what is bought, and pay for the copies at the relaxation's prices (Lagrangian
decomposition). Every part then is a small problem with whole machines; the sum of their optima, of the
optimum of the purchases alone and of the coupling rows' right sides is a lower bound of the whole problem.
It is never below the relaxation. MODEL.md has the proof.
"""

import math

import numpy as np

from .clock import Deadline
from .decompose import STRATEGIC, Decomposition, submatrix, weighted
from .highs import Effort, SolverAnswer, run
from .matrix import Array, Matrix
from .parallel import each

PART_SECONDS = 2.0


def part_bound(
    matrix: Matrix,
    cut: Decomposition,
    relaxed: SolverAnswer,
    *,
    gap: float = 1e-5,
    deadline: Deadline | None = None,
) -> float:
    """Proven lower bound of the problem; minus infinity when time runs out or a part has no proof."""
    deadline = deadline or Deadline()
    if relaxed.row_duals is None:
        return -math.inf
    duals = relaxed.row_duals
    coupling = weighted(matrix, cut.coupling, duals)
    left = matrix.cost - coupling

    def solve_part(part: int) -> tuple[Array, Array, float]:
        if deadline.passed():
            return np.zeros(0, np.int64), np.zeros(0), -math.inf
        effort = Effort(gap=gap, seconds=PART_SECONDS, tiny=True, cancelled=deadline.cancelled)
        return _solve_part(matrix, cut, part, left, duals, effort)

    total = matrix.offset + right_sides(matrix, cut.coupling, duals)
    for copies, prices, bound in each(solve_part, range(len(cut.rows)), deadline.cancelled):
        total += bound
        np.subtract.at(left, copies, prices)
    if not math.isfinite(total):
        return -math.inf
    purchases = Effort(gap=0.0, seconds=PART_SECONDS * 5, cancelled=deadline.cancelled)
    return total + _purchases(matrix, cut, left, purchases)


def right_sides(matrix: Matrix, rows: list[int], duals: Array) -> float:
    """Dual x the side of the row it belongs to: the lower for a positive dual, the upper for a negative."""
    sides = (matrix.row_low[r] if duals[r] > 0 else matrix.row_high[r] for r in rows)
    return float(sum(duals[r] * side for r, side in zip(rows, sides, strict=True) if duals[r] != 0.0))


def _solve_part(
    matrix: Matrix, cut: Decomposition, part: int, left: Array, duals: Array, effort: Effort
) -> tuple[Array, Array, float]:
    """Optimum of one part with its copies of the strategic columns: the copies, their prices, the bound."""
    rows = cut.rows[part]
    own = np.flatnonzero(cut.part_of_column == part)
    pieces = [matrix.column[matrix.start[r] : matrix.start[r + 1]] for r in rows]
    touched = np.concatenate(pieces) if pieces else np.zeros(0, np.int32)
    copies = np.unique(touched[cut.part_of_column[touched] == STRATEGIC])
    prices = _weighted_some(matrix, rows, duals, copies)
    columns = np.concatenate((own, copies))
    cost = np.concatenate((left[own], prices))
    small = submatrix(matrix, columns, rows, cost, matrix.row_low[rows], matrix.row_high[rows])
    answer = run(small, effort)
    return copies, prices, answer.bound if answer.values is not None else -math.inf


def _weighted_some(matrix: Matrix, rows: list[int], duals: Array, columns: Array) -> Array:
    found = np.zeros(len(columns))
    if not len(columns):
        return found
    for row in rows:
        span = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
        at = np.searchsorted(columns, matrix.column[span])
        hit = (at < len(columns)) & (columns[np.minimum(at, len(columns) - 1)] == matrix.column[span])
        np.add.at(found, at[hit], duals[row] * matrix.value[span][hit])
    return found


def _purchases(matrix: Matrix, cut: Decomposition, left: Array, effort: Effort) -> float:
    """Optimum of the strategic columns alone at their reduced prices."""
    columns = np.flatnonzero(cut.part_of_column == STRATEGIC)
    if not len(columns):
        return 0.0
    rows = cut.strategic
    small = submatrix(matrix, columns, rows, left[columns], matrix.row_low[rows], matrix.row_high[rows])
    answer = run(small, effort, mip=False)
    return answer.objective if answer.optimal else -math.inf
