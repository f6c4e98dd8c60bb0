"""When each source is asked next, by the schedule an operator may change."""

import json
from datetime import datetime
from typing import Any

from django.utils import timezone
from django_celery_beat.models import PeriodicTask

_TASK = "advisor.refresh_prices"


def next_refreshes(now: datetime | None = None) -> dict[str, datetime]:
    """Source -> the moment it is due next, UTC; one in the past is overdue. One query.

    A source without an entry, or with one that is switched off, is not there.
    """
    moment = now or timezone.now()
    found: dict[str, datetime] = {}
    entries = PeriodicTask.objects.filter(task=_TASK, enabled=True)
    for entry in entries.select_related("interval", "crontab", "clocked", "solar"):
        source = _source_of(entry)
        if not source or entry.schedule is None:
            continue
        last = entry.last_run_at or entry.date_changed
        due = moment + entry.schedule.remaining_estimate(last)
        found[source] = min(due, found.get(source, due))
    return found


def _source_of(entry: Any) -> str:
    """The first argument of the task; empty where an operator wrote something else there."""
    try:
        arguments = json.loads(entry.args)
    except ValueError:
        return ""
    return str(arguments[0]) if isinstance(arguments, list) and arguments else ""
