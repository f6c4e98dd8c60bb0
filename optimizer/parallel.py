"""Many small solves over the cores: HiGHS works outside Python's lock."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def each(work: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[Answer]:
    """Answers in the order of the items, whatever the order in which they were found."""
    with ThreadPoolExecutor(max_workers=max(1, len(os.sched_getaffinity(0)))) as pool:
        yield from pool.map(work, items)
