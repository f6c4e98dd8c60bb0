"""How many are done, on stderr: one line that changes on a terminal, a line every ten seconds elsewhere."""

import time
from collections.abc import Callable
from typing import Self, TextIO

EVERY_SECONDS = 10.0
_TERMINAL_SECONDS = 0.2
_WIDTH = 30


class CountingLine:
    """Called with how many of `total` are done."""

    def __init__(self, stream: TextIO, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._total, self._clock = stream, total, clock
        self._terminal = stream.isatty()
        self._every = _TERMINAL_SECONDS if self._terminal else EVERY_SECONDS
        self._started = self._told = clock()
        self._written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Wipe the terminal's line."""
        if self._terminal and self._written:
            self._stream.write("\r" + " " * self._written + "\r")
            self._stream.flush()

    def __call__(self, done: int) -> None:
        now = self._clock()
        if now - self._told < self._every and done < self._total:
            return
        self._told = now
        text = counting_text(done, self._total, elapsed_seconds=now - self._started)
        if self._terminal:
            self._stream.write("\r" + text.ljust(self._written))
            self._written = len(text)
        elif now - self._started >= self._every:
            self._stream.write(text + "\n")
        self._stream.flush()


def counting_text(done: int, total: int, *, elapsed_seconds: float) -> str:
    """`12 s  [██████····]  40 of 200 plans`."""
    full = _WIDTH * done // total if total else _WIDTH
    return f"{elapsed_seconds:.0f} s  [{'█' * full}{'·' * (_WIDTH - full)}]  {done:,} of {total:,} plans"
