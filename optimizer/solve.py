"""Problem in, Outcome out."""

import time
from dataclasses import replace

import pulp

from .build import Built, build
from .checks import check
from .extract import extract
from .highs import Cancelled, Effort, Report, SolverAnswer, run, version
from .loosen import keeps_limits, loosened
from .matrix import matrix_of
from .model import MONEY
from .problem import Problem
from .reduce import reduce
from .result import Outcome, SolveRecord, Status
from .strategy import search

LOOSENED_SHARE = 0.7  # of the time left, at most, for the problem without limits that keep offers apart


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
    same plan (one seed, fixed order). Raises InvalidProblem for a problem that is none.
    """
    check(problem)
    clock = _Clock(time_limit_seconds)

    def effort() -> Effort:
        return Effort(gap=gap, seconds=clock.left(), threads=threads, progress=progress, cancelled=cancelled)

    model = _easier(problem, effort()) or _Model(problem)
    build_seconds = clock.seconds()
    share = LOOSENED_SHARE if model.given is not None else 1.0
    answer = search(model.built, model.matrix, replace(effort(), seconds=share * clock.left()))
    if model.given is not None and not model.keeps_limits(answer):
        model = _Model(problem)
        answer = search(model.built, model.matrix, effort())
    record = SolveRecord(
        solver="HiGHS",
        version=f"{version()}, PuLP {pulp.__version__}",
        threads=threads,
        gap_asked=gap,
        time_limit_seconds=time_limit_seconds,
        seconds=clock.seconds(),
        build_seconds=build_seconds,
        columns=model.matrix.columns,
        rows=model.matrix.rows,
        integers=int(model.matrix.whole.sum()),
        nonzeros=len(model.matrix.value),
        nodes=answer.nodes,
        bound=answer.bound / MONEY,
        offers=model.offers,
    )
    return _outcome(model.built, answer, record)


class _Model:
    """A problem reduced and written down; `given` is the problem whose limits were loosened for it."""

    def __init__(self, problem: Problem, given: Problem | None = None) -> None:
        smaller = reduce(problem).problem
        self.given = given
        self.offers = len(smaller.elastic) + len(smaller.reservations) + len(smaller.blocks)
        self.built = build(smaller)
        self.matrix = matrix_of(self.built.model.lp)

    def keeps_limits(self, answer: SolverAnswer) -> bool:
        """Whether the answer keeps the limits that were loosened."""
        if self.given is None or answer.values is None:
            return False
        return keeps_limits(self.given, self.built, answer.values)


def _easier(problem: Problem, effort: Effort) -> _Model | None:
    """The model without carbon cap and shares, when its relaxation keeps them; None otherwise."""
    loose = loosened(problem)
    if loose is None:
        return None
    model = _Model(loose, given=problem)
    relaxed = run(model.matrix, effort, mip=False)
    return model if model.keeps_limits(relaxed) else None


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
