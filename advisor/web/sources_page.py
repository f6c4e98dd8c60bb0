"""The page of prices: how old they are, where they come from, what was published, which rates are used."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

import providers
from advisor.catalog.health import (
    PriceAges,
    catalogue_report,
    publication_count,
    publications,
    source_reports,
)
from advisor.catalog.words import MISSING, age
from advisor.rates.in_force import rates_in_force
from advisor.rates.words import groups
from advisor.web.numbers import whole_number

_PAGE = 20
MARKS = {"fresh": "good", "ageing": "warn", "stale": "warn"}
_LINK = re.compile(r"(?:github\.com|[a-z.]+\.com)/[\w./-]+[\w/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Counted prices in words, with the badge for them."""

    ages: PriceAges
    median: str
    stale_percent: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    source: str
    provider: str
    counted: Ages


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A row of providers/SOURCES.md: which figures were read where, and when."""

    figures: str
    source: str
    link: str
    observed: str
    licence: str


def sources_context(query: QueryDict) -> dict[str, Any]:
    """Raises CatalogueEmpty."""
    reports, whole = source_reports(), catalogue_report()
    return {
        "whole": whole,
        "counted": counted(whole.ages),
        "reports": reports,
        "rows": [
            SourceRow(source=report.source, provider=of.provider, counted=counted(of.ages))
            for report in reports
            for of in report.providers
        ],
        "max_age_days": f"{Decimal(settings.PRICE_MAX_AGE_HOURS) / 24:.4g}",
        "rate_groups": groups(rates_in_force()),
        "rates_max_age_days": settings.RATES_MAX_AGE_DAYS,
        "origins": origins(),
        **_publications(query),
    }


def counted(ages: PriceAges) -> Ages:
    return Ages(
        ages=ages,
        median=age(ages.median_age_hours),
        stale_percent=percent(ages.stale_fraction),
        mark=MARKS[ages.state],
    )


def percent(fraction: Decimal) -> str:
    """Never 0 % for a few, nor 100 % for nearly all."""
    if 0 < fraction < Decimal("0.005"):
        return "under 1 %"
    if Decimal("0.995") <= fraction < 1:
        return "over 99 %"
    return f"{fraction * 100:.0f} %"


def _publications(query: QueryDict) -> dict[str, Any]:
    total = publication_count()
    pages = max(1, -(-total // _PAGE))
    page = min(max(1, whole_number(query, "page") or 1), pages)
    here = reverse("sources")
    return {
        "publications": publications(limit=_PAGE, offset=(page - 1) * _PAGE),
        "publications_total": total,
        "page": page,
        "pages": pages,
        "newer": f"{here}?page={page - 1}#publications" if page > 1 else "",
        "older": f"{here}?page={page + 1}#publications" if page < pages else "",
    }


@cache
def origins() -> tuple[Origin, ...]:
    """The first table of providers/SOURCES.md, so that the page says what the document says."""
    text = (Path(providers.__file__).parent / "SOURCES.md").read_text(encoding="utf-8")
    table = text.partition("## Offers, by file")[2].partition("\n### ")[0]
    found = []
    for line in table.splitlines():
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        if len(cells) < 5 or cells[0] == "file" or set(cells[0]) == {"-"}:
            continue
        link = _LINK.search(cells[2])
        found.append(
            Origin(
                figures=cells[1],
                source=cells[2],
                link=f"https://{link[0]}" if link else "",
                observed=cells[3] or MISSING,
                licence=cells[4],
            )
        )
    return tuple(found)
