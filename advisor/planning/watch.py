"""Whether the caller still wants an answer."""

import threading
import time
from collections.abc import Callable

from advisor.planning.effort import Cancelled

ASKED_EVERY_SECONDS = 0.2


class Watch:
    """Asks the caller, in the thread that made it and now and then only: what it asks may be a database.

    Other threads hear what was last answered. Once yes, always yes.
    """

    def __init__(self, cancelled: Callable[[], bool] | None) -> None:
        self._cancelled = cancelled
        self._thread = threading.get_ident()
        self._stopped = threading.Event()
        self._again = 0.0

    def __call__(self) -> bool:
        """Whether to stop; may be asked at any rate, from any thread."""
        if not self._stopped.is_set() and time.perf_counter() >= self._again:
            self._ask()
        return self._stopped.is_set()

    def check(self) -> None:
        """Raise Cancelled where the caller, asked now, wants no answer."""
        if not self._stopped.is_set():
            self._ask()
        if self._stopped.is_set():
            raise Cancelled("Cancelled; no answer is shown.")

    def _ask(self) -> None:
        if self._cancelled is None or threading.get_ident() != self._thread:
            return
        if self._cancelled():
            self._stopped.set()
        self._again = time.perf_counter() + ASKED_EVERY_SECONDS
