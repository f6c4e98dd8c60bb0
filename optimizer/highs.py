"""HiGHS in process, with honest status and bound, progress and cancel."""

import math
from dataclasses import dataclass

import highspy
import numpy as np

from .clock import Cancelled
from .listening import Listener, Report
from .matrix import Array, Matrix

LEAN_OFF = (
    "mip_heuristic_run_feasibility_jump",
    "mip_heuristic_run_rins",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_root_reduced_cost",
)
TINY_OFF = (*LEAN_OFF, "mip_detect_symmetry")

NO_POINT = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
UNKNOWN = (-np.inf, np.inf)  # bound and objective of what was stopped before it began


@dataclass(frozen=True, slots=True)
class SolverAnswer:
    """What the solver can vouch for; `values` is None when it has no feasible point."""

    optimal: bool
    infeasible: bool
    bound: float
    objective: float
    values: Array | None
    nodes: int
    row_duals: Array | None = None  # of a relaxation
    reduced_costs: Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to try: relative gap, seconds, solves at once; and whom to tell."""

    gap: float
    seconds: float
    threads: int = 1
    tiny: bool = False  # without the heuristics and checks that cost more than a tiny problem itself
    enough: float = math.inf  # a bound with which nothing more is to be proven
    lean: bool = False  # without the heuristics that look for plans by solving parts of the model
    progress: Report | None = None
    cancelled: Cancelled | None = None

    def is_cancelled(self) -> bool:
        """Whether the caller wants no answer any more."""
        return self.cancelled is not None and self.cancelled()


def run(matrix: Matrix, effort: Effort, *, mip: bool = True, start: Array | None = None) -> SolverAnswer:
    """Solve. The status comes from the solver's own bound and point; equal input gives an equal answer."""
    if not matrix.columns:
        return _without_columns(matrix)
    mip = mip and bool(matrix.whole.any())  # without whole numbers the solver says that the bound is 0
    if effort.is_cancelled():
        return SolverAnswer(False, False, *UNKNOWN, None, 0)
    highs = highspy.Highs()
    for name, setting in (
        ("output_flag", effort.progress is not None),  # without it the solver tells nobody
        ("log_to_console", False),
        ("mip_rel_gap", effort.gap),
        ("time_limit", max(0.1, effort.seconds)),
        ("threads", 1),  # one setting for all of a process: parts are solved side by side instead
        ("random_seed", 0),
    ):
        highs.setOptionValue(name, setting)
    for name in TINY_OFF if effort.tiny else LEAN_OFF if effort.lean else ():
        highs.setOptionValue(name, False)
    pass_model(highs, matrix, mip=mip)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
        highs.setSolution(solution)
    calls = Listener(
        highs,
        progress=effort.progress,
        cancelled=effort.cancelled,
        often=not effort.tiny,
        enough=effort.enough,
    )
    highs.run()
    calls.after_run()
    return _answer(highs, effort.gap, mip)


def _without_columns(matrix: Matrix) -> SolverAnswer:
    """Nothing to decide: feasible only if every row already holds."""
    holds = bool((matrix.row_low <= 1e-9).all() and (matrix.row_high >= -1e-9).all())
    none = np.zeros(0)
    zeros = np.zeros(matrix.rows)
    if not holds:
        return SolverAnswer(False, True, np.inf, np.inf, None, 0)
    return SolverAnswer(True, False, matrix.offset, matrix.offset, none, 0, zeros, none)


def version() -> str:
    """Version of the solver."""
    return str(highspy.Highs().version())


def pass_model(highs: highspy.Highs, matrix: Matrix, *, mip: bool) -> None:
    """Hand a model over, with or without whole numbers."""
    none = np.zeros(0, np.int32)
    highs.addCols(matrix.columns, matrix.cost, matrix.low, matrix.high, 0, none, none, np.zeros(0))
    highs.changeObjectiveOffset(matrix.offset)
    whole = np.flatnonzero(matrix.whole).astype(np.int32)
    if mip and len(whole):
        kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
        highs.changeColsIntegrality(len(whole), whole, kinds)
    highs.addRows(
        matrix.rows,
        matrix.row_low,
        matrix.row_high,
        len(matrix.value),
        matrix.start[:-1],
        matrix.column,
        matrix.value,
    )


def _answer(highs: highspy.Highs, gap: float, mip: bool) -> SolverAnswer:
    status = highs.getModelStatus()
    info = highs.getInfo()
    infeasible = status in NO_POINT
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible and not infeasible
    objective = info.objective_function_value
    bound = info.mip_dual_bound if mip and np.isfinite(info.mip_dual_bound) else -np.inf
    if status == highspy.HighsModelStatus.kOptimal and not np.isfinite(bound):
        bound = objective
    solution = highs.getSolution()
    values = np.array(solution.col_value) if found else None
    proven = found and objective - bound <= gap * max(abs(objective), 1e-9) + 1e-9
    duals = costs = None
    if found and not mip:
        duals, costs = np.array(solution.row_dual), np.array(solution.col_dual)
    return SolverAnswer(proven, infeasible, bound, objective, values, int(info.mip_node_count), duals, costs)
