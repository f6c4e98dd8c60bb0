"""Celery: the application, its schedule (which is data), and what every worker does beside its tasks."""

import ctypes
import logging
import os
import signal
import sys
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_process_init
from kombu.exceptions import OperationalError

from advisor.refresh.limits import limits_of
from providers.registry import SOURCES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")

log = logging.getLogger(__name__)

SCHEDULE: dict[str, dict[str, Any]] = {
    "Load embedded prices": {
        "task": "advisor.load_embedded_prices",
        "minutes": 60,
        "expires_minutes": 30,
    },
    "Clear old sessions": {"task": "advisor.clear_sessions", "minutes": 1440, "expires_minutes": 720},
    **{
        f"Refresh prices: {source}": {
            "task": "advisor.refresh_prices",
            "args": [source],
            "minutes": 60 * limits_of(source).interval_hours,
            "expires_minutes": 30,
        }
        for source in SOURCES
    },
}
"""First entries of the schedule, which then lives in the database (advisor/schedule.py)."""

app = Celery("advisor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["advisor"])


class Watch(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Lost jobs are looked for as long as any worker lives; beat is not needed for that."""

    requires = ("celery.worker.components:Timer", "celery.worker.components:Pool")

    def __init__(self, _worker: Any, **_options: Any) -> None:
        self._entry: Any = None

    def start(self, worker: Any) -> None:
        from django.conf import settings

        self._every = settings.JOB_WATCH_SECONDS
        self._entry = worker.timer.call_repeatedly(self._every, self._look)

    def stop(self, _worker: Any) -> None:
        if self._entry is not None:
            self._entry.cancel()

    def _look(self) -> None:
        try:
            app.send_task("advisor.watch_jobs", expires=self._every, retry=False)
        except OperationalError as error:
            log.warning("lost jobs are not looked for: the broker cannot be reached (%s)", error)


app.steps["worker"].add(Watch)


@worker_process_init.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def die_with_the_worker(**_context: Any) -> None:
    """A worker that is killed takes its processes with it, instead of leaving them at work unseen."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of linux/prctl.h
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
