"""Finds jobs whose worker fell silent or whose message got lost, and sends them again."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from advisor.jobs.lease import is_due, lease_over
from advisor.jobs.queue import send
from advisor.models import Job

_MOST_SENT = 50


def watch() -> dict[str, int]:
    """One look over all open jobs: how many were ended, freed and sent. Any number may look at once."""
    silent = Job.objects.filter(lease_over(), state=Job.State.RUNNING)
    cancelled = silent.filter(cancel_requested_at__isnull=False).update(
        state=Job.State.CANCELLED, finished_at=Now(), lease_until=None
    )
    given_up = silent.filter(attempts__gte=settings.JOB_MAX_ATTEMPTS).update(
        state=Job.State.FAILED,
        finished_at=Now(),
        lease_until=None,
        error_code="worker_lost",
        error_lines=[
            f"Its worker was lost {settings.JOB_MAX_ATTEMPTS} times: it was killed, ran out of memory, or "
            "lost the database. Look into the workers' log; a plan may have to be made smaller."
        ],
    )
    freed = silent.filter(cancel_requested_at__isnull=True).update(
        state=Job.State.QUEUED, lease_until=None, sent_at=None
    )
    cancelled += end_cancelled_waiting()
    return {"cancelled": cancelled, "given_up": given_up, "freed": freed, "sent": _send_waiting()}


def end_cancelled_waiting(**which: object) -> int:
    """Waiting jobs that somebody cancelled: nobody would claim them."""
    return Job.objects.filter(state=Job.State.QUEUED, cancel_requested_at__isnull=False, **which).update(
        state=Job.State.CANCELLED, finished_at=Now(), lease_until=None
    )


def _send_waiting() -> int:
    long_ago = Now() - timedelta(seconds=settings.JOB_RESEND_SECONDS)
    waiting = Job.objects.filter(
        Q(sent_at__isnull=True) | Q(sent_at__lt=long_ago), is_due(), state=Job.State.QUEUED
    ).order_by("created_at")
    sent = 0
    for job_id, kind, deadline in waiting.values_list("pk", "kind", "deadline_seconds")[:_MOST_SENT]:
        if not send(job_id, kind=kind, deadline_seconds=deadline):
            break  # the broker is away; the next look tries again
        sent += 1
    return sent
