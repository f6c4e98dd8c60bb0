"""How far the work is, on stderr: one line that changes on a terminal, a line every ten seconds elsewhere."""

import threading
import time
from collections.abc import Callable
from typing import Self, TextIO

from advisor.planning.effort import Step
from advisor.planning.words import MISSING, money, proof

EVERY_SECONDS = 10.0
_TERMINAL_SECONDS = 0.5


class ProgressLine:
    """A listener for `advise`. As a context it also goes on counting seconds while the solver is silent."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._terminal = stream.isatty()
        self._every = _TERMINAL_SECONDS if self._terminal else EVERY_SECONDS
        self._started = self._told = clock()
        self._step: Step | None = None
        self._width = 0
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._ticker.join()
        self.close()

    def __call__(self, step: Step) -> None:
        self._step = step
        self.refresh()

    def refresh(self) -> None:
        """Tell the newest step again if it is time to."""
        with self._lock:
            now = self._clock()
            if self._step is None or now - self._told < self._every:
                return
            self._told = now
            text = progress_text(self._step, elapsed_seconds=now - self._started)
            if self._terminal:
                self._stream.write("\r" + text.ljust(self._width))
                self._width = len(text)
            else:
                self._stream.write(text + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Wipe the terminal's line."""
        if self._terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _tick(self) -> None:
        while not self._done.wait(_TERMINAL_SECONDS):
            self.refresh()


def progress_text(step: Step, *, elapsed_seconds: float) -> str:
    """`12 s  solving  best 1,610,000 USD  bound 1,608,712 USD  gap 0.08 %`."""
    text = f"{elapsed_seconds:.0f} s  {step.stage}"
    if step.bound is not None:
        best = MISSING if step.best is None else f"{money(step.best)} {step.currency}"
        gap = MISSING if step.gap is None else proof(step.gap)
        text += f"  best {best}  bound {money(step.bound)} {step.currency}  gap {gap}"
    return text
