"""How hard to try for an answer, and what is told on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from advisor.errors import AdvisorError

DEFAULT_GAP = 0.001
DEFAULT_TIME_LIMIT_SECONDS = 300.0

DEFAULT_EXPLAIN_SECONDS = 30.0
WHY_SECONDS = 90.0  # more, for each offer asked about
EXPLAIN_SHARE = 8  # one solve of the explanations gets this part of their time at most
CLASHES_SECONDS = 60.0  # at most, for finding which limits clash
TRIED_SHARE = 0.9  # of the time; a search that ends before it without a word had nothing to try
BASELINE_GAP = 0.005
BASELINE_SECONDS = (10.0, 54.0, 20.0, 60.0)
"""Comparisons need less proof than the answer: this relative gap, in what is left of 54 seconds, or as long
as the answer took."""


def baseline_seconds(elapsed_seconds: float) -> tuple[float, float]:
    """Time for all simple strategies together, and for each of them.

    Together they get what is left of 54 s, but at least 10 s, and as long as the answer took, up to a minute:
    building their models, and a search that ends late, come on top, and all is to be told within a minute
    where that can be. One gets a quarter of it, at most 20 s: most need far less and leave it to the others.
    """
    least, whole, most, longest = BASELINE_SECONDS
    together = max(least, whole - elapsed_seconds, min(elapsed_seconds, longest))
    return together, min(most, together / 4)


def explain_seconds(offers: int) -> float:
    """Time for explanations where none is given, with so many offers asked about."""
    return DEFAULT_EXPLAIN_SECONDS + WHY_SECONDS * offers


class Cancelled(AdvisorError):
    """The caller asked to stop: there is no answer, not even half of one."""

    exit_code = 130
    http_status = 409
    code = "cancelled"


Phase = Literal["reading", "pricing", "solving", "clashes", "comparing", "explaining", "checking"]
PHASES: tuple[Phase, ...] = get_args(Phase)
"""In their order; `clashes` only for an impossible plan, `comparing` only for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far the work is. `stage` is what is worked on, in words; `phase` the part of the work it is in.

    The other figures are unknown (None) until there are any. `seconds` count from the start of the search;
    `best` and `bound` are in the plan's currency (empty before the plan is read), `gap` is relative.
    `done` of `total` are offers read while pricing, and strategies worked out while comparing, where `name`
    is the strategy that was just worked out.
    """

    stage: str
    currency: str
    phase: Phase = "solving"
    seconds: float | None = None
    best: float | None = None
    bound: float | None = None
    gap: float | None = None
    done: int | None = None
    total: int | None = None
    name: str | None = None


Notify = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to try. `gap` is relative; `baselines` says whether to work out the simple strategies too.

    `explain_seconds`: time for explanations after the answer; 0 leaves them out. `why`: offers to explain.
    """

    gap: float = DEFAULT_GAP
    time_limit_seconds: float = DEFAULT_TIME_LIMIT_SECONDS
    threads: int = 1
    baselines: bool = True
    explain_seconds: float = 0.0
    why: tuple[str, ...] = ()
