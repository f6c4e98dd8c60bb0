"""One scenario of a model on its own: what is bought is given, and only its cost counts."""

import numpy as np

from ..built import Built, Scene
from ..decompose import submatrix
from ..matrix import Array, Matrix, activity
from .build import BY_THE_HOUR


def alone(built: Built, matrix: Matrix, values: Array, position: int) -> tuple[Array, list[int], Matrix]:
    """One scenario's columns and rows, with everything bought as it is in `values`."""
    columns = _hourly_columns(built.scenes[position])
    inside = np.zeros(matrix.columns, bool)
    inside[columns] = True
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    tail = set(built.tail.rows) if built.tail is not None else set()
    rows = [int(row) for row in np.unique(owner[inside[matrix.column]]) if row not in tail]
    rest = activity(matrix, np.where(inside, 0.0, values))[rows]
    cost = matrix.cost
    if built.tail is not None:
        cost = np.zeros(matrix.columns)
        for variable, money in built.tail.costs[position].items():
            cost[variable.index] = built.scenes[position].probability * money
    low, high = matrix.row_low[rows] - rest, matrix.row_high[rows] - rest
    return columns, rows, submatrix(matrix, columns, rows, cost[columns], low, high)


def _hourly_columns(scene: Scene) -> Array:
    """Columns of one scenario's own variables."""
    groups = (getattr(scene.variables, name) for name in BY_THE_HOUR)
    return np.array(sorted(int(x.index) for group in groups for x in group.values()), np.int64)
