"""Asking for a refresh: one job per source at a time, which the database sees to."""

import time
from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from advisor.errors import BadInput, Conflict
from advisor.jobs.queue import enqueue
from advisor.jobs.work import perform
from advisor.models import Job
from advisor.refresh.limits import limits_of
from advisor.refresh.sources import TITLES, names
from advisor.refresh.work import refresh_prices
from providers.text import did_you_mean, nearest, shown

_LOOK_SECONDS = 0.5


def request_refresh(source: str, user: User | None = None, *, despite_gates: bool = False) -> Job:
    """The job that refreshes a source: a new one, or the one that is open already.

    `despite_gates`: publish what the gates would hold back; doubtful offers still wait. Raises BadInput for
    an unknown source, Conflict where the open one would hold back what is to be published.
    """
    return ask_refresh(source, user, despite_gates=despite_gates)[0]


def ask_refresh(source: str, user: User | None = None, *, despite_gates: bool = False) -> tuple[Job, bool]:
    """As `request_refresh`, and whether the job is new."""
    job, is_new = _open_job(source, user, despite_gates=despite_gates)
    if is_new:
        enqueue(job)
    elif despite_gates and not job.options.get("despite_gates"):
        raise Conflict(
            f"{TITLES.get(source, source)} is being refreshed already, and held back if need be.",
            ["Wait for its end or stop it, then ask again."],
        )
    return job, is_new


def refresh_now(
    source: str,
    *,
    despite_gates: bool = False,
    watch: Callable[[Job], object] = lambda _job: None,
) -> Job:
    """Refresh a source in this process, without a worker; the job as it ended.

    Where a worker has it already, its end is waited for. A failure is not tried again later. `watch` hears
    of the job that is being waited for.
    """
    job, is_new = _open_job(source, None, despite_gates=despite_gates)
    if is_new:  # the workers' watch leaves it alone for a while, and this process takes it
        Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    watch(job)
    handler = partial(refresh_prices, patient=False)
    perform(job.pk, {Job.Kind.REFRESH_PRICES.value: handler}, at_once=True)
    job.refresh_from_db()
    while job.is_open:
        time.sleep(_LOOK_SECONDS)
        job.refresh_from_db()
    return job


def no_such_source(source: str) -> str:
    """Words for a name that is none, with the nearest or all that are."""
    known = names()
    hint = did_you_mean(nearest(source, known)) or f"; known: {', '.join(known)}"
    return f"{shown(source)}: no source of prices has this name{hint}"


def _open_job(source: str, user: User | None, *, despite_gates: bool) -> tuple[Job, bool]:
    if source not in names():
        raise BadInput(no_such_source(source), field="source")
    which = {"kind": Job.Kind.REFRESH_PRICES, "subject": source}
    while True:
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    **which,
                    created_by=user,
                    deadline_seconds=limits_of(source).deadline_seconds,
                    options={"despite_gates": True} if despite_gates else {},
                )
            return job, True
        except IntegrityError:
            found = Job.objects.filter(**which, state__in=Job.OPEN).first()
            if found is not None:  # else it ended just now
                return found, False
