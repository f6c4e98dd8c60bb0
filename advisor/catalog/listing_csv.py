"""A listing as CSV for a spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from advisor.catalog.listing_json import offer_values
from advisor.catalog.search import Listing

CSV_COLUMNS = (
    "offer_id",
    "provider",
    "region",
    "zone",
    "country",
    "instance_type",
    "accelerator",
    "accelerator_count",
    "accelerator_memory_gib",
    "vcpus",
    "memory_gib",
    "local_storage_gib",
    "network_gbps",
    "purchase",
    "term_months",
    "payment",
    "commitment_family",
    "available_from",
    "available_until",
    "min_quantity",
    "max_quantity",
    "interruption_fraction",
    "source_currency",
    "source_price_per_hour",
    "source_upfront",
    "currency",
    "price_per_hour",
    "upfront",
    "effective_price_per_hour",
    "price_per_accelerator_hour",
    "quantity",
    "total_price_per_hour",
    "on_demand_price_per_hour",
    "spot_price_per_hour",
    "one_year_price_per_hour",
    "three_years_price_per_hour",
    "state",
    "observed_at",
    "age_hours",
    "stale",
    "price_book_line",
    "list_price_per_hour",
    "list_currency",
    "source_url",
    "note",
)
"""Names of the JSON. `source_*` is what the source states, to the last digit; other prices are in `currency`.
"""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_MICRO = Decimal("0.000001")


def csv_of(listing: Listing) -> str:
    """The lines of a listing with a title row; unknown is empty. Prices but the source's have 6 places.

    It is for reading, not for importing: one row has two currencies. `export_prices` writes price files.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for line in listing.lines:
        values = offer_values(line)
        writer.writerow([_cell(values[name], exact=name.startswith("source_")) for name in CSV_COLUMNS])
    return out.getvalue()


def _cell(value: object, *, exact: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _figure(value if exact else value.quantize(_MICRO))
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return guarded(str(value))


def _figure(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def guarded(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers do not."""
    if not text.startswith(FORMULA_STARTS):
        return text
    try:
        is_number = Decimal(text).is_finite()
    except InvalidOperation:
        is_number = False
    return text if is_number else f"'{text}"
