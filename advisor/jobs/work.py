"""A worker's part: claim, do, store; every way it can end is written down where people see it."""

import logging
import os
import socket
import uuid
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now

from advisor.errors import AdvisorError
from advisor.jobs.keeper import Keeper
from advisor.jobs.lease import LeaseLost, TryLater, claim, finish, postpone
from advisor.models import Job
from advisor.planning.effort import Cancelled

Handler = Callable[[Job, Keeper], Callable[[], object]]
"""Does one kind of work; what it returns stores the result, in the transaction that ends the job."""

log = logging.getLogger(__name__)
OURS = "Working on it failed. This is an error of ours; it has been written to the log."


ONE_AT_A_TIME = frozenset({Job.Kind.REFRESH_PRICES.value})
"""Kinds that leave the other places of the workers to those who wait for an answer."""


def perform(job_id: uuid.UUID, handlers: dict[str, Handler], *, at_once: bool = False) -> str:
    """Work on a job if it is to be had; says what came of it. Safe to call twice, and at once.

    Unless `at_once`, a job of a kind that is worked on one at a time waits while another one is.
    """
    if not at_once and _must_wait(job_id):
        return "waits"
    mine = claim(job_id, worker=f"{socket.gethostname()}:{os.getpid()}")
    if mine is None:
        return "not to be had"
    job = Job.objects.get(pk=job_id)
    keeper = Keeper(mine, deadline_seconds=job.deadline_seconds)
    try:
        return _worked(job, keeper, handlers[job.kind])
    except LeaseLost:
        return "lost"


def _worked(job: Job, keeper: Keeper, handler: Handler) -> str:
    try:
        with keeper:
            store = handler(job, keeper)
        finish(keeper.claim, Job.State.SUCCEEDED, store=store)
    except (LeaseLost, OperationalError, InterfaceError):
        raise  # the database went away: the lease ends, and the job is done again
    except TryLater as later:
        postpone(keeper.claim, later.seconds)
        return "later"
    except Cancelled:
        return _stopped(keeper)
    except AdvisorError as error:
        return _failed(keeper, error.code, (error.message, *error.details))
    except Exception:
        log.exception("job %s failed", job.pk)
        return _failed(keeper, "internal_error", (OURS,))
    return "done"


def _must_wait(job_id: uuid.UUID) -> bool:
    kind = Job.objects.filter(pk=job_id).values_list("kind", flat=True).first()
    if kind not in ONE_AT_A_TIME:
        return False
    running = Job.objects.filter(kind=kind, state=Job.State.RUNNING, lease_until__gt=Now())
    return running.exclude(pk=job_id).exists()


def _stopped(keeper: Keeper) -> str:
    if keeper.lost:
        return "lost"
    if keeper.cancelled:
        finish(keeper.claim, Job.State.CANCELLED)
        return "cancelled"
    return _failed(keeper, "deadline", (keeper.deadline_words,))


def _failed(keeper: Keeper, code: str, lines: tuple[str, ...]) -> str:
    finish(keeper.claim, Job.State.FAILED, error_code=code, error_lines=lines)
    return "failed"
