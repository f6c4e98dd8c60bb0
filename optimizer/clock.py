"""Seconds since the start of a solve, and left of its limit."""

import time


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
