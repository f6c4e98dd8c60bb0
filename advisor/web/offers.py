"""The offers page: the search of `cheapest`, asked by address."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from django.conf import settings

from advisor.books.pricing import source_for
from advisor.catalog.listing_csv import csv_of
from advisor.catalog.moments import moment
from advisor.catalog.search import Listing, search
from advisor.catalog.snapshot import current_snapshot
from advisor.catalog.table import footer
from advisor.errors import AdvisorError, CatalogueEmpty
from advisor.models import Organisation
from advisor.rates.in_force import rates_in_force
from advisor.web.offer_links import meant, ways_out
from advisor.web.offer_query import Question
from advisor.web.offer_rows import SORT_WORDS, offer_address, rows, titles
from advisor.web.wording import page_lines, plain
from providers.offers import Purchase
from providers.places import GROUP_DEFINITIONS

PAGES = (20, 50, 100)
MOST_IN_FILE = 5000
_MOST_SHOWN = 500
_MORE = ("count", "at_least", "pack", "provider", "region", "min_memory_gib", "min_vcpus", "max_age_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the page shows, its status, and the milliseconds the search took."""

    context: dict[str, Any]
    status: int = 200
    search_ms: float | None = None


def answer(question: Question, organisation: Organisation | None = None) -> Answer:
    """Every error a person can act on is shown on the page itself."""
    asked = {"question": question, "asked": question.values}
    began = perf_counter()
    try:
        listing = _find(question, organisation, most=_MOST_SHOWN)
        search_ms = (perf_counter() - began) * 1000
    except AdvisorError as error:
        return Answer(context=asked | _problem(error, question), status=error.http_status)
    found = {"took": _duration(search_ms), "found": "Nothing found", "version": listing.version}
    if listing.empty is not None:
        found |= _nothing(listing, question)
    else:
        found |= _results(listing, question)
    return Answer(context=asked | found, search_ms=search_ms)


def csv_answer(question: Question, organisation: Organisation | None = None) -> str:
    """All offers found, up to 5,000. Raises what the search raises."""
    return csv_of(_find(question, organisation, most=MOST_IN_FILE, whole=True))


def form_context(question: Question) -> dict[str, Any]:
    """What the form offers to choose from."""
    chosen = question.get("purchase").lower().replace(" ", "_").replace("-", "_").split(",")
    currency = question.get("currency").upper() or "USD"
    codes = sorted({*rates_in_force().rates_to_usd, currency})
    try:
        known = current_snapshot()
        names = {column: sorted(known.values(column)) for column in ("accelerator", "provider")}
    except CatalogueEmpty:
        names = {}
    return {
        "purchases": [(o.value, o.value.replace("_", " "), o.value in chosen) for o in Purchase],
        "currencies": [(code, code == currency) for code in codes],
        "places": GROUP_DEFINITIONS,
        "names": names,
        "more": any(question.get(name) for name in (*_MORE, "as_of")),
    }


def _find(
    question: Question, organisation: Organisation | None, *, most: int, whole: bool = False
) -> Listing:
    when = question.get("as_of")
    as_of = moment(when) if when else None
    request = question.request()
    if whole:
        request = replace(request, limit=most, offset=0)
    return search(
        replace(request, limit=min(request.limit, most)),
        source_for(organisation, as_of),
        rates=rates_in_force(as_of),
        now=as_of or datetime.now(UTC),
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
    )


def _problem(error: AdvisorError, question: Question) -> dict[str, Any]:
    try:
        providers = current_snapshot().values("provider")
    except CatalogueEmpty:
        providers = frozenset()
    ways = meant(error, question, providers)
    said = error.message.partition("; did you mean ")[0] if ways else error.message  # the links say the rest
    return {
        "problem": plain(said),
        "details": page_lines(error)[1:],
        "meant": ways,
        "found": "This cannot be searched",
    }


def _nothing(listing: Listing, question: Question) -> dict[str, Any]:
    sentence, reasons, dropped = ways_out(listing, question)
    nearest = listing.empty.nearest if listing.empty else None
    return {
        "nothing": sentence,
        "reasons": reasons,
        "dropped": dropped,
        "nearest": offer_address(nearest.offer_id, question.get("currency") or "USD") if nearest else "",
    }


def _results(listing: Listing, question: Question) -> dict[str, Any]:
    shown, start, limit = len(listing.lines), listing.offset, listing.request.limit
    before, after = start - limit, start + limit
    first, *notes = footer(listing)
    span = f"{start + 1:,}–{start + shown:,}" if shown else "none"
    if not start:
        span = f"{shown:,}"
    return {
        "found": f"Shown {span} of {listing.total:,} offers ({listing.in_catalogue:,} in the catalogue)",
        "titles": titles(listing, question),
        "rows": rows(listing),
        "notes": [_from_prices(first), *notes],
        "beyond": not shown,
        "first": question.address(offset=""),
        "previous": question.address(offset=str(max(0, before))) if start else "",
        "next": question.address(offset=str(after)) if after < listing.total else "",
        "page": start // limit + 1,
        "pages": -(-listing.total // limit),
        "sorts": [(sort, words, sort == listing.request.sort) for sort, words in SORT_WORDS],
        "limits": [(size, size == limit) for size in sorted({*PAGES, limit})],
        "csv": question.address("offers_csv", limit="", offset=""),
        "cut": listing.total > MOST_IN_FILE,
    }


def _from_prices(line: str) -> str:
    """The end of the first line of the footer: what it counts is said above the table already."""
    text = line.partition("), ")[2]
    return text[:1].upper() + text[1:]


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds >= 1 else "under 1 ms"
