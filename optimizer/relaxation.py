"""The model with a slack for every named limit, alive in the solver.

It answers which limits can hold together, and how far one of them must give way while others hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import highspy
import numpy as np

from .build import Built, build
from .clock import Deadline
from .highs import NO_POINT
from .listening import Listener
from .matrix import Array, Matrix, matrix_of
from .problem import Problem
from .reduce import reduce

HOLDS = 1e-6  # a limit exceeded by less than this, in its row's unit, holds
BARELY = 1e-9  # a share of zero would make offers useless that a wider share needs


@dataclass(frozen=True, slots=True)
class Found:
    """Least sum of the slacks found and the point where it is reached, and whose rows prove it.

    `bound`: no point has less; equal to `least`, to within the solver's gap, where that is `proven`.
    """

    least: float
    bound: float
    values: Array
    support: frozenset[str]
    proven: bool


def relaxed(problem: Problem) -> Built:
    """The model with slacks, of the offers that matter whatever limit gives way."""
    limits = problem.limits
    loose = replace(
        limits,
        spot_share_max=_not_zero(limits.spot_share_max),
        partner_share_max=_not_zero(limits.partner_share_max),
    )
    smaller = reduce(replace(problem, limits=loose)).problem
    return build(replace(smaller, limits=limits), relax=True)


def _not_zero(share: float | None) -> float | None:
    return BARELY if share == 0 else share


class Relaxation:
    """One relaxed model in the solver: without whole numbers (`whole=False`), exact and quick; or with."""

    def __init__(self, built: Built, *, whole: bool, deadline: Deadline) -> None:
        self.built = built
        self.whole = whole
        self.deadline = deadline
        self.matrix = matrix_of(built.model.lp)
        used = {id(variable) for variable in built.model.lp.variables()}
        slacks = built.model.slacks.items()
        self.columns = {name: int(s.variable.index) for name, s in slacks if id(s.variable) in used}
        self.highs = _loaded(self.matrix, whole)
        self._calls = Listener(self.highs, cancelled=deadline.cancelled)

    def cannot_hold(self, names: Iterable[str]) -> bool | None:
        """Whether it is proven that these limits cannot hold together, all others set aside.

        False when they can; None when time ran out, or the caller stopped.
        """
        self._prepare(dict.fromkeys(self.columns, 0.0), frozenset(names))
        status = self._run()
        if status == highspy.HighsModelStatus.kOptimal:
            return False
        return True if status in NO_POINT else None

    def least(self, summed: Iterable[str], held: Iterable[str] = (), *, low: float = 0.0) -> Found | None:
        """Least sum of the slacks `summed`, while `held` hold and all other limits are set aside.

        A slack may go down to `low`. None when time ran out before any answer; `Found.proven` tells
        whether it is the least.
        """
        summed = frozenset(summed)
        self._prepare({name: float(name in summed) for name in self.columns}, frozenset(held))
        for name in summed if low else ():
            self.highs.changeColBounds(self.columns[name], low, self.matrix.high[self.columns[name]])
        status = self._run()
        info, solution = self.highs.getInfo(), self.highs.getSolution()
        if info.primal_solution_status != highspy.kSolutionStatusFeasible:
            return None
        proven = status == highspy.HighsModelStatus.kOptimal
        if not (proven or self.whole):
            return None
        duals = np.array(solution.col_dual) if not self.whole else None
        proving = summed if duals is None else {n for n in summed if 1.0 - duals[self.columns[n]] > HOLDS}
        values = np.array(solution.col_value)
        least = float(info.objective_function_value)
        bound = least if proven else max(0.0, float(info.mip_dual_bound))
        return Found(least, bound, values, frozenset(proving), proven)

    def weigh(self, cells: Iterable[tuple[int, int]], weight: float) -> None:
        """Set the coefficients at (row, column)."""
        for row, column in cells:
            self.highs.changeCoeff(row, column, weight)

    def rows_of(self, name: str) -> list[int]:
        """Rows in which the limit's slack stands."""
        places = np.flatnonzero(self.matrix.column == self.columns[name])
        return [int(np.searchsorted(self.matrix.start, place, side="right")) - 1 for place in places]

    def row(self, row: int) -> dict[int, float]:
        """Column to coefficient."""
        span = slice(self.matrix.start[row], self.matrix.start[row + 1])
        return dict(zip(self.matrix.column[span].tolist(), self.matrix.value[span].tolist(), strict=True))

    def _prepare(self, costs: dict[str, float], held: frozenset[str]) -> None:
        self.highs.clearSolver()  # a cold start with presolve beats a warm one here
        for name, column in self.columns.items():
            self.highs.changeColCost(column, costs[name])
            self.highs.changeColBounds(column, 0.0, 0.0 if name in held else self.matrix.high[column])

    def _run(self) -> object:
        left = self.deadline.left()
        if left <= 0:
            self.highs.clearSolver()
            return highspy.HighsModelStatus.kTimeLimit
        # the solver's clock adds up over its runs, but for those with whole numbers
        before = 0.0 if self.whole and self.matrix.whole.any() else self.highs.getRunTime()
        self.highs.setOptionValue("time_limit", before + left)
        self.highs.run()
        self._calls.after_run()
        return self.highs.getModelStatus()


def _loaded(matrix: Matrix, whole: bool) -> highspy.Highs:
    highs = highspy.Highs()
    for name, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 1e-3)):
        highs.setOptionValue(name, setting)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.columns, matrix.rows
    lp.col_cost_ = np.zeros(matrix.columns)
    lp.col_lower_, lp.col_upper_ = matrix.low, matrix.high
    lp.row_lower_, lp.row_upper_ = matrix.row_low, matrix.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.start, matrix.column
    lp.a_matrix_.value_ = matrix.value
    if whole:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(x)] for x in matrix.whole]
    highs.passModel(lp)
    return highs
