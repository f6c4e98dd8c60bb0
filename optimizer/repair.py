"""Months in which a rounded plan breaks a ceiling of the month (shares, cash) are fitted again as a whole.

Slices are first fitted one by one, which is fast but blind to what they share. Few months break anything, so
these few are solved with all their slices together; what is bought and the work done in the month stay.
"""

from dataclasses import replace

import numpy as np

from .build import Built
from .clock import Deadline
from .decompose import STRATEGIC, Decomposition, submatrix, weighted
from .highs import Effort, run
from .matrix import Array, Matrix, activity

MONTH_SECONDS = 10.0
MONTH_GAP = 0.005
TOLERANCE = 1e-6

Month = tuple[int, int]  # scene and month


def repaired(
    built: Built,
    matrix: Matrix,
    cut: Decomposition,
    values: Array,
    duals: Array,
    deadline: Deadline,
    gap: float = MONTH_GAP,
) -> Array | None:
    """The plan with broken months fitted again, to a gap; None when something else is broken, or time is up.

    Work that no longer fits a broken month is carried to the other months in which it may be done.
    """
    months = _broken_months(built, matrix, cut, values)
    if months is None:
        return None
    carried: dict[int, float] = {}
    found = values.copy()
    queue = sorted(months)
    every = dict.fromkeys(built.when(part) for part in range(built.parts))
    for month in queue + [m for m in every if m not in months]:
        if month not in months and not _owed_in(built, cut, carried, month):
            continue
        refit = _Refit(built, matrix, cut, month, gap)
        if deadline.passed() or not refit.into(found, carried, duals, deadline):
            return None
    return found if all(amount <= TOLERANCE for amount in carried.values()) else None


def _owed_in(built: Built, cut: Decomposition, carried: dict[int, float], month: Month) -> bool:
    """Whether work that is still owed may be done in the month."""
    owed = [row for row, amount in carried.items() if amount > TOLERANCE]
    return any(built.when(part) == month for row in owed for part in cut.members[row])


def broken_rows(matrix: Matrix, values: Array) -> list[int]:
    """Rows a point does not keep."""
    done = activity(matrix, values)
    low = np.where(matrix.row_low > -1e29, matrix.row_low, -np.inf)
    high = np.where(matrix.row_high < 1e29, matrix.row_high, np.inf)
    short = done < low - TOLERANCE * (1 + np.abs(np.where(np.isfinite(low), low, 0.0)))
    over = done > high + TOLERANCE * (1 + np.abs(np.where(np.isfinite(high), high, 0.0)))
    return [int(row) for row in np.flatnonzero(short | over)]


def _broken_months(built: Built, matrix: Matrix, cut: Decomposition, values: Array) -> set[Month] | None:
    months: set[Month] = set()
    for row in broken_rows(matrix, values):
        touched = {built.when(part) for part in cut.members.get(row, ())}
        if len(touched) != 1:
            return None
        months |= touched
    return months


class _Refit:
    """One month on its own: its columns, the rows that are its alone, and those shared with other months."""

    def __init__(self, built: Built, matrix: Matrix, cut: Decomposition, month: Month, gap: float) -> None:
        self.matrix, self.gap = matrix, gap
        parts = [part for part in range(built.parts) if built.when(part) == month]
        self.inside = np.isin(cut.part_of_column, parts) & (cut.part_of_column != STRATEGIC)
        sums = built.scenes[month[0]].variables.month_sums
        if month[1] in sums:
            self.inside[sums[month[1]].index] = True
        within = set(parts)
        own = [row for part in parts for row in cut.rows[part]]
        self.tail = list(built.tail.rows) if built.tail is not None else []
        inside = (row for row in cut.coupling if set(cut.members[row]) <= within)
        self.rows = [*own, *(row for row in inside if row not in set(self.tail))]
        alone = {*self.rows, *self.tail}
        shared = [row for row in cut.coupling if row not in alone and within & set(cut.members[row])]
        self.work = [row for row in shared if matrix.row_low[row] == matrix.row_high[row]]
        self.ceilings = [row for row in shared if row not in set(self.work)]

    def into(self, values: Array, carried: dict[int, float], duals: Array, deadline: Deadline) -> bool:
        """Fit the month in place; work it cannot do is carried on. False when it cannot be fitted."""
        matrix, columns = self.matrix, np.flatnonzero(self.inside)
        rest = activity(matrix, np.where(self.inside, 0.0, values))[self.rows]
        kept = activity(matrix, np.where(self.inside, values, 0.0))
        wanted = kept[self.work] + np.array([carried.get(row, 0.0) for row in self.work])
        low = np.concatenate((matrix.row_low[self.rows] - rest, np.full(len(self.ceilings), -np.inf), wanted))
        high = np.concatenate((matrix.row_high[self.rows] - rest, kept[self.ceilings], wanted))
        rows = [*self.rows, *self.ceilings, *self.work]
        cost = matrix.cost - weighted(matrix, self.tail, duals)
        small = submatrix(matrix, columns, rows, cost[columns], low, high)
        deadline = deadline.within(MONTH_SECONDS)
        answer = run(small, self._effort(deadline, 0.5))
        if answer.values is None:  # not all of the work fits
            penalties = 10.0 * np.abs(duals[self.work]) + np.abs(small.cost).max(initial=1.0)
            answer = run(with_shortfall(small, penalties), self._effort(deadline, 1.0))
        if answer.values is None:
            return False
        values[columns] = answer.values[: len(columns)]
        left = answer.values[len(columns) :].tolist() or [0.0] * len(self.work)
        carried.update(zip(self.work, left, strict=True))
        return True

    def _effort(self, deadline: Deadline, share: float) -> Effort:
        return Effort(gap=self.gap, seconds=share * deadline.left(), cancelled=deadline.cancelled)


def with_shortfall(matrix: Matrix, penalties: Array) -> Matrix:
    """The model with a column for each of its last rows that fills what the row lacks, at a penalty."""
    count = len(penalties)
    ends = matrix.start[matrix.rows - count + 1 :] if count else np.zeros(0, np.int32)
    return replace(
        matrix,
        cost=np.concatenate((matrix.cost, penalties)),
        low=np.concatenate((matrix.low, np.zeros(count))),
        high=np.concatenate((matrix.high, np.full(count, np.inf))),
        whole=np.concatenate((matrix.whole, np.zeros(count, bool))),
        column=np.insert(matrix.column, ends, np.arange(count, dtype=np.int32) + matrix.columns),
        value=np.insert(matrix.value, ends, np.ones(count)),
        start=matrix.start
        + np.concatenate((np.zeros(matrix.rows - count + 1), np.arange(1, count + 1))).astype(np.int32),
    )
