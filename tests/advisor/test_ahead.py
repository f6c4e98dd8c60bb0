"""Making things in another thread changes neither what comes, nor what goes wrong, nor who works when."""

import threading
from collections.abc import Iterator

import pytest

from advisor.catalog.ahead import ahead


def test_the_same_things_come_in_the_same_order() -> None:
    assert list(ahead(range(1000))) == list(range(1000))
    assert list(ahead([])) == []


def test_they_are_made_in_another_thread_and_only_a_little_ahead() -> None:
    made: list[int] = []
    makers: set[str] = set()

    def things() -> Iterator[int]:
        for number in range(100):
            makers.add(threading.current_thread().name)
            made.append(number)
            yield number

    walk = ahead(things())
    assert next(walk) == 0
    assert makers == {"ahead"}
    walk.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(made) <= 4  # the one taken, two that wait, one in the hand


def test_what_making_raises_comes_out_at_its_place() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    walk = ahead(things())
    assert next(walk) == 1
    with pytest.raises(ValueError, match="broken"):
        next(walk)


def test_whoever_stops_taking_stops_the_making() -> None:
    before = threading.active_count()
    for number in ahead(range(10**9)):
        if number == 5:
            break
    walk = ahead(range(10**9))
    next(walk)
    del walk
    assert threading.active_count() == before
