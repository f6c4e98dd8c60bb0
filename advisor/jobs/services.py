"""What people may ask of a job: cancel it, or try again."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from advisor.errors import Conflict
from advisor.jobs.queue import enqueue
from advisor.jobs.watch import end_cancelled_waiting
from advisor.models import Job

_AS_NEW = {
    "state": Job.State.QUEUED,
    "attempts": 0,
    "sent_at": None,
    "started_at": None,
    "finished_at": None,
    "cancel_requested_at": None,
    "not_before": None,
    "lease_until": None,
    "fraction": 0.0,
    "progress": {},
    "error_code": "",
    "error_lines": [],
}


def cancel(job: Job) -> Job:
    """Stop a job: at once while it waits, within seconds while it runs. Nothing happens to an ended one."""
    # the wish first: whatever becomes of the job meanwhile, nobody claims it any more
    Job.objects.filter(pk=job.pk, state__in=Job.OPEN, cancel_requested_at__isnull=True).update(
        cancel_requested_at=Now()
    )
    end_cancelled_waiting(pk=job.pk)
    job.refresh_from_db()
    return job


def retry(job: Job) -> Job:
    """Start a failed or cancelled job again from nothing. Raises Conflict for any other."""
    ended = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    try:
        with transaction.atomic():
            again = ended.update(**_AS_NEW)
    except IntegrityError:  # one open job per subject
        raise Conflict(f"Another {job.get_kind_display().lower()} of {job.subject} is under way.") from None
    job.refresh_from_db()
    if not again:
        raise Conflict(f"It is {job.state}: only failed and cancelled runs can be tried again.")
    enqueue(job)
    return job
