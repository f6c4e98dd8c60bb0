"""Handing jobs to workers. Nothing depends on the broker: what it loses is sent again by `watch`."""

import logging
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from advisor.celery import app
from advisor.models import Job

log = logging.getLogger(__name__)
TASK = "advisor.run_job"
QUEUES = {Job.Kind.SOLVE.value: "solve", Job.Kind.SWEEP.value: "sweep"}
_GRACE_SECONDS = 60  # after its deadline a job says so itself; only then is its process killed


def enqueue(job: Job) -> None:
    """Send a queued job when the transaction that made it is done."""
    transaction.on_commit(lambda: send(job.pk, kind=job.kind, deadline_seconds=job.deadline_seconds))


def send(job_id: uuid.UUID, *, kind: str, deadline_seconds: int) -> bool:
    """Tell the workers; False when the broker cannot be reached, which loses nothing.

    The message ends when the next would be sent, so that a long queue holds each job about once.
    """
    Job.objects.filter(pk=job_id).update(sent_at=Now())
    try:
        app.send_task(
            TASK,
            args=[str(job_id)],
            queue=QUEUES.get(kind, settings.CELERY_TASK_DEFAULT_QUEUE),
            expires=settings.JOB_RESEND_SECONDS + 5,
            time_limit=deadline_seconds + _GRACE_SECONDS,
            retry=False,
        )
    except OperationalError as error:
        log.warning("job %s waits: the broker cannot be reached (%s)", job_id, error)
        return False
    return True
