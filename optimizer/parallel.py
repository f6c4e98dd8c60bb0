"""Many small solves over the cores: HiGHS works outside Python's lock."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from .clock import Cancelled

Item = TypeVar("Item")
Answer = TypeVar("Answer")

ASKED_EVERY_SECONDS = 0.1


def each(
    work: Callable[[Item], Answer], items: Iterable[Item], cancelled: Cancelled | None = None
) -> Iterator[Answer]:
    """Answers in the order of the items, whatever the order in which they were found.

    While it waits, the calling thread goes on asking `cancelled`: a caller whose answer depends on the
    thread is then heard by the workers too. They ask for themselves whether to go on.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(os.sched_getaffinity(0)))) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in futures:
                yield _answer(future, cancelled)
        finally:
            for future in futures:
                future.cancel()


def _answer(future: Future[Answer], cancelled: Cancelled | None) -> Answer:
    while cancelled is not None:
        cancelled()
        if wait([future], timeout=ASKED_EVERY_SECONDS).done:
            break
    return future.result()
