"""How the work in the background stands, for those who run it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from advisor.models import Job

PATIENCE = timedelta(seconds=30)
"""Nobody waits longer than this where a worker is free; a worker also looks for lost jobs more often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOfWork:
    """`oldest_waiting` is when the job that waits longest was made, `last_finished` when one last ended."""

    waiting: int
    running: int
    failed_today: int
    oldest_waiting: datetime | None
    last_finished: datetime | None
    nobody_works: bool


def state_of_work(now: datetime | None = None) -> StateOfWork:
    """Jobs of all organisations. `nobody_works` is as that function says."""
    now = now or timezone.now()
    waits, runs = Q(state=Job.State.QUEUED), Q(state=Job.State.RUNNING)
    counts = Job.objects.aggregate(
        waiting=Count("pk", filter=waits),
        running=Count("pk", filter=runs),
        failed_today=Count("pk", filter=Q(state=Job.State.FAILED, finished_at__gt=now - timedelta(days=1))),
        oldest_waiting=Min("created_at", filter=waits),
        last_finished=Max("finished_at"),
    )
    return StateOfWork(**counts, nobody_works=nobody_works(now))


def nobody_works(now: datetime | None = None) -> bool:
    """Whether something waits, and nothing is at work or ended for a while, of whomever."""
    now = now or timezone.now()
    long_ago = now - PATIENCE
    if not Job.objects.filter(state=Job.State.QUEUED, created_at__lt=long_ago).exists():
        return False
    at_work = Q(state=Job.State.RUNNING, lease_until__gt=now)
    return not Job.objects.filter(at_work | Q(finished_at__gte=long_ago)).exists()
