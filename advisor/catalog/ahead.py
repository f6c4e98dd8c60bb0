"""Something made in a thread of its own, a little ahead of whoever takes it."""

from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
_DEPTH = 2
_LOOK_SECONDS = 0.1


class _End:
    """Nothing comes after it."""


def ahead(things: Iterable[T]) -> Iterator[T]:
    """The same things in the same order. What making one raises comes out here, at its place.

    Worth it where the taker leaves the interpreter to others, as a database at work does. `things` must not
    use the database: a thread has a connection of its own. Whoever stops taking stops the making.
    """
    made: Queue[T | _End] = Queue(_DEPTH)
    stopped = Event()
    raised: list[BaseException] = []

    def hand_over(thing: T | _End) -> bool:
        while not stopped.is_set():
            try:
                made.put(thing, timeout=_LOOK_SECONDS)
            except Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for thing in things:
                if not hand_over(thing):
                    return
        except BaseException as error:  # raised again where the things are taken
            raised.append(error)
        hand_over(_End())

    maker = Thread(target=make, name="ahead", daemon=True)
    maker.start()
    try:
        while not isinstance(thing := made.get(), _End):
            yield thing
        if raised:
            raise raised[0]
    finally:
        stopped.set()
        _drain(made)
        maker.join()


def _drain(made: "Queue[T | _End]") -> None:
    """A maker that waits for room goes on at once."""
    while True:
        try:
            made.get_nowait()
        except Empty:
            return
