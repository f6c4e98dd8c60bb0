"""The sources that are asked, each as a card: how it stands, in words, and how far a refresh is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from advisor.accounts.scope import may_see_workings
from advisor.catalog.words import age, ago, count
from advisor.errors import NotFound
from advisor.jobs.queries import nobody_works
from advisor.models import Job
from advisor.refresh.queries import SourceStatus, source_states, without_workings
from advisor.refresh.services import no_such_source
from advisor.refresh.sources import names
from advisor.refresh.upcoming import next_refreshes
from advisor.web.run_words import Badge, duration

PHASES = ("waiting", "asking", "reading", "checking", "publishing")
_BADGES = {
    "running": Badge(text="at work", tone="busy"),
    "ok": Badge(text="up to date", tone="good"),
    "held_back": Badge(text="held back", tone="warn"),
    "failed": Badge(text="failed", tone="bad"),
    "not_configured": Badge(text="not configured", tone=""),
    "never": Badge(text="never asked", tone=""),
}
_WAITS = Badge(text="waiting", tone="busy")
_LATE = Badge(text="not asked lately", tone="warn")
_NOBODY = "No worker seems to be at work now: whoever runs this site should look."
_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    name: str
    state: str  # done, now or later


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A refresh under way: its steps, `percent` (0 to 100), and one line about it."""

    steps: tuple[Step, ...]
    fraction: float
    percent: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSource:
    """One card. `age` is of the oldest price in force that its last success stated, `age_mark` its badge."""

    status: SourceStatus
    badge: Badge
    age: str
    age_mark: str
    success_ago: str
    attempt_ago: str
    next_at: datetime | None
    next_words: str
    took: str
    outcome: str
    work: Work | None
    can_be_asked: bool


def asked_context(request: HttpRequest) -> dict[str, Any]:
    """All of them. Six queries at most, whatever is under way."""
    now = timezone.now()
    upcoming = next_refreshes(now)
    statuses = [_told(status, request) for status in source_states(now)]
    return {
        "asked": [asked_source(status, upcoming, now) for status in statuses],
        "waiting": sum(status.waiting for status in statuses),
        "nothing_asked": not any(status.last_success_at for status in statuses),
        "following": any(status.job_id for status in statuses),
        "is_operator": is_operator(request),
        "may_see_workings": may_see_workings(request),
    }


def one_source(request: HttpRequest, name: str) -> AskedSource:
    """One of them. Raises NotFound, with the nearest name."""
    if name not in names():
        raise NotFound(no_such_source(name))
    now = timezone.now()
    status = next(status for status in source_states(now) if status.source == name)
    return asked_source(_told(status, request), next_refreshes(now), now)


def is_operator(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_staff", False))


def asked_source(status: SourceStatus, upcoming: Mapping[str, datetime], now: datetime) -> AskedSource:
    stale = status.age_hours is not None and status.age_hours > settings.PRICE_MAX_AGE_HOURS
    next_at = upcoming.get(status.source)
    return AskedSource(
        status=status,
        badge=_badge(status, now),
        age=age(status.age_hours, stale=stale),
        age_mark="warn" if stale else "",
        success_ago=ago(now - status.last_success_at) if status.last_success_at else "",
        attempt_ago=ago(now - status.last_attempt_at) if status.last_attempt_at else "",
        next_at=next_at,
        next_words=_next(next_at, now),
        took=duration(status.seconds) if status.seconds is not None else "",
        outcome=outcome(status),
        work=_work(status, now),
        can_be_asked=status.job_id is None,
    )


def outcome(status: SourceStatus) -> str:
    """What the last attempt came to, in a sentence or two."""
    if status.state == "never":
        return "It was not asked yet."
    if status.state == "not_configured":
        return "It is left out: it needs credentials, and has none."
    if status.state == "failed":
        return f"It could not be read. {_in_force(status)}"
    if status.state == "held_back":
        return f"It was read and held back: {_rows(status)}. {_in_force(status)}"
    if status.state == "ok":
        changed = count(status.rows_changed, "price") if status.rows_changed else "no price"
        return f"It was read and published: {_rows(status)}; {changed} changed."
    return ""


def _rows(status: SourceStatus) -> str:
    parts = [f"{count(status.rows_seen, 'row')} seen, {status.rows_taken:,} taken"]
    if status.rows_refused:
        parts.append(f"{status.rows_refused:,} refused")
    if status.rows_quarantined:
        parts.append(f"{status.rows_quarantined:,} in quarantine")
    return ", ".join(parts)


def _in_force(status: SourceStatus) -> str:
    """What counts meanwhile, with its true age."""
    if status.last_success_at is None:
        return "None of its prices is in force."
    if status.age_hours is None:
        return "Its last good prices stay in force; nobody said how old they are."
    return f"Its last good prices stay in force; the oldest was stated {_ago(status.age_hours)}."


def _ago(hours: Decimal) -> str:
    words = age(hours)
    return words if words == "just now" else f"{words} ago"


def _badge(status: SourceStatus, now: datetime) -> Badge:
    if status.job_id is not None:
        return _BADGES["running"] if status.job_state == Job.State.RUNNING else _WAITS
    found = _BADGES.get(status.state, Badge(text=status.state, tone=""))
    limit = timedelta(hours=settings.PRICE_MAX_AGE_HOURS)
    if status.state == "ok" and status.last_success_at and now - status.last_success_at > limit:
        return _LATE
    return found


def _next(due: datetime | None, now: datetime) -> str:
    """`in 3 hours`, `any moment`, `overdue for 2 days`; empty where no schedule is known."""
    if due is None:
        return ""
    span = due - now
    if abs(span) < _SOON:
        return "any moment"
    words = age(Decimal(int(abs(span).total_seconds())) / 3600)
    return f"in {words}" if span > timedelta(0) else f"overdue for {words}"


def _work(status: SourceStatus, now: datetime) -> Work | None:
    if status.job_id is None:
        return None
    phase = _phase(status)
    at = PHASES.index(phase)
    return Work(
        steps=tuple(
            Step(name=name, state="done" if number < at else "now" if number == at else "later")
            for number, name in enumerate(PHASES)
        ),
        fraction=status.fraction,
        percent=round(100 * status.fraction),
        words=work_words(status, now),
    )


def _phase(status: SourceStatus) -> str:
    """The phase its worker told last; a new one that is not known here counts as asking."""
    if status.job_state != Job.State.RUNNING:
        return "waiting"
    phase = str(status.progress.get("phase") or "asking")
    return phase if phase in PHASES else "asking"


def work_words(status: SourceStatus, now: datetime) -> str:
    """One line: what it is at, with the figures that are known."""
    if status.stopping:
        return "Stopping …"
    phase, news = _phase(status), status.progress
    if phase == "waiting":
        if status.not_before is not None and status.not_before > now:
            return f"It is tried again at {status.not_before:%H:%M} UTC."
        return f"Waiting for a worker. {_NOBODY}" if nobody_works(now) else "Waiting for a worker."
    if phase == "reading":
        return f"Reading: {count(news.get('rows', 0), 'row')} so far"
    if phase == "checking":
        return f"Checking {count(news.get('rows', 0), 'row')}"
    if phase == "publishing":
        return f"Publishing: {news.get('done', 0):,} of {count(news.get('total', 0), 'row')}"
    replies = news.get("documents", 0)
    return f"Asking: {replies:,} {'reply' if replies == 1 else 'replies'} so far"


def _told(status: SourceStatus, request: HttpRequest) -> SourceStatus:
    return status if may_see_workings(request) else without_workings(status)
