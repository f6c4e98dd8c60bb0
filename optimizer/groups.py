"""A plan that falls apart: workloads that share no machine meet only in limits on the whole.

With those limits priced at the duals of the relaxation, each group is a problem of its own, and much easier
than all at once. Their bounds and the priced limits add up to a bound of the whole; their plans, put
together, are a plan where the limits happen to hold.
"""

from dataclasses import dataclass

import numpy as np

from .bounding import right_sides
from .built import Built
from .decompose import submatrix, weighted
from .highs import SolverAnswer
from .matrix import Array, Matrix, activity, some_rows

JOINING = frozenset({"shares", "capex", "cash", "carbon"})  # families whose rows limit the whole
LEAST_COLUMNS = 50  # of a group worth a solve of its own; what is smaller is solved with the rest
NO_COST = 1e-7  # a reduced cost this small is the solver's tolerance


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some columns of a model, the rows between them, and the problem they make."""

    columns: Array
    rows: Array
    matrix: Matrix

    def cost(self, point: Array) -> float:
        """Of a point of the group, in thousands, at its prices."""
        return float(self.matrix.cost @ point) + self.matrix.offset


@dataclass(frozen=True, slots=True)
class FallenApart:
    """The groups of a model; `constant` is what their costs and the priced limits leave out, in thousands.

    `fixed` has the values of all columns in no group.
    """

    groups: list[Group]
    constant: float
    fixed: Array


def fall_apart(built: Built, matrix: Matrix, relaxed: SolverAnswer) -> FallenApart | None:
    """The groups, by the relaxation's duals; None when a price says nothing, or there is one group.

    One group is given where its relaxation does not feel the limits on the whole, which are then left out.
    """
    if built.uncertain or relaxed.row_duals is None:
        return None
    joining = built.rows_of(JOINING)
    free = matrix.high > matrix.low
    own = np.setdiff1d(np.arange(matrix.rows), joining)
    labels = _labels(matrix, own, free)
    sizes = np.bincount(labels[free], minlength=matrix.columns)
    large = np.flatnonzero(sizes >= LEAST_COLUMNS)
    prices = _finite_prices(matrix, relaxed.row_duals)
    unfelt = len(joining) > 0 and not prices[joining].any()
    if len(large) < (1 if unfelt else 2):
        return None
    cost = matrix.cost - weighted(matrix, joining.tolist(), prices)
    loose = free & ~np.isin(labels, large)
    touched = np.zeros(matrix.columns, bool)
    touched[_columns_of(matrix, own)] = True
    alone = loose & ~touched
    fixed = np.where(free, 0.0, matrix.low)
    fixed[alone] = _cheapest_side(matrix, cost, alone)
    if not np.isfinite(fixed).all():
        return None
    members = [np.flatnonzero(free & (labels == label)) for label in large]
    rest = np.flatnonzero(loose & touched)
    members += [rest] if len(rest) else []
    constant = matrix.offset + float(cost @ fixed) + right_sides(matrix, joining.tolist(), prices)
    return FallenApart([_group(matrix, own, cost, fixed, columns) for columns in members], constant, fixed)


def undivided(matrix: Matrix) -> FallenApart:
    """All of a model as its only group."""
    return FallenApart(
        [Group(np.arange(matrix.columns), np.arange(matrix.rows), matrix)], 0.0, np.zeros(matrix.columns)
    )


def put_together(apart: FallenApart, found: list[Array]) -> Array:
    """One point of the whole model from a point of each group."""
    values = apart.fixed.copy()
    for group, point in zip(apart.groups, found, strict=True):
        values[group.columns] = point
    return values


def _finite_prices(matrix: Matrix, duals: Array) -> Array:
    """Duals, without traces of the solver's tolerance on sides that do not limit."""
    sides = np.where(duals > 0, matrix.row_low, matrix.row_high)
    return np.where(np.abs(sides) < 1e29, duals, 0.0)


def _entries(matrix: Matrix, rows: Array) -> tuple[Array, Array]:
    """Position in `rows`, and column, of each entry of these rows."""
    part = some_rows(matrix, rows)
    return np.repeat(np.arange(len(rows)), np.diff(part.start)), part.column


def _columns_of(matrix: Matrix, rows: Array) -> Array:
    return np.unique(_entries(matrix, rows)[1])


def _labels(matrix: Matrix, rows: Array, free: Array) -> Array:
    """The least column that each column is joined with by rows, directly or through others."""
    owner, column = _entries(matrix, rows)
    kept = free[column]
    owner, column = owner[kept], column[kept]
    labels = np.arange(matrix.columns)
    while True:
        least = np.full(len(rows), matrix.columns)
        np.minimum.at(least, owner, labels[column])
        lower = labels.copy()
        np.minimum.at(lower, column, least[owner])
        lower = lower[lower]
        if (lower == labels).all():
            return labels
        labels = lower


def _cheapest_side(matrix: Matrix, cost: Array, which: Array) -> Array:
    priced = np.where(np.abs(cost[which]) <= NO_COST, 0.0, cost[which])
    return np.where(
        priced >= 0, matrix.low[which], np.where(matrix.high[which] < 1e29, matrix.high[which], np.inf)
    )


def _group(matrix: Matrix, own: Array, cost: Array, fixed: Array, columns: Array) -> Group:
    """The problem of some columns, with the others at their fixed values."""
    inside = np.zeros(matrix.columns, bool)
    inside[columns] = True
    owner, column = _entries(matrix, own)
    rows = own[np.unique(owner[inside[column]])]
    done = activity(matrix, fixed)[rows]
    low, high = matrix.row_low[rows] - done, matrix.row_high[rows] - done
    return Group(columns, rows, submatrix(matrix, columns, rows.tolist(), cost[columns], low, high))
