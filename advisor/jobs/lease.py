"""Claims on jobs. Times are compared with the database's clock alone: workers' clocks may differ."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from advisor.models import Job


class LeaseLost(Exception):
    """Another worker has the job now, or it was ended: what this one found may not be stored."""


class TryLater(Exception):
    """The work failed in a way that may pass: the job waits for `seconds`, then anybody may have it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"in {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a job, until a later one is given out."""

    job_id: uuid.UUID
    fence: int


def lease_end() -> Combinable:
    """One lease from now, as the database counts."""
    return ExpressionWrapper(
        Now() + Value(timedelta(seconds=settings.JOB_LEASE_SECONDS)), output_field=DateTimeField()
    )


def lease_over() -> Q:
    return Q(lease_until__lt=Now())


def is_due() -> Q:
    return Q(not_before__isnull=True) | Q(not_before__lte=Now())


def claim(job_id: uuid.UUID, *, worker: str) -> Claim | None:
    """Take a job that waits, or whose worker fell silent; None when it is not to be had."""
    free = Q(state=Job.State.QUEUED) | (Q(state=Job.State.RUNNING) & lease_over())
    with transaction.atomic():
        taken = Job.objects.filter(
            free,
            is_due(),
            pk=job_id,
            cancel_requested_at__isnull=True,
            attempts__lt=settings.JOB_MAX_ATTEMPTS,
        ).update(
            state=Job.State.RUNNING,
            attempts=F("attempts") + 1,
            fence=F("fence") + 1,
            lease_until=lease_end(),
            started_at=Coalesce(F("started_at"), Now()),
            worker=worker,
        )
        if not taken:
            return None
        return Claim(job_id=job_id, fence=Job.objects.values_list("fence", flat=True).get(pk=job_id))


def renew(mine: Claim, **progress: Any) -> bool:
    """Go on for another lease, with news for those who watch; False when the claim is lost."""
    return bool(_held(mine).update(lease_until=lease_end(), **progress))


def postpone(mine: Claim, seconds: float) -> None:
    """Give the job back for a while. Raises LeaseLost where the claim is lost."""
    later = ExpressionWrapper(Now() + Value(timedelta(seconds=seconds)), output_field=DateTimeField())
    back = _held(mine).update(state=Job.State.QUEUED, lease_until=None, sent_at=None, not_before=later)
    if not back:
        raise LeaseLost(str(mine.job_id))


def finish(
    mine: Claim,
    state: Job.State,
    *,
    store: Callable[[], object] | None = None,
    error_code: str = "",
    error_lines: tuple[str, ...] = (),
) -> None:
    """End the job and store what was found, both or neither. Raises LeaseLost where the claim is lost."""
    with transaction.atomic():
        ended = _held(mine).update(
            state=state,
            finished_at=Now(),
            lease_until=None,
            error_code=error_code,
            error_lines=list(error_lines),
            **({"fraction": 1.0} if state == Job.State.SUCCEEDED else {}),
        )
        if not ended:
            raise LeaseLost(str(mine.job_id))
        if store is not None:
            store()


def _held(mine: Claim) -> Any:
    return Job.objects.filter(pk=mine.job_id, state=Job.State.RUNNING, fence=mine.fence)
