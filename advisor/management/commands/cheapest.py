"""`cheapest QUERY`: the cheapest offers first, or which condition left none."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from advisor.books.plain import BookedFiles, BookedLedger, booked_catalogue
from advisor.catalog.files import catalogue_from_files, later_words
from advisor.catalog.listing_json import listing_json
from advisor.catalog.moments import AS_OF, moment
from advisor.catalog.request import request_from
from advisor.catalog.search import DEFAULT_LIMIT, SORTS, Listing, search
from advisor.catalog.sources import FileSource, LedgerSource, OfferSource
from advisor.catalog.table import columns_of, footer, text_table, why_empty
from advisor.database import database_files
from advisor.errors import NothingFound
from advisor.management.base import AdvisorCommand
from advisor.management.book_option import price_book
from advisor.management.output import Target
from advisor.management.query_options import reclaim_query
from advisor.rates.in_force import rates_in_force, shipped_rates

_FILTERS = (
    ("--purchase", "on_demand, spot, reserved, spend_commitment, capacity_block, partner"),
    ("--residency", "countries or groups: DE, EU, EEA, G7 ..."),
    ("--region", "us-east-1, aws/us-east-1, aws/eu-* ..."),
    ("--provider", "aws, azure, gcp ..."),
)
_FIGURES = (
    ("--min-memory-gib", "memory of the machine"),
    ("--min-vcpus", "vCPUs of the machine"),
    ("--max-price", "per hour of what is asked for, in the display currency"),
    ("--max-age-hours", "leave out prices observed earlier"),
)


class Command(AdvisorCommand):
    help = (
        "Cheapest offers first. QUERY: H100, H100:8, A100-80GB:4, nvidia:24GB..80GB:1..8, cpu; "
        "without QUERY everything."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", nargs="?", metavar="QUERY")
        parser.add_argument("--count", metavar="N", help="accelerators, exactly")
        parser.add_argument("--at-least", action="store_true", help="more accelerators are fine too")
        parser.add_argument("--pack", action="store_true", help="several smaller machines are fine too")
        for name, text in _FILTERS:
            parser.add_argument(name, nargs="+", action="extend", metavar="NAME", help=text)
        for name, text in _FIGURES:
            parser.add_argument(name, metavar="X", help=text)
        parser.add_argument("--currency", default="USD", help="currency to show prices in; default USD")
        parser.add_argument("--sort", default="price", help=f"{' or '.join(SORTS)}; default price")
        parser.add_argument("--limit", default=DEFAULT_LIMIT, metavar="N", help="offers shown")
        parser.add_argument(
            "--prices", nargs="+", action="extend", metavar="FILE", help="exactly these files"
        )
        parser.add_argument("--price-book", metavar="FILE", help="agreed prices instead of list prices")
        parser.add_argument("--as-of", metavar="DATE", help=AS_OF)
        parser.add_argument("--json", metavar="FILE", help="write JSON; - is standard output")

    def run(self, **options: Any) -> None:
        reclaim_query(options)
        target = _target(options) if options["json"] else None
        listing, left_out = find(options, now=datetime.now(UTC))
        if target is not None:
            target.write_json(listing_json(listing))
        if listing.empty is not None:
            first, *details = why_empty(listing)
            raise NothingFound(first, [*details, *left_out])
        if target is None or not target.is_stdout:
            self.stdout.write("\n".join([*text_table(columns_of(listing)), "", *footer(listing)]))
        for line in left_out:
            self.stderr.write(line)


def _target(options: dict[str, Any]) -> Target:
    prices = [*map(Path, options["prices"] or []), *map(Path, filter(None, [options["price_book"]]))]
    return Target(options["json"], option="--json", inputs=[*prices, *database_files()])


def find(options: dict[str, Any], *, now: datetime) -> tuple[Listing, list[str]]:
    """The offers found, and what `--as-of` left out of price files."""
    as_of = moment(options["as_of"]) if options["as_of"] else None
    source: OfferSource
    left_out: list[str] = []
    if options["prices"]:
        catalogue = catalogue_from_files([Path(name) for name in options["prices"]], now=now, as_of=as_of)
        left_out = list(filter(None, [later_words(catalogue)]))
        book = price_book(options["price_book"])
        source = (
            BookedFiles(booked_catalogue(catalogue, book, (as_of or now).date()))
            if book
            else FileSource(catalogue)
        )
    else:
        book = price_book(options["price_book"])
        source = BookedLedger(as_of, book) if book else LedgerSource(as_of)
    request = request_from(options)
    listing = search(
        request,
        source,
        rates=shipped_rates() if options["prices"] else rates_in_force(as_of),
        now=as_of or now,
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
    )
    return listing, left_out
