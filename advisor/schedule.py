"""The schedule of beat: rows an operator may change. What is missing is added; nothing is changed back."""

import json

from advisor.celery import SCHEDULE


def ensure_schedule() -> int:
    """Add the entries that are not there yet; returns how many."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    added = 0
    for name, entry in SCHEDULE.items():
        if PeriodicTask.objects.filter(name=name).exists():
            continue
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=entry["minutes"], period=IntervalSchedule.MINUTES
        )
        PeriodicTask.objects.create(
            name=name,
            task=entry["task"],
            interval=interval,
            args=json.dumps(entry.get("args", [])),
            expire_seconds=60 * entry["expires_minutes"],
            description="Made by Quartermaster; change or switch it off as you like.",
        )
        added += 1
    return added
