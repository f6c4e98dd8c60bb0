"""A linear program that grows: rows first, empty; then columns that refer to them. Solved again and again."""

from dataclasses import dataclass, field

import highspy
import numpy as np

from ..clock import Cancelled
from ..listening import Listener
from ..matrix import Array

WARM_FRACTION = 0.05  # of new columns; with more of them a fresh start is faster
NONE = np.zeros(0, np.int32)


@dataclass(slots=True)
class Entries:
    """Coefficients of new columns, counted from 0."""

    columns: list[Array] = field(default_factory=list)
    rows: list[Array] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)

    def add(self, columns: Array, rows: Array, values: Array | float) -> None:
        """Coefficients where the row exists (rows below 0 do not)."""
        there = rows >= 0
        self.columns.append(columns[there])
        self.rows.append(rows[there])
        self.values.append(np.broadcast_to(values, rows.shape)[there])


class GrowingLp:
    """min cost'x, alive in the solver. `solve` fills objective, values, row duals and reduced costs; of rows
    and columns added since, they are 0.
    """

    def __init__(self, cancelled: Cancelled | None = None) -> None:
        self.highs = highspy.Highs()
        for name, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            self.highs.setOptionValue(name, setting)
        self._calls = Listener(self.highs, cancelled=cancelled)
        self.columns = 0
        self.rows = 0
        self._new = 0
        self.objective = 0.0
        self.values = self.duals = self.reduced = np.zeros(0)
        self.whole: Array | None = None  # the last point with whole numbers

    def add_rows(self, low: Array, high: Array) -> Array:
        """Empty rows; their positions."""
        count = len(low)
        nothing = np.zeros(count, np.int32)
        self.highs.addRows(count, low.astype(float), high.astype(float), 0, nothing, NONE, np.zeros(0))
        self.rows += count
        self.duals = _with_zeros(self.duals, count)
        return np.arange(self.rows - count, self.rows)

    def add_full_row(self, low: float, high: float, columns: Array, values: Array) -> None:
        """A row between columns that exist."""
        self.highs.addRow(low, high, len(columns), columns.astype(np.int32), values.astype(float))
        self.rows += 1
        self.duals = _with_zeros(self.duals, 1)

    def add_columns(self, cost: Array, high: Array, entries: Entries) -> Array:
        """Columns from 0 to `high`; their positions."""
        count = len(cost)
        if not count:
            return np.zeros(0, int)
        owner = np.concatenate(entries.columns).astype(np.int64)
        order = np.argsort(owner, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=count))))[:-1]
        rows = np.concatenate(entries.rows)[order].astype(np.int32)
        values = np.concatenate(entries.values)[order].astype(float)
        low = np.zeros(count)
        self.highs.addCols(
            count,
            cost.astype(float),
            low,
            high.astype(float),
            len(rows),
            starts.astype(np.int32),
            rows,
            values,
        )
        self.columns += count
        self._new += count
        self.values, self.reduced = _with_zeros(self.values, count), _with_zeros(self.reduced, count)
        return np.arange(self.columns - count, self.columns)

    def set_bounds(self, column: int, low: float, high: float) -> None:
        """Change the bounds of a column."""
        self.highs.changeColBounds(column, low, high)

    def solve(self, seconds: float) -> bool:
        """Whether the optimum was found in time."""
        if self._new > WARM_FRACTION * self.columns:
            self.highs.clearSolver()
        self._new = 0
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.1, seconds))
        self.highs.run()
        self._calls.after_run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        solution = self.highs.getSolution()
        self.objective = float(self.highs.getInfo().objective_function_value)
        self.values, self.duals = np.array(solution.col_value), np.array(solution.row_dual)
        self.reduced = np.array(solution.col_dual)
        return True

    def bounds(self) -> tuple[Array, Array]:
        """Bounds of all columns."""
        model = self.highs.getLp()
        return np.array(model.col_lower_), np.array(model.col_upper_)

    def solve_whole(self, gap: float, seconds: float) -> bool:
        """Solve with the columns that are marked whole; `values` is then the best point, if there is one.

        It starts from the last such point. Duals and reduced costs stay those of the last relaxation.
        """
        self.highs.clearSolver()
        if self.whole is not None:
            start = highspy.HighsSolution()
            start.col_value = list(_with_zeros(self.whole, self.columns - len(self.whole)))
            self.highs.setSolution(start)
        self.highs.setOptionValue("mip_rel_gap", gap)
        self.highs.setOptionValue("time_limit", max(0.1, seconds))  # of this run, unlike for relaxations
        self.highs.run()
        self._calls.after_run()
        if self.highs.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
            return False
        self.values = self.whole = np.array(self.highs.getSolution().col_value)
        return True


def _with_zeros(found: Array, more: int) -> Array:
    """As many zeros more, where anything was found yet."""
    return np.concatenate((found, np.zeros(more))) if len(found) else found
