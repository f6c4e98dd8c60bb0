"""Problem in, Outcome out."""

from dataclasses import replace

import pulp

from .build import Built
from .candidates import Model, models
from .checks import check
from .clock import Cancelled, Clock, Stopped
from .extract import extract
from .highs import Effort, SolverAnswer, version
from .judged import Judged, better
from .listening import Report
from .model import MONEY
from .ordered import in_order
from .problem import Problem
from .provider_order import in_provider_order
from .result import Outcome, SolveRecord, Status
from .risk.provider_order import in_order_everywhere
from .settled import settled

GO_ON_SHARE = 0.4  # of the time: with more left, an answer that proves too little is not the last


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
    same plan (one seed, fixed order). Once `cancelled` says so the search stops, and what is known by then
    comes back: often nothing (status unknown). It is asked often, and from other threads too. What it or
    `progress` raises comes out of here. Raises InvalidProblem for a problem that is none.
    """
    check(problem)
    problem = in_order(problem)
    clock = Clock(time_limit_seconds)

    def effort() -> Effort:
        return Effort(gap=gap, seconds=clock.left(), threads=threads, progress=progress, cancelled=cancelled)

    build_seconds = ended = 0.0
    best: Judged | None = None
    try:
        for model in models(problem, effort):
            build_seconds += clock.seconds() - ended - model.solving_seconds
            answer = model.judge(model.attack(model.allowed(effort())))
            best = better(best, model, answer)
            ended = clock.seconds()
            if best is not None and not (
                best.is_open(gap) and clock.left() > GO_ON_SHARE * time_limit_seconds
            ):
                break
    except Stopped:
        best = best if best is not None and best.answer.values is not None else None
    asked = SolveRecord(
        solver="HiGHS",
        version=f"{version()}, PuLP {pulp.__version__}",
        threads=threads,
        gap_asked=gap,
        time_limit_seconds=time_limit_seconds,
        seconds=clock.seconds(),
        build_seconds=build_seconds,
    )
    if best is None:
        return Outcome(status=Status.UNKNOWN, record=asked)
    model, answer = best.model, best.answer
    record = _sized(asked, model)
    answer = settled(model.built, model.matrix, answer)
    return _outcome(model.built, answer, replace(record, nodes=answer.nodes, bound=answer.bound / MONEY))


def _sized(record: SolveRecord, model: Model) -> SolveRecord:
    """The record with the size of the model that was solved last."""
    return replace(
        record,
        columns=model.matrix.columns,
        rows=model.matrix.rows,
        integers=int(model.matrix.whole.sum()),
        nonzeros=len(model.matrix.value),
        offers=model.offers,
    )


def _outcome(built: Built, answer: SolverAnswer, record: SolveRecord) -> Outcome:
    if answer.infeasible:
        return Outcome(status=Status.INFEASIBLE, record=record)
    if answer.values is None:
        return Outcome(status=Status.UNKNOWN, record=record)
    plan = extract(built, answer.values)
    if built.uncertain:
        plan, saved = in_order_everywhere(built, answer.values, plan)
    else:
        plan, saved = in_provider_order(built.index.problem, plan)
    objective = answer.objective / MONEY - saved
    gap = max(0.0, (objective - record.bound) / max(abs(objective), 1e-9))
    proven = answer.optimal or gap <= record.gap_asked
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    return Outcome(status=status, record=record, gap=gap, objective_npv=objective, plan=plan)
