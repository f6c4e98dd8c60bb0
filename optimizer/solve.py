"""Problem in, Outcome out."""

import time
from collections.abc import Callable

import pulp

from .build import Built, build
from .extract import extract
from .highs import SolverAnswer, run
from .model import MONEY
from .problem import Problem
from .result import Outcome, Progress, SolveRecord, Status


def solve(
    problem: Problem,
    *,
    gap: float = 0.001,
    time_limit_seconds: float = 300.0,
    threads: int = 1,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outcome:
    """Find the plan of least present worth, with proof: relative `gap`, at most `time_limit_seconds`.

    The same problem gives the same plan (one seed, fixed order). Raises `InvalidProblem` for a problem that
    is not one.
    """
    started = time.perf_counter()
    built = build(problem)
    build_seconds = time.perf_counter() - started
    left = max(1.0, time_limit_seconds - build_seconds)
    answer = run(
        built.model.lp,
        gap=gap,
        time_limit_seconds=left,
        threads=threads,
        progress=progress,
        cancelled=cancelled,
    )
    seconds = time.perf_counter() - started
    record = _record(built, answer, gap, time_limit_seconds, threads, seconds, build_seconds)
    return _outcome(built, answer, record)


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


def _record(
    built: Built,
    answer: SolverAnswer,
    gap: float,
    time_limit_seconds: float,
    threads: int,
    seconds: float,
    build_seconds: float,
) -> SolveRecord:
    variables = built.model.lp.variables()
    return SolveRecord(
        solver="HiGHS through PuLP",
        version=f"{built.model.lp.solverModel.version()} / {pulp.__version__}",
        threads=threads,
        gap_asked=gap,
        time_limit_seconds=time_limit_seconds,
        seconds=seconds,
        build_seconds=build_seconds,
        columns=len(variables),
        rows=built.model.rows,
        integers=sum(1 for x in variables if x.cat == pulp.LpInteger),
        nonzeros=built.model.nonzeros,
        nodes=answer.nodes,
        bound=answer.bound / MONEY,
    )
