"""A worker's part: claim, do, store; every way it can end is written down where people see it."""

import logging
import os
import socket
import uuid
from collections.abc import Callable

from django.db import InterfaceError, OperationalError

from advisor.errors import AdvisorError
from advisor.jobs.keeper import Keeper
from advisor.jobs.lease import LeaseLost, claim, finish
from advisor.models import Job
from advisor.planning.effort import Cancelled

Handler = Callable[[Job, Keeper], Callable[[], object]]
"""Does one kind of work; what it returns stores the result, in the transaction that ends the job."""

log = logging.getLogger(__name__)
OURS = "Working on it failed. This is an error of ours; it has been written to the log."


def perform(job_id: uuid.UUID, handlers: dict[str, Handler]) -> str:
    """Work on a job if it is to be had; says what came of it. Safe to call twice, and at once."""
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
    except Cancelled:
        return _stopped(keeper)
    except AdvisorError as error:
        return _failed(keeper, error.code, (error.message, *error.details))
    except Exception:
        log.exception("job %s failed", job.pk)
        return _failed(keeper, "internal_error", (OURS,))
    return "done"


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
