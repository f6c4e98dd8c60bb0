"""How much of the work is done, as a fraction for a progress bar."""

import math

from advisor.planning.effort import Phase, Step

SPANS: dict[Phase, tuple[float, float]] = {
    "reading": (0.0, 0.01),
    "pricing": (0.01, 0.05),
    "solving": (0.05, 0.75),
    "clashes": (0.75, 0.87),
    "comparing": (0.75, 0.87),
    "explaining": (0.87, 0.98),
    "checking": (0.98, 0.99),
}
"""Where each phase begins and ends on the bar; the end of the bar is the answer itself."""

WIDEST_GAP = 1.0
LEAST_GAP = 1e-6


def fraction_done(step: Step, *, gap_asked: float, time_limit_seconds: float) -> float:
    """Part of the work that is done, 0 to below 1; how long the rest takes nobody knows.

    A search is as far as the part of its time that is gone, or as the gap has closed on a logarithmic scale
    from 100 % to the one asked for, whichever is more. Offers and strategies are counted.
    """
    begin, end = SPANS[step.phase]
    return begin + (end - begin) * _within(step, gap_asked, time_limit_seconds)


def _within(step: Step, gap_asked: float, time_limit_seconds: float) -> float:
    if step.phase == "solving":
        return max(_time_gone(step, time_limit_seconds), _gap_closed(step, gap_asked))
    if step.done is not None and step.total:
        return min(1.0, max(0.0, step.done / step.total))
    return 0.0


def _time_gone(step: Step, time_limit_seconds: float) -> float:
    if step.seconds is None or time_limit_seconds <= 0:
        return 0.0
    return min(1.0, max(0.0, step.seconds / time_limit_seconds))


def _gap_closed(step: Step, gap_asked: float) -> float:
    if step.gap is None or step.best is None:
        return 0.0
    asked = min(max(gap_asked, LEAST_GAP), WIDEST_GAP / 2)
    gap = min(max(step.gap, asked), WIDEST_GAP)
    return math.log(WIDEST_GAP / gap) / math.log(WIDEST_GAP / asked)


class Progressing:
    """The bar of one run: as far as it ever was, since a search may begin anew with a larger model."""

    def __init__(self, *, gap_asked: float, time_limit_seconds: float) -> None:
        self._gap_asked = gap_asked
        self._time_limit_seconds = time_limit_seconds
        self.fraction = 0.0

    def __call__(self, step: Step) -> float:
        """The fraction after this step; never less than before."""
        now = fraction_done(step, gap_asked=self._gap_asked, time_limit_seconds=self._time_limit_seconds)
        self.fraction = max(self.fraction, now)
        return self.fraction
