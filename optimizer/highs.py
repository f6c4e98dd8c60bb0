"""PuLP's in-process HiGHS, handed over in bulk, with honest status, bound, progress and cancel."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import highspy
import numpy as np
import pulp

from .result import Progress


@dataclass(frozen=True, slots=True)
class SolverAnswer:
    """What the solver can vouch for; `values` is None when it has no feasible point."""

    optimal: bool
    infeasible: bool
    bound: float
    objective: float
    values: np.ndarray | None
    nodes: int


class BulkHiGHS(pulp.HiGHS):  # type: ignore[misc]  # PuLP ships no types
    """PuLP's own interface calls the solver once per row and column; this passes arrays."""

    name = "BulkHiGHS"

    def buildSolverModel(self, lp: pulp.LpProblem) -> None:  # noqa: N802  # PuLP's name
        """Columns, integrality and rows, in PuLP's order of variables."""
        variables = lp.variables()
        for position, variable in enumerate(variables):
            variable.index = position
        _pass_columns(lp, variables, self.mip)
        _pass_rows(lp)


def _pass_columns(lp: pulp.LpProblem, variables: list[pulp.LpVariable], mip: bool) -> None:
    count = len(variables)
    cost = np.zeros(count)
    for variable, coefficient in lp.objective.items():
        cost[variable.index] = coefficient
    low = np.array([-highspy.kHighsInf if x.lowBound is None else x.lowBound for x in variables], float)
    high = np.array([highspy.kHighsInf if x.upBound is None else x.upBound for x in variables], float)
    none = np.zeros(0, np.int32)
    lp.solverModel.addCols(count, cost, low, high, 0, none, none, np.zeros(0))
    lp.solverModel.changeObjectiveOffset(float(lp.objective.constant))
    whole = np.array([x.index for x in variables if x.cat == pulp.LpInteger], np.int32)
    if mip and len(whole):
        kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
        lp.solverModel.changeColsIntegrality(len(whole), whole, kinds)


def _pass_rows(lp: pulp.LpProblem) -> None:
    rows = list(lp.constraints.values())
    counts = np.fromiter((len(row) for row in rows), np.int64, len(rows))
    total = int(counts.sum())
    columns = np.fromiter((x.index for x in chain.from_iterable(rows)), np.int32, total)
    values = np.fromiter(chain.from_iterable(row.values() for row in rows), float, total)
    right = np.array([-row.constant for row in rows], float)
    sense = np.array([row.sense for row in rows], int)
    low = np.where(sense >= 0, right, -highspy.kHighsInf)
    high = np.where(sense <= 0, right, highspy.kHighsInf)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int32) if rows else np.zeros(0, np.int32)
    lp.solverModel.addRows(len(rows), low, high, total, starts, columns, values)


def run(
    lp: pulp.LpProblem,
    *,
    gap: float,
    time_limit_seconds: float,
    threads: int = 1,
    start: np.ndarray | None = None,
    cutoff: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    mip: bool = True,
) -> SolverAnswer:
    """Solve; the answer's status is taken from the solver's own bound and solution, never from PuLP's."""
    solver = BulkHiGHS(
        mip=mip, msg=False, gapRel=gap, timeLimit=time_limit_seconds, threads=threads, random_seed=0
    )
    solver.createAndConfigureSolver(lp)
    solver.buildSolverModel(lp)
    highs = lp.solverModel
    if cutoff is not None:
        highs.setOptionValue("objective_bound", cutoff)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
        highs.setSolution(solution)
    _listen(highs, progress, cancelled)
    highs.run()
    return _answer(highs, gap, mip)


def _listen(
    highs: highspy.Highs,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    if progress is not None:

        def report(event: highspy.HighsCallbackEvent) -> None:
            out = event.data_out
            progress(Progress(out.running_time, out.mip_primal_bound, out.mip_dual_bound, out.mip_gap))

        highs.cbMipLogging += report
    if cancelled is not None:

        def check(event: highspy.HighsCallbackEvent) -> None:
            if cancelled():
                event.data_in.user_interrupt = True

        highs.cbMipInterrupt += check
        highs.cbSimplexInterrupt += check


def _answer(highs: highspy.Highs, gap: float, mip: bool) -> SolverAnswer:
    status = highs.getModelStatus()
    info = highs.getInfo()
    infeasible = status in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible and not infeasible
    objective = info.objective_function_value
    bound = info.mip_dual_bound if mip and np.isfinite(info.mip_dual_bound) else -np.inf
    if status == highspy.HighsModelStatus.kOptimal and not (mip and np.isfinite(bound)):
        bound = objective
    values = np.array(highs.getSolution().col_value) if found else None
    proven = found and objective - bound <= gap * max(abs(objective), 1e-9) + 1e-9
    return SolverAnswer(proven, infeasible, bound, objective, values, int(info.mip_node_count))
