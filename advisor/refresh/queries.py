"""How the sources stand, for pages, programs and commands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from advisor.catalog.pricing import hours_of
from advisor.models import Job, QuarantinedOffer, SourceState
from advisor.refresh.sources import TITLES, names

_FAILED = SourceState.State.FAILED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source: `state` is not_configured, never, ok, held_back, failed or running.

    `stated_at` is the earliest moment its prices in force were stated by the last success, `age_hours` how
    long ago that is. `words` say why it failed, was held back or is not configured. Row counts and
    `seconds` are those of the last attempt that was read to its end. `waiting` counts its prices in
    quarantine. `fraction` (0 to 1) and `progress` are of the job under way, `job_id` its number; before
    `not_before` nobody takes it (a failure that may pass is tried again then), `stopping`: a person has
    asked it to stop.
    """

    source: str
    title: str
    state: str
    words: tuple[str, ...]
    error_code: str
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    stated_at: datetime | None
    age_hours: Decimal | None
    rows_seen: int
    rows_taken: int
    rows_refused: int
    rows_quarantined: int
    rows_changed: int
    refused: tuple[Mapping[str, str], ...]
    seconds: float | None
    waiting: int
    job_id: UUID | None
    job_state: str
    fraction: float
    progress: Mapping[str, Any]
    not_before: datetime | None
    stopping: bool


def source_states(now: datetime | None = None) -> tuple[SourceStatus, ...]:
    """Every source there is, in the registry's order; three queries."""
    moment = now or timezone.now()
    rows = {row.source: row for row in SourceState.objects.select_related("job")}
    jobs = {
        job.subject: job
        for job in Job.objects.filter(kind=Job.Kind.REFRESH_PRICES, state__in=Job.OPEN).exclude(subject="")
    }
    waiting = dict(
        QuarantinedOffer.objects.filter(state=QuarantinedOffer.State.WAITING)
        .order_by()
        .values_list("source")
        .annotate(count=Count("pk"))
    )
    return tuple(
        _status(
            name, rows.get(name) or SourceState(source=name), jobs.get(name), waiting.get(name, 0), moment
        )
        for name in names()
    )


def source_state(source: str, now: datetime | None = None) -> SourceStatus:
    """One of them. Raises LookupError for a name that is none."""
    for status in source_states(now):
        if status.source == source:
            return status
    raise LookupError(source)


def without_workings(status: SourceStatus) -> SourceStatus:
    """What anybody may know: words and refusals can name projects, subscriptions and hosts of this site."""
    return replace(status, words=(), refused=())


def _status(name: str, row: SourceState, job: Job | None, waiting: int, now: datetime) -> SourceStatus:
    state, words, code = row.state, row.words, row.error_code
    if job is not None and job.state == Job.State.RUNNING:
        state = "running"
    elif row.job is not None and row.job.state == Job.State.FAILED:
        # it ended without a word of its own: its worker was killed, or it hung
        state, words, code = _FAILED, row.job.error_lines, row.job.error_code
    return SourceStatus(
        source=name,
        title=TITLES.get(name, name),
        state=str(state),
        words=tuple(words),
        error_code=code,
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        stated_at=row.stated_at,
        age_hours=hours_of(now - row.stated_at) if row.stated_at else None,
        rows_seen=row.rows_seen,
        rows_taken=row.rows_taken,
        rows_refused=row.rows_refused,
        rows_quarantined=row.rows_quarantined,
        rows_changed=row.rows_changed,
        refused=tuple(row.refused),
        seconds=row.seconds,
        waiting=waiting,
        job_id=job.pk if job is not None else None,
        job_state=job.state if job is not None else "",
        fraction=job.fraction if job is not None else 0.0,
        progress=job.progress if job is not None else {},
        not_before=job.not_before if job is not None else None,
        stopping=job is not None and job.cancel_requested_at is not None,
    )
