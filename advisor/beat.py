"""The scheduler of beat, made so that a signal to stop finds it whole."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # it brings no types
    """The one of django-celery-beat. Told to stop, beat writes its schedule at once, whatever it does then;
    half-made, it would begin to make another over the same connection. So it is made first, then told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        with _told_after():
            super().__init__(*args, **kwargs)


@contextmanager
def _told_after() -> Iterator[None]:
    """Signals to stop that come meanwhile are heard at the end. For the main thread alone."""
    told: list[int] = []
    heard = {
        number: signal.signal(number, lambda number, _frame: told.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
        for each in told:
            signal.raise_signal(each)
