"""The caller's functions inside the solver: told how far it is, and asked whether to go on.

What they raise must not travel through the solver's own code: it is kept, stops the solver, and is raised
again when the solver has returned.
"""

import math
from collections.abc import Callable

import highspy

from .clock import Cancelled
from .result import Progress

Report = Callable[[Progress], None]


class Listener:
    """Attached to a solver for all its runs. `often` also asks between simplex iterations.

    A bound of `enough` ends a search.
    """

    def __init__(
        self,
        highs: highspy.Highs,
        *,
        progress: Report | None = None,
        cancelled: Cancelled | None = None,
        often: bool = True,
        enough: float = math.inf,
    ) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._enough = enough
        self._error: BaseException | None = None
        if progress is not None:
            highs.cbMipLogging += self._tell
        if progress is not None or cancelled is not None or math.isfinite(enough):
            highs.cbMipInterrupt += self._ask_search
            if often and not (progress is None and cancelled is None):
                highs.cbSimplexInterrupt += self._ask
                highs.cbIpmInterrupt += self._ask

    def after_run(self) -> None:
        """Raise what the caller's functions raised while the solver ran."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _tell(self, event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        if self._progress is None or self._error is not None:
            return
        try:
            self._progress(Progress(out.running_time, out.mip_primal_bound, out.mip_dual_bound, out.mip_gap))
        except BaseException as error:  # also Ctrl-C; `after_run` raises it again
            self._error = error

    def _ask(self, event: highspy.HighsCallbackEvent) -> None:
        if event.data_in is not None and self._must_stop():
            event.data_in.user_interrupt = True

    def _ask_search(self, event: highspy.HighsCallbackEvent) -> None:
        self._ask(event)
        if event.data_in is not None and event.data_out.mip_dual_bound >= self._enough:
            event.data_in.user_interrupt = True

    def _must_stop(self) -> bool:
        if self._error is not None:
            return True
        try:
            return self._cancelled is not None and self._cancelled()
        except BaseException as error:  # also Ctrl-C; `after_run` raises it again
            self._error = error
            return True
