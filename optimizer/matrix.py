"""A PuLP problem as arrays: what is handed to the solver, whole or in parts."""

from dataclasses import dataclass, replace
from itertools import chain

import highspy
import numpy as np
import pulp

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Matrix:
    """min cost'x + offset, row_low <= A x <= row_high, low <= x <= high; A by rows (start, column, value)."""

    cost: Array
    offset: float
    low: Array
    high: Array
    whole: Array  # bool
    row_low: Array
    row_high: Array
    start: Array  # len(rows) + 1
    column: Array
    value: Array

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_low)


def matrix_of(lp: pulp.LpProblem) -> Matrix:
    """Arrays of a problem; sets `variable.index`, the position of each variable's column."""
    variables = lp.variables()
    for position, variable in enumerate(variables):
        variable.index = position
    cost = np.zeros(len(variables))
    for variable, coefficient in (lp.objective or {}).items():
        cost[variable.index] = coefficient
    infinity = highspy.kHighsInf
    rows = list(lp.constraints.values())
    counts = np.fromiter((len(row) for row in rows), np.int64, len(rows))
    total = int(counts.sum())
    right = np.array([-row.constant for row in rows], float)
    sense = np.array([row.sense for row in rows], int)
    return Matrix(
        cost=cost,
        offset=float(lp.objective.constant) if lp.objective is not None else 0.0,
        low=np.array([-infinity if x.lowBound is None else x.lowBound for x in variables], float),
        high=np.array([infinity if x.upBound is None else x.upBound for x in variables], float),
        whole=np.array([x.cat == pulp.LpInteger for x in variables], bool),
        row_low=np.where(sense >= 0, right, -infinity),
        row_high=np.where(sense <= 0, right, infinity),
        start=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        column=np.fromiter((x.index for x in chain.from_iterable(rows)), np.int32, total),
        value=np.fromiter(chain.from_iterable(row.values() for row in rows), float, total),
    )


def some_rows(matrix: Matrix, rows: Array) -> Matrix:
    """The model with these rows alone, in this order."""
    counts = np.diff(matrix.start)[rows]
    first = np.cumsum(counts) - counts
    entries = np.arange(int(counts.sum())) + np.repeat(matrix.start[:-1][rows] - first, counts)
    return replace(
        matrix,
        row_low=matrix.row_low[rows],
        row_high=matrix.row_high[rows],
        start=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        column=matrix.column[entries],
        value=matrix.value[entries],
    )


def activity(matrix: Matrix, values: Array) -> Array:
    """A x."""
    products = matrix.value * values[matrix.column]
    sums = np.concatenate(([0.0], np.cumsum(products)))
    return np.asarray(sums[matrix.start[1:]] - sums[matrix.start[:-1]])


def fits(matrix: Matrix, values: Array, tolerance: float = 1e-6) -> bool:
    """Whether a point keeps every bound and row, relative to the size of the row's right side."""
    done = activity(matrix, values)
    finite_low = np.where(matrix.row_low > -1e29, matrix.row_low, 0.0)
    finite_high = np.where(matrix.row_high < 1e29, matrix.row_high, 0.0)
    slack_low = np.where(
        matrix.row_low > -1e29, done - finite_low + tolerance * (1 + np.abs(finite_low)), 1.0
    )
    slack_high = np.where(
        matrix.row_high < 1e29, finite_high - done + tolerance * (1 + np.abs(finite_high)), 1.0
    )
    inside = (values >= matrix.low - tolerance) & (values <= matrix.high + tolerance)
    return bool((slack_low >= 0).all() and (slack_high >= 0).all() and inside.all())
