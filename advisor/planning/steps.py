"""What is told on the way to an answer, and the places where the work can be stopped."""

import math
import time
from collections.abc import Callable

from advisor.planning.effort import Notify, Phase, Step
from advisor.planning.watch import Watch
from optimizer.baselines import BaselineOutcome
from optimizer.result import Progress
from optimizer.strategies import STRATEGIES

THOUSAND = 1000.0  # the solver counts money in thousands


class Steps:
    """Tells each step; outside the solver it raises Cancelled there where the caller has stopped."""

    def __init__(self, notify: Notify | None, cancelled: Callable[[], bool] | None) -> None:
        self._notify = notify
        self._searching = time.perf_counter()
        self._compared = 0
        self.currency = ""
        self.watch = Watch(cancelled)

    def begin(self, phase: Phase, stage: str, *, done: int | None = None, total: int | None = None) -> None:
        """A part of the work begins."""
        self.watch.check()
        if phase == "solving":
            self._searching = time.perf_counter()
        self._tell(Step(phase=phase, stage=stage, currency=self.currency, done=done, total=total))

    def priced(self, done: int, total: int) -> None:
        """So many of the offers are read."""
        self.begin("pricing", "reading prices", done=done, total=total)

    def searched(self, progress: Progress) -> None:
        """What the solver says: it counts in thousands, and says infinity for what it does not know."""
        self._tell(
            Step(
                phase="solving",
                stage="solving",
                currency=self.currency,
                seconds=time.perf_counter() - self._searching,
                best=_known(progress.best, THOUSAND),
                bound=_known(progress.bound, THOUSAND),
                gap=_known(progress.gap, 1.0),
            )
        )

    def comparing(self) -> None:
        """The simple strategies come next."""
        self._compared = 0
        self.begin("comparing", "comparing with simple strategies", done=0, total=len(STRATEGIES))

    def compared(self, outcome: BaselineOutcome) -> None:
        """One strategy is worked out."""
        self.watch.check()
        self._compared += 1
        self._tell(
            Step(
                phase="comparing",
                stage=f"compared with {outcome.name.replace('_', ' ')}",
                currency=self.currency,
                done=self._compared,
                total=len(STRATEGIES),
                name=outcome.name,
            )
        )

    def explained(self, name: str, done: int, total: int) -> None:
        """So many parts of the explanations are worked out, and this one comes next."""
        self.begin("explaining", f"explaining: {name}", done=done, total=total)

    def _tell(self, step: Step) -> None:
        if self._notify is not None:
            self._notify(step)


def _known(figure: float, scale: float) -> float | None:
    return figure * scale if math.isfinite(figure) else None
