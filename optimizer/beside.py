"""A model handed to the solver on a thread of its own, while the caller goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from types import TracebackType
from typing import Self

from .clock import Deadline
from .highs import Effort, SolverAnswer, run
from .matrix import Matrix
from .parallel import ASKED_EVERY_SECONDS
from .result import Progress


class Beside:
    """Solves from the moment it is made; left, it is stopped. `told` hears of every bound, on that thread."""

    def __init__(self, matrix: Matrix, effort: Effort, told: Callable[[float], None]) -> None:
        self._effort, self._told, self._stopped = effort, told, False
        self._pool = ThreadPoolExecutor(max_workers=1)
        heard = replace(effort, progress=self._hear, cancelled=self._is_cancelled)
        self._future = self._pool.submit(run, matrix, heard)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self._pool.shutdown()
        if error is None:
            self._future.result()  # raises what was raised there

    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._future.done()

    def answer(self, until: Deadline) -> SolverAnswer:
        """Its answer, waited for, or what it has by then; the calling thread asks on whether to stop."""
        while not wait([self._future], timeout=ASKED_EVERY_SECONDS).done:
            self._stopped = self._stopped or until.passed()
        return self._future.result()

    def _hear(self, progress: Progress) -> None:
        self._told(progress.bound)

    def _is_cancelled(self) -> bool:
        return self._stopped or self._effort.is_cancelled()
