"""Offers to a price file: the exact inverse of reading."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from providers.offers import Offer
from providers.pricefile.cells import FORMULA_STARTS
from providers.pricefile.columns import COLUMNS

_LONGEST_PLAIN_NUMBER = 40


def write_price_file(offers: Iterable[Offer]) -> str:
    """CSV text with every column of the contract, in its order; reading it gives equal offers.

    Text that a spreadsheet would run as a formula gets an apostrophe in front. No offer read from a
    price file has such text, so the round trip stays exact for those.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for offer in offers:
        writer.writerow([_cell(getattr(offer, name), column.is_text) for name, column in COLUMNS.items()])
    return out.getvalue()


def _cell(value: object, is_text: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain if len(plain) <= _LONGEST_PLAIN_NUMBER else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    written = str(value)
    return f"'{written}" if is_text and written.startswith(FORMULA_STARTS) else written
