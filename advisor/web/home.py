"""The first page: a search, the organisation's last runs, and how old prices are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from advisor.accounts.middleware import catalogue_view
from advisor.catalog.health import SourceReport, catalogue_report, source_reports
from advisor.catalog.pricing import hours_of
from advisor.catalog.snapshot import current_snapshot
from advisor.catalog.words import age, ago
from advisor.errors import CatalogueEmpty
from advisor.models import Job, Organisation, Run
from advisor.plans.examples import FIRST, example
from advisor.runs.queries import runs_of
from advisor.web.offer_query import Question
from advisor.web.partial import VARY, wants_part
from advisor.web.run_progress import words
from advisor.web.sources_page import counted, percent
from advisor.web.wording import page_lines
from providers.offers import Purchase

RECENT = 8
_ASKED_FOR = (
    ("H100:8", "H100", 8),
    ("H200:8", "H200", 8),
    ("B200:8", "B200", 8),
    ("MI300X:8", "MI300X", 8),
    ("A100-80GB:4", "A100-80GB", 4),
    ("L40S", "L40S", None),
    ("L4", "L4", None),
    ("Trainium2", "Trainium2", None),
    ("TPU-v5e", "TPU-v5e", None),
    ("cpu", "", None),
)
"""Query, accelerator, and the number that at least one machine must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A run of the list; while a worker is at it, how far it is, in per cent and in words."""

    run: Run
    when: str
    percent: int
    doing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAges:
    provider: str
    offers: int
    newest: datetime | None
    oldest: datetime | None
    stale: int
    stale_percent: str
    mark: str
    age: str


@catalogue_view
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For htmx only the runs, asked again while one of them is open."""
    organisation: Organisation | None = getattr(request, "organisation", None)
    context = _runs(organisation)
    if wants_part(request):
        response = render(request, "advisor/parts/home_runs.html", context)
    else:
        response = render(request, "advisor/home.html", context | _prices() | _form())
    patch_vary_headers(response, VARY)
    return response


def _runs(organisation: Organisation | None) -> dict[str, Any]:
    if organisation is None:
        return {"runs": (), "any_open": False}
    now = datetime.now(UTC)
    found = [_recent(run, now) for run in runs_of(organisation)[:RECENT]]
    return {
        "runs": found,
        "any_open": any(one.run.job.is_open for one in found),
        "example": example(FIRST),
    }


def _recent(run: Run, now: datetime) -> Recent:
    job = run.job
    return Recent(
        run=run,
        when=ago(now - run.created_at),
        percent=int(min(max(job.fraction, 0.0), 1.0) * 100),
        doing=words(job) if job.state == Job.State.RUNNING else "",
    )


def _form() -> dict[str, Any]:
    return {"purchases": [(option.value, option.value.replace("_", " ")) for option in Purchase]}


def _prices() -> dict[str, Any]:
    """Suggestions of the search and the ages; a page without prices says what to do about it."""
    try:
        whole, reports = catalogue_report(), source_reports()
    except CatalogueEmpty as error:
        return {"no_prices": page_lines(error)}
    return {
        "whole": whole,
        "counted": counted(whole.ages),
        "providers": _by_provider(reports),
        "suggestions": _suggestions(),
    }


def _suggestions() -> list[tuple[str, str]]:
    """Questions that have an answer, each with its address."""
    rows = current_snapshot().rows
    found = []
    for query, accelerator, count in _ASKED_FOR:
        held, places = rows.fact("accelerator_count"), rows.of_accelerator(accelerator or None)
        fits = np.array([count is None or have == count for have in held.values], np.bool_)
        if fits[held.codes[places]].any():
            found.append((query, Question(values={"q": query}).address()))
    return found


def _by_provider(reports: tuple[SourceReport, ...]) -> list[ProviderAges]:
    """Each provider once, however many sources its prices came from; those with most offers first."""
    parts = defaultdict(list)
    for report in reports:
        for one in report.providers:
            parts[one.provider].append(one.ages)
    now = datetime.now(UTC)
    found = []
    for provider, ages in parts.items():
        newest = max((a.newest for a in ages if a.newest), default=None)
        oldest = min((a.oldest for a in ages if a.oldest), default=None)
        offers, stale = sum(a.offers for a in ages), sum(a.stale for a in ages)
        found.append(
            ProviderAges(
                provider=provider,
                offers=offers,
                newest=newest,
                oldest=oldest,
                stale=stale,
                stale_percent=percent(Decimal(stale) / offers),
                mark="warn" if stale * 2 >= offers else "",
                age=age(hours_of(now - newest) if newest else None),
            )
        )
    return sorted(found, key=lambda one: (-one.offers, one.provider))
