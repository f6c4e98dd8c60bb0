"""The offers page: the search of `cheapest`, asked by address."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict

from advisor.catalog.moments import moment
from advisor.catalog.request import request_from
from advisor.catalog.search import SORTS, Listing, search
from advisor.catalog.sources import LedgerSource
from advisor.catalog.table import columns_of, footer, why_empty
from advisor.catalog.words import MISSING
from advisor.errors import AdvisorError
from providers.offers import Purchase
from providers.rates import reference_rates

FIELDS = (
    "count",
    "at_least",
    "pack",
    "min_memory_gib",
    "min_vcpus",
    "max_price",
    "max_age_hours",
    "currency",
    "sort",
    "limit",
)
LISTS = ("purchase", "residency", "region", "provider")
_MOST_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    title: str
    text: str
    is_figure: bool
    is_missing: bool
    is_stale: bool


def offers_context(query: QueryDict) -> tuple[dict[str, Any], int]:
    """What the page shows, and its HTTP status. Every error a person can act on is shown on the page."""
    context: dict[str, Any] = {
        "asked": {name: query.get(name, "") for name in ("q", "as_of", *FIELDS)}
        | {name: ",".join(query.getlist(name)) for name in LISTS},
        "purchases": [(option.value, option.value.replace("_", " ")) for option in Purchase],
        "currencies": sorted(reference_rates().rates_to_usd),
        "sorts": SORTS,
    }
    try:
        listing = _find(query)
    except AdvisorError as error:
        context |= {"problem": _plain(error.message), "details": [_plain(line) for line in error.details]}
        return context, error.http_status
    if listing.empty is not None:
        first, *details = why_empty(listing)
        context |= {"nothing": _plain(first), "details": [_plain(line) for line in details]}
    else:
        context |= {"rows": _rows(listing), "titles": _titles(listing), "notes": footer(listing)}
    return context, 200


def _find(query: QueryDict) -> Listing:
    when = query.get("as_of")
    as_of = moment(when) if when else None
    values: dict[str, Any] = {name: query.get(name) for name in FIELDS}
    values |= {name: query.getlist(name) for name in LISTS}
    request = request_from(values | {"query": query.get("q", "")})
    request = replace(request, limit=min(request.limit, _MOST_SHOWN))
    now = as_of or datetime.now(UTC)
    return search(
        request,
        LedgerSource(as_of),
        rates=reference_rates(),
        now=now,
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
    )


def _titles(listing: Listing) -> list[dict[str, Any]]:
    return [{"text": column.title, "is_figure": column.is_figure} for column in columns_of(listing)]


def _rows(listing: Listing) -> list[list[Cell]]:
    columns = columns_of(listing)
    return [
        [
            Cell(
                title=column.title,
                text=column.cells[index],
                is_figure=column.is_figure,
                is_missing=column.cells[index] == MISSING,
                is_stale=column.title == "age" and line.priced.stale,
            )
            for column in columns
        ]
        for index, line in enumerate(listing.lines)
    ]


def _plain(text: str) -> str:
    """Option names as words: a page has fields, not flags."""
    return re.sub(r"--([a-z]+(?:-[a-z]+)*)", lambda match: match[1].replace("-", " "), text)
