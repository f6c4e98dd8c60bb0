"""Words for how a run stands, and what to do when it has ended without an answer."""

from dataclasses import dataclass
from datetime import datetime

from advisor.models import Job, Run

STATES = (
    ("queued", "waiting"),
    ("running", "running"),
    ("optimal", "optimal"),
    ("feasible", "feasible"),
    ("infeasible", "impossible"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
)
"""What runs can be filtered by: a job's state, or its result's status."""
_TONES = {
    "queued": "",
    "running": "busy",
    "optimal": "good",
    "feasible": "warn",
    "infeasible": "warn",
    "failed": "bad",
    "cancelled": "",
}
_AGAIN = "Try again. If it fails once more, tell whoever runs this site; the log says why."
_WHAT_TO_DO = {
    "deadline": "Allow a wider gap, leave out the comparisons, or make the plan smaller; solve it again.",
    "worker_lost": "Make the plan smaller (fewer months, fewer workloads), then solve it again.",
    "bad_input": "Put the plan right, then solve it again.",
    "catalogue_empty": "Load prices (operators do), then try again.",
    "nothing_found": "Change the plan, then solve it again.",
    "solver_failed": "Try again with a longer time limit or a wider gap.",
    "bill_disagrees": "The check of the answer refused it, so it is not shown. Please report this plan.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    text: str
    tone: str  # a class of the style sheet, empty for plain


def badge_of(state: str, status: str) -> Badge:
    """One word for a run: its result's status where there is one, else its job's state."""
    name = status if state == Job.State.SUCCEEDED and status else state
    return Badge(text=dict(STATES).get(name, name), tone=_TONES.get(name, ""))


def what_to_do(code: str) -> str:
    """The next step after a failure, by its stable code."""
    return _WHAT_TO_DO.get(code, _AGAIN)


def duration(seconds: float) -> str:
    """`0.4 s`, `42 s`, `3 min 05 s`, `1 h 02 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def minutes(seconds: float) -> str:
    """A time that somebody chose: `30 s`, `2 min`, `1 h`; else as it is measured."""
    if seconds < 60 or seconds % 60:
        return f"{seconds:g} s" if seconds < 60 else duration(seconds)
    return f"{seconds / 60:g} min" if seconds % 3600 else f"{seconds / 3600:g} h"


def seconds_taken(run: Run, now: datetime) -> float | None:
    """From the first claim to the end, or to now while it runs; None before it starts."""
    started = run.job.started_at
    if started is None:
        return None
    return max(0.0, ((run.job.finished_at or now) - started).total_seconds())
