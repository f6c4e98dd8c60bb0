"""Problem in, Outcome out."""

import time

import pulp

from .build import Built, build
from .extract import extract
from .highs import Cancelled, Effort, Report, SolverAnswer, version
from .matrix import matrix_of
from .model import MONEY
from .problem import Problem
from .reduce import reduce
from .result import Outcome, SolveRecord, Status
from .strategy import search


def solve(
    problem: Problem,
    *,
    gap: float = 0.001,
    time_limit_seconds: float = 300.0,
    threads: int = 1,
    progress: Report | None = None,
    cancelled: Cancelled | None = None,
) -> Outcome:
    """Find the plan of least present worth, with proof: relative `gap`, at most `time_limit_seconds`.

    Offers that cannot matter are left out first, by rules that keep the optimum. The same problem gives the
    same plan (one seed, fixed order).
    """
    clock = _Clock(time_limit_seconds)
    built = build(reduce(problem).problem)
    matrix = matrix_of(built.model.lp)
    build_seconds = clock.seconds()
    effort = Effort(gap=gap, seconds=clock.left(), threads=threads, progress=progress, cancelled=cancelled)
    answer = search(built, matrix, effort)
    record = SolveRecord(
        solver="HiGHS",
        version=f"{version()}, PuLP {pulp.__version__}",
        threads=threads,
        gap_asked=gap,
        time_limit_seconds=time_limit_seconds,
        seconds=clock.seconds(),
        build_seconds=build_seconds,
        columns=matrix.columns,
        rows=matrix.rows,
        integers=int(matrix.whole.sum()),
        nonzeros=len(matrix.value),
        nodes=answer.nodes,
        bound=answer.bound / MONEY,
    )
    return _outcome(built, answer, record)


class _Clock:
    """Seconds since the start and left."""

    def __init__(self, limit: float) -> None:
        self.start = time.perf_counter()
        self.limit = limit

    def seconds(self) -> float:
        return time.perf_counter() - self.start

    def left(self) -> float:
        return max(0.5, self.limit - self.seconds())


def _outcome(built: Built, answer: SolverAnswer, record: SolveRecord) -> Outcome:
    if answer.infeasible:
        return Outcome(status=Status.INFEASIBLE, record=record)
    if answer.values is None:
        return Outcome(status=Status.UNKNOWN, record=record)
    objective = answer.objective / MONEY
    gap = max(0.0, (objective - record.bound) / max(abs(objective), 1e-9))
    status = Status.OPTIMAL if answer.optimal else Status.FEASIBLE
    plan = extract(built, answer.values)
    return Outcome(status=status, record=record, gap=gap, objective_npv=objective, plan=plan)
