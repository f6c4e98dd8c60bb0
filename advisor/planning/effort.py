"""How hard to try for an answer, and what is told on the way."""

from collections.abc import Callable
from dataclasses import dataclass

DEFAULT_GAP = 0.001
DEFAULT_TIME_LIMIT_SECONDS = 300.0

CLASHES_SECONDS = 60.0  # at most, for finding which limits clash
BASELINE_GAP = 0.005
BASELINE_SECONDS = (10.0, 54.0, 20.0)
"""Comparisons need less proof than the answer: this relative gap, in what is left of 54 seconds."""


def baseline_seconds(elapsed_seconds: float) -> tuple[float, float]:
    """Time for all simple strategies together, and for each of them.

    Together they get what is left of 54 s, but at least 10 s: building their models, and a search that ends
    late, come on top, and all is to be told within a minute where that can be. One gets a quarter of it, at
    most 20 s: most need far less and leave it to the others.
    """
    least, whole, most = BASELINE_SECONDS
    together = max(least, whole - elapsed_seconds)
    return together, min(most, together / 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far the work is. `stage` is what is worked on; the other figures are unknown (None) until the
    solver tells them. Money in the plan's currency; `gap` is relative."""

    stage: str
    currency: str
    seconds: float | None = None
    best: float | None = None
    bound: float | None = None
    gap: float | None = None


Notify = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to try. `gap` is relative; `baselines` says whether to work out the simple strategies too."""

    gap: float = DEFAULT_GAP
    time_limit_seconds: float = DEFAULT_TIME_LIMIT_SECONDS
    threads: int = 1
    baselines: bool = True
