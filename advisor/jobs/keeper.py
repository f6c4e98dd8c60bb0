"""Keeps a claim alive from a thread of its own while the work goes on, and hears when to stop."""

import logging
import threading
import time
from typing import Any, Self

from django.conf import settings
from django.db import DatabaseError, connection

from advisor.jobs.lease import Claim, LeaseLost, finish, renew
from advisor.models import Job

log = logging.getLogger(__name__)
_TICK_SECONDS = 0.25
_TELL_SECONDS = 1.0  # progress is written at most this often
_UNHEARD_SECONDS = 20.0  # work that does not hear its deadline for so long is given up


class Keeper:
    """A context around the work on a job.

    `tell` hands over progress, from any thread. `stopped` is true as soon as the work is of no use any more:
    `cancelled` (a person asked), `overdue` (the deadline is over) or `lost` (another worker has the job).
    The solver lets go of Python's lock, so this thread runs on time while it works.
    """

    def __init__(self, mine: Claim, *, deadline_seconds: float) -> None:
        self.claim = mine
        self.cancelled = self.overdue = self.lost = False
        self._deadline = time.monotonic() + deadline_seconds
        self._minutes = deadline_seconds / 60
        self._renewed = time.monotonic()
        self._news: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keeper-{mine.job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def stopped(self) -> bool:
        return self.cancelled or self.overdue or self.lost

    def tell(self, *, fraction: float, progress: dict[str, Any]) -> None:
        with self._lock:
            self._news = {"fraction": fraction, "progress": progress}

    def _keep(self) -> None:
        told = 0.0
        try:
            while not self._done.wait(_TICK_SECONDS) and not self.lost:
                now = time.monotonic()
                self.overdue = now > self._deadline
                due = now - self._renewed > settings.JOB_LEASE_SECONDS / 3
                if due or (self._news and now - told > _TELL_SECONDS):
                    self._renew()
                    told = now
                if now - self._renewed > settings.JOB_LEASE_SECONDS:
                    self.lost = True  # the database could not be reached for a whole lease
                elif now > self._deadline + _UNHEARD_SECONDS:
                    self._give_up()
        finally:
            connection.close()

    def _give_up(self) -> None:
        """The work hangs where nothing reaches it: end the job now; the worker's process is killed soon."""
        try:
            finish(self.claim, Job.State.FAILED, error_code="deadline", error_lines=(self.deadline_words,))
        except (LeaseLost, DatabaseError) as error:
            log.warning("job %s: could not be given up (%s)", self.claim.job_id, error)
        self.lost = True

    @property
    def deadline_words(self) -> str:
        return f"Stopped after {self._minutes:.0f} minutes, the longest it may take."

    def _renew(self) -> None:
        with self._lock:
            news, self._news = self._news, None
        try:
            if not renew(self.claim, **(news or {})):
                self.lost = True
                return
            self._renewed = time.monotonic()
            wanted = Job.objects.filter(pk=self.claim.job_id, cancel_requested_at__isnull=False)
            self.cancelled = wanted.exists()
        except DatabaseError as error:
            log.warning("job %s: the lease could not be renewed (%s)", self.claim.job_id, error)
            connection.close()
