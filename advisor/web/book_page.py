"""What the page of a price book shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from advisor.books.pricing import booked_snapshot
from advisor.books.queries import book_of, in_force, versions_of
from advisor.catalog.snapshot import current_snapshot
from advisor.errors import CatalogueEmpty
from advisor.models import Organisation, PriceBookVersion
from providers.offers import Offer
from providers.pricebook import Discount, Rule

_MOST_ROWS = 200
_MOST_VERSIONS = 20
TEMPLATE = """\
provider,region,country,instance_type,purchase,term_months,payment,price_per_hour,currency,discount_fraction,valid_from,valid_until
aws,*,,*,on_demand,,,,,0.08,2026-01-01,2026-12-31
aws,eu-*,,p5.48xlarge,on_demand,,,42.50,USD,,,
gcp,europe-west4,NL,a3-highgpu-8g,reserved,36,none,31.20,EUR,,,
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """One line of the book: what it is about, what it says, when, and how many offers it prices today."""

    line: int
    about: tuple[tuple[str, str], ...]
    says: str
    days: str
    offers: int
    in_force: bool


def book_context(organisation: Organisation) -> dict[str, Any]:
    """The version in force with its lines, and the versions before it."""
    version = in_force(organisation)
    context: dict[str, Any] = {"version": version, "versions": versions_of(organisation)[:_MOST_VERSIONS]}
    if version is None:
        return context
    today = datetime.now(UTC).date()
    rows = _rows(version, today)
    return context | {
        "rows": rows[:_MOST_ROWS],
        "more_rows": max(len(rows) - _MOST_ROWS, 0),
        "priced": sum(row.offers for row in rows),
        "idle": sum(row.in_force and not row.offers for row in rows),
    }


def _rows(version: PriceBookVersion, today: date) -> list[BookRow]:
    book = book_of(version)
    try:
        counts = booked_snapshot(current_snapshot(), version, today).offers_by_line()
    except CatalogueEmpty:
        counts = None
    found = [_row(rule, None, today, counts[rule.line] if counts else 0) for rule in book.rules]
    found += [_row(rule, offer, today, counts[rule.line] if counts else 0) for offer, rule in book.offers]
    return sorted(found, key=lambda row: row.line)


def _row(rule: Rule, offer: Offer | None, today: date, offers: int) -> BookRow:
    return BookRow(
        line=rule.line,
        about=tuple(_about(rule, offer)),
        says=_says(rule),
        days=_days(rule),
        offers=offers,
        in_force=rule.in_force(today),
    )


def _about(rule: Rule, offer: Offer | None) -> Iterable[tuple[str, str]]:
    if offer is not None:
        yield "offer", offer.offer_id
        return
    for name in ("provider", "region", "instance_type", "purchase", "country", "zone", "accelerator"):
        if name in rule.patterns:
            yield name.replace("_", " "), rule.patterns[name]
    if "commitment_family" in rule.patterns:
        yield "commitment family", rule.patterns["commitment_family"]
    if rule.term_months is not None:
        yield "term", f"{rule.term_months} months"
    if rule.payment is not None:
        yield "payment", f"{rule.payment.value} upfront"


def _says(rule: Rule) -> str:
    term = rule.term
    if isinstance(term, Discount):
        return f"{(term.fraction * 100).normalize():f} % off the list price"
    upfront = f" and {term.upfront:,f} upfront" if term.upfront else ""
    return f"{term.price_per_hour:,f} {term.currency} per instance-hour{upfront}"


def _days(rule: Rule) -> str:
    begin = rule.valid_from.isoformat() if rule.valid_from else ""
    end = rule.valid_until.isoformat() if rule.valid_until else ""
    if begin and end:
        return f"{begin} to {end}"
    return f"from {begin}" if begin else f"until {end}" if end else "always"
