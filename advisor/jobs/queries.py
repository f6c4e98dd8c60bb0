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
    """Jobs of all organisations. `nobody_works`: something waits, and nothing runs or ended for a while."""
    now = now or timezone.now()
    waits, runs = Q(state=Job.State.QUEUED), Q(state=Job.State.RUNNING)
    alive = runs & Q(lease_until__gt=now)
    counts = Job.objects.aggregate(
        waiting=Count("pk", filter=waits),
        running=Count("pk", filter=runs),
        alive=Count("pk", filter=alive),
        failed_today=Count("pk", filter=Q(state=Job.State.FAILED, finished_at__gt=now - timedelta(days=1))),
        oldest_waiting=Min("created_at", filter=waits),
        last_finished=Max("finished_at"),
    )
    oldest, last = counts["oldest_waiting"], counts["last_finished"]
    is_late = oldest is not None and now - oldest > PATIENCE
    is_quiet = last is None or now - last > PATIENCE
    alive_now = counts.pop("alive")
    return StateOfWork(**counts, nobody_works=bool(is_late and is_quiet and not alive_now))
