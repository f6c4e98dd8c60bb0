"""What pages say of the sources that are asked, and of the prices that wait for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_celery_beat.models import PeriodicTask

from advisor.catalog.pricing import hours_of
from advisor.catalog.words import age
from advisor.jobs.queries import nobody_works
from advisor.models import Job, QuarantinedOffer
from advisor.refresh.quarantine import quarantined
from advisor.refresh.queries import SourceStatus, source_state, source_states
from advisor.refresh.sources import TITLES, names
from advisor.web.numbers import whole_number
from advisor.web.offer_rows import offer_address

_PAGE = 50
_STATES = {
    "ok": ("up to date", "good"),
    "held_back": ("held back", "warn"),
    "failed": ("failed", "bad"),
    "not_configured": ("not configured", ""),
    "never": ("never asked", ""),
    "running": ("at work", "busy"),
    "waiting": ("waiting", "busy"),
}
_PHASES = {
    "asking": "Asking the provider",
    "reading": "Reading what it sent",
    "judging": "Judging the prices",
    "writing": "Writing what changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """One source as the page shows it. `is_open`: a refresh waits or is at work, and the card asks again."""

    status: SourceStatus
    state: str
    mark: str
    is_open: bool
    at_work: str
    percent: int
    success: str
    attempt: str
    prices: str
    took: str
    next_at: datetime | None
    may_ask: bool


def refresh_context(*, is_operator: bool) -> dict[str, Any]:
    """Every source there is, and how many prices wait. Five queries."""
    due = _due()
    cards = [_card(status, due.get(status.source), is_operator) for status in source_states()]
    return {
        "sources_asked": cards,
        "in_quarantine": sum(card.status.waiting for card in cards),
        "is_operator": is_operator,
    }


def card_of(source: str, *, is_operator: bool) -> SourceCard:
    """One of them. Raises LookupError for a name that is none."""
    return _card(source_state(source), _due().get(source), is_operator)


def _card(status: SourceStatus, next_at: datetime | None, is_operator: bool) -> SourceCard:
    now, is_open = timezone.now(), status.job_id is not None
    name = "waiting" if is_open and status.state != "running" else status.state
    state, mark = _STATES.get(name, (name, ""))
    return SourceCard(
        status=status,
        state=state,
        mark=mark,
        is_open=is_open,
        at_work=_at_work(status) if is_open else "",
        percent=round(100 * status.fraction),
        success=_ago(status.last_success_at, now),
        attempt=_ago(status.last_attempt_at, now),
        prices=age(status.age_hours) if status.age_hours is not None else "",
        took=f"{status.seconds:,.1f} s" if status.seconds is not None else "",
        next_at=next_at,
        may_ask=is_operator and not is_open and status.state != "not_configured",
    )


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    words = age(hours_of(now - moment))
    return words if words == "just now" else f"{words} ago"


def _at_work(status: SourceStatus) -> str:
    """One line: what the refresh is at, with the figures that are known."""
    if status.job_state == Job.State.QUEUED and status.state == "failed":
        return "It is asked again in a few minutes."
    if status.job_state == Job.State.QUEUED:
        nobody = " No worker seems to be at work now: whoever runs this site should look."
        return f"Waiting for a worker.{nobody if nobody_works() else ''}"
    phase = str(status.progress.get("phase", ""))
    known = ((name, status.progress.get(name)) for name in ("documents", "rows"))
    counts = [f"{number:,} {name}" for name, number in known if number]
    words = _PHASES.get(phase, phase.capitalize() or "At work")
    return f"{words}: {', '.join(counts)}" if counts else f"{words} …"


def _due() -> Mapping[str, datetime]:
    """When the schedule asks each source next; sources that are switched off are left out."""
    now, found = timezone.now(), dict[str, datetime]()
    tasks = PeriodicTask.objects.filter(task="advisor.refresh_prices", enabled=True)
    for task in tasks.select_related("interval"):
        source = next((name for name in names() if f'"{name}"' in task.args), None)
        if source is None or task.interval is None:
            continue
        last = task.last_run_at or task.date_changed or now
        found[source] = max(last + task.interval.schedule.run_every, now)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A price in quarantine as the page shows it."""

    row: QuarantinedOffer
    title: str
    address: str
    state: str
    mark: str


_DECIDED = {"waiting": ("waiting", "busy"), "accepted": ("accepted", "good"), "rejected": ("rejected", "")}


def quarantine_context(query: QueryDict) -> dict[str, Any]:
    """Prices in quarantine by source and state, a page of them."""
    source, state = query.get("source", ""), query.get("state", "")
    source = source if source in names() else ""
    state = state if state in (*_DECIDED, "all") else "waiting"
    found = quarantined(source=source, state="" if state == "all" else state)
    pages = Paginator(found, _PAGE)
    page = pages.get_page(whole_number(query, "page") or 1)
    kept = {"source": source, "state": state}
    return {
        "doubts": [_doubt(row) for row in page],
        "total": pages.count,
        "page": page,
        "pages": pages.num_pages,
        "newer": _address(kept, page.number - 1) if page.has_previous() else "",
        "older": _address(kept, page.number + 1) if page.has_next() else "",
        "here": _address(kept, page.number),
        "source": source,
        "state": state,
        "sources": [(name, TITLES[name], name == source) for name in names()],
        "states": [(name, name == state) for name in (*_DECIDED, "all")],
    }


def _doubt(row: QuarantinedOffer) -> Doubt:
    state, mark = _DECIDED[row.state]
    return Doubt(
        row=row,
        title=TITLES.get(row.source, row.source),
        address=offer_address(row.offer_id),
        state=state,
        mark=mark,
    )


def _address(kept: Mapping[str, str], page: int) -> str:
    return f"{reverse('quarantine')}?{urlencode([*kept.items(), ('page', page)])}"
