"""The columns of a price book: those of a price file, a discount, and the days on which a row is in force."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from providers import pricefile
from providers.pricefile.cells import BadCell, number, timestamp

PLACES = ("provider", "region", "instance_type", "purchase")
"""Must have a value in every row; `*` stands for any."""

PATTERNS = (*PLACES, "country", "zone", "accelerator", "commitment_family")
"""May hold `*` for any characters; those that are left empty mean any."""

REQUIRED = PLACES


def _fraction(cell: str) -> Decimal:
    share = number(cell)
    if not 0 < share < 1:
        raise BadCell("must be above 0 and below 1: 0.12 takes 12 % off the list price")
    return share


def _day(cell: str) -> date:
    return timestamp(cell).date()


COLUMNS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        **{name: column.parse for name, column in pricefile.COLUMNS.items()},
        "discount_fraction": _fraction,
        "valid_from": _day,
        "valid_until": _day,
    }
)
