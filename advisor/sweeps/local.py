"""A sweep without a database of its own: on the processes of this machine, for a command."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from advisor.errors import AdvisorError
from advisor.sweeps.outcome import Outcome, Question, outcome_of
from advisor.sweeps.variations import Variation

Side = tuple[Variation, Question | None]
"""A plan of a sweep, and the question it varies where it is not the sweep's own."""

_LOST = "A process was lost over this plan, or beside it: it was killed, or ran out of memory."
_shared: list[tuple[Question, Sequence[Side]]] = []  # inherited by the processes, never sent to them


class NoProcesses(AdvisorError):
    """This system cannot copy a running process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPoint:
    """As `SweepPoint`, in memory."""

    index: int
    label: str
    factors: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    state: str = "answered"
    status: str = ""
    npv: float | None = None
    gap: float | None = None
    cash: float | None = None
    capex: float | None = None
    carbon_tonnes: float | None = None
    currency: str = ""
    npv_by_kind: Mapping[str, float] = field(default_factory=dict)
    purchases: Sequence[Mapping[str, Any]] = ()
    words: Sequence[str] = ()
    error_code: str = ""
    seconds: float | None = None


def work_out(
    question: Question,
    sides: Sequence[Side],
    *,
    workers: int,
    told: Callable[[int], None] = lambda _done: None,
) -> list[LocalPoint]:
    """Every plan's answer in short, in their order; `told` hears how many are done.

    With one worker in this process, with more in copies of it: they share the catalogue's memory. Raises
    NoProcesses where the system has no copies.
    """
    found: dict[int, Outcome] = {}
    answers = _here(question, sides) if workers == 1 else _beside(question, sides, workers)
    for index, outcome in answers:
        found[index] = outcome
        told(len(found))
    return [_point(index, side[0], found[index]) for index, side in enumerate(sides)]


def _here(question: Question, sides: Sequence[Side]) -> Iterator[tuple[int, Outcome]]:
    for index, (variation, own) in enumerate(sides):
        yield index, outcome_of(own or question, variation)


def _beside(question: Question, sides: Sequence[Side], workers: int) -> Iterator[tuple[int, Outcome]]:
    if "fork" not in multiprocessing.get_all_start_methods():
        raise NoProcesses("workers: this system cannot copy a process; use --workers 1")
    _shared.append((question, sides))
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), initializer=_leave_ctrl_c)
    try:
        waiting: dict[Future[Outcome], int] = {pool.submit(_one, index): index for index in range(len(sides))}
        for future in as_completed(waiting):
            try:
                yield waiting[future], future.result()
            except BrokenProcessPool:
                yield waiting[future], Outcome(error_code="worker_lost", words=[_LOST])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _shared.pop()


def _leave_ctrl_c() -> None:
    """Ctrl-C is for the command, which ends its processes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _one(index: int) -> Outcome:
    question, sides = _shared[-1]
    variation, own = sides[index]
    return outcome_of(own or question, variation)


def _point(index: int, variation: Variation, outcome: Outcome) -> LocalPoint:
    point = LocalPoint(
        index=index, label=variation.label, factors=variation.factors, changes=variation.changes
    )
    return replace(point, state="failed" if outcome.error_code else "answered", **asdict(outcome))
