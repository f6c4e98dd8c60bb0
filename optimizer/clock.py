"""Seconds since the start of a solve, and left of its limit; the moment to stop, and who may stop earlier."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

Cancelled = Callable[[], bool]
"""Whether the caller wants no answer any more. It is asked often, also from other threads."""


class Stopped(Exception):
    """The caller wants no answer any more, and there is none yet."""


class Clock:
    """Starts when it is made."""

    def __init__(self, limit_seconds: float) -> None:
        self._start = time.perf_counter()
        self._limit = limit_seconds

    def seconds(self) -> float:
        """Seconds gone."""
        return time.perf_counter() - self._start

    def left(self) -> float:
        """Seconds left, at least half a second so that the last step can say something."""
        return max(0.5, self._limit - self.seconds())


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment to stop (performance counter, seconds), and who may stop before it."""

    until: float = math.inf
    cancelled: Cancelled | None = None

    @classmethod
    def after(cls, seconds: float, cancelled: Cancelled | None = None) -> Self:
        """So many seconds from now."""
        return cls(time.perf_counter() + seconds, cancelled)

    def is_cancelled(self) -> bool:
        """Whether the caller has stopped."""
        return self.cancelled is not None and self.cancelled()

    def left(self) -> float:
        """Seconds left; none once the caller has stopped."""
        return 0.0 if self.is_cancelled() else max(0.0, self.until - time.perf_counter())

    def passed(self) -> bool:
        """Whether it is time to stop."""
        return self.left() <= 0

    def within(self, seconds: float) -> Self:
        """At most so many seconds from now."""
        return replace(self, until=min(self.until, time.perf_counter() + seconds))
