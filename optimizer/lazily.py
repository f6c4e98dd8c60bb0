"""Relaxations with many cuts, of which few bind: those that a point breaks are added until none is.

The answer is that of the whole model, to the solver's tolerance: rows left out are kept by the point, and
their duals are zero.
"""

import time

import highspy
import numpy as np

from .built import Built
from .constraints import CUTS
from .highs import NO_POINT, UNKNOWN, Effort, SolverAnswer, pass_model, run
from .listening import Listener
from .matrix import Array, Matrix, activity, some_rows

FEW = 500  # cuts that cost nothing to hand over
BROKEN = 1e-6


class Relaxer:
    """Solves relaxations of one model under several bounds; cuts once broken stay in."""

    def __init__(self, built: Built, matrix: Matrix) -> None:
        self.in_use = ~_cuts(built, matrix)

    def relaxed(self, matrix: Matrix, effort: Effort) -> SolverAnswer:
        """Optimum of the model without whole numbers, with duals for all of its rows."""
        few = matrix.rows - int(self.in_use.sum()) <= FEW
        if few or not matrix.columns or effort.is_cancelled():
            return run(matrix, effort, mip=False)
        ends = time.perf_counter() + effort.seconds
        highs = highspy.Highs()
        for name, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            highs.setOptionValue(name, setting)
        order = np.flatnonzero(self.in_use)
        pass_model(highs, some_rows(matrix, order), mip=False)
        calls = Listener(highs, cancelled=effort.cancelled)
        while True:
            left = ends - time.perf_counter()
            if left <= 0:
                return SolverAnswer(False, False, *UNKNOWN, None, 0)
            highs.setOptionValue("time_limit", highs.getRunTime() + left)  # its clock adds up over its runs
            highs.run()
            calls.after_run()
            if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return _without_point(highs)
            point = np.array(highs.getSolution().col_value)
            broken = self._broken(matrix, point)
            if not len(broken):
                return _answer(highs, matrix, order, point)
            self.in_use[broken] = True
            order = np.concatenate((order, broken))
            more = some_rows(matrix, broken)
            highs.addRows(
                more.rows,
                more.row_low,
                more.row_high,
                len(more.value),
                more.start[:-1],
                more.column,
                more.value,
            )

    def _broken(self, matrix: Matrix, point: Array) -> Array:
        done = activity(matrix, point)
        short = np.maximum(matrix.row_low - done, done - matrix.row_high) > BROKEN
        return np.flatnonzero(short & ~self.in_use)


def _cuts(built: Built, matrix: Matrix) -> Array:
    """Which rows are cuts. Scenarios write theirs in an order of their own: then none is told apart."""
    found = np.zeros(matrix.rows, bool)
    if not built.uncertain:
        found[built.rows_of(CUTS)] = True
    return found


def _without_point(highs: highspy.Highs) -> SolverAnswer:
    return SolverAnswer(False, highs.getModelStatus() in NO_POINT, *UNKNOWN, None, 0)


def _answer(highs: highspy.Highs, matrix: Matrix, order: Array, point: Array) -> SolverAnswer:
    solution = highs.getSolution()
    duals = np.zeros(matrix.rows)
    duals[order] = solution.row_dual
    cost = float(highs.getInfo().objective_function_value)
    return SolverAnswer(True, False, cost, cost, point, 0, duals, np.array(solution.col_dual))
