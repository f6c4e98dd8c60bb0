"""Single fields of Azure's records, read strictly. Names are as Azure writes them, for messages."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.pricefile.cells import BadCell, timestamp
from providers.pricefile.cells import number as number_of
from providers.rates import CURRENCIES
from providers.text import shown

_HOURS = re.compile(r"(?:1\s*/\s*)?([0-9]{0,5})\s*(?:hours?|hrs?)", re.IGNORECASE)
_TERM = re.compile(r"p?\s*([0-9]{1,3})\s*(years?|y|months?|m)", re.IGNORECASE)
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: (?:0?0:00(?::00)?|12:00(?::00)? AM))?")
_OPEN_END = "9999"
_ABSENT = frozenset({"nan", "nat", "none", "null", "<na>"})  # how tools write an empty cell
_LARGEST_EXPONENT = 30  # beyond it a figure is damaged, and arithmetic with it may overflow


class Unusable(Exception):
    """Why a row is no offer."""


def text(fields: Mapping[str, Any], name: str) -> str:
    """The stripped text of a field, empty when missing, null or a tool's word for that."""
    value = fields.get(name.casefold())
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unusable(f"{name}: must be text")
    stripped = value.strip()
    return "" if stripped.casefold() in _ABSENT else stripped


def number(fields: Mapping[str, Any], name: str) -> Decimal | None:
    """A finite number, from JSON or from text; None when missing, null or empty."""
    value = fields.get(name.casefold())
    if value is None or (isinstance(value, str) and not text(fields, name)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise Unusable(f"{name}: must be a number")
    try:
        found = number_of(value.strip()) if isinstance(value, str) else Decimal(value)
    except BadCell as error:
        raise Unusable(f"{name}: {shown(str(value))}: {error}") from None
    if not found.is_finite() or (found and abs(found.adjusted()) > _LARGEST_EXPONENT):
        raise Unusable(f"{name}: out of any range")
    return found


def moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    """A time in UTC (Azure leaves the zone out at times); None when missing or open-ended (year 9999)."""
    value = _iso(text(fields, name))
    if not value or value.startswith(_OPEN_END):
        return None
    try:
        return timestamp(f"{value}Z" if _NAIVE.fullmatch(value) else value)
    except BadCell as error:
        raise Unusable(f"{name}: {shown(value)}: {error}") from None


def _iso(value: str) -> str:
    """A spreadsheet's 11/26/2026 as 2026-11-26; 8/1/2026, which may mean two days, stays as it is."""
    match = _SLASHES.fullmatch(value)
    if match is None:
        return value
    first, second = int(match[1]), int(match[2])
    if first > 12 or first == second:
        first, second = second, first
    elif second <= 12:
        return value
    return f"{match[3]}-{first:02}-{second:02}"


def hours(fields: Mapping[str, Any]) -> int:
    """How many hours the price is for, from unitOfMeasure ("1 Hour", "100 Hours")."""
    unit = text(fields, "unitOfMeasure")
    match = _HOURS.fullmatch(unit)
    count = int(match[1] or 1) if match else 0
    if not count:
        raise Unusable(f"unitOfMeasure: {shown(unit) or 'empty'}: not a price by the hour")
    return count


def per_hour(price: Decimal, hours: int) -> Decimal:
    """The price of one hour; refuses a division that does not come out even."""
    quotient = price / hours
    if quotient * hours != price:
        raise Unusable(f"unitOfMeasure: {price} for {hours} hours has no exact price per hour")
    return quotient


def term_years(value: str, name: str) -> int:
    """Whole years of a term: "1 Year", "3 Years", "P3Y", "36 Months"."""
    match = _TERM.fullmatch(value)
    count = int(match[1]) if match else 0
    months = count * 12 if match and match[2][0] in "yY" else count
    if months not in (12, 36, 60):
        raise Unusable(f"{name}: {shown(value) or 'empty'}: not a term of 1, 3 or 5 years")
    return months // 12


def currency(code: str) -> str:
    """An ISO 4217 code in capitals."""
    found = code.upper()
    if found not in CURRENCIES:
        raise Unusable(f"currencyCode: {shown(code) or 'empty'}: no ISO 4217 currency")
    return found


def plain(figure: Decimal) -> str:
    """A figure for people, without an exponent and without zeros at its end.

    >>> plain(Decimal("46.000"))
    '46'
    """
    return format(figure.normalize(), "f")


def above_zero(price: Decimal | None, name: str) -> Decimal:
    """The price, unless there is none."""
    if price is None:
        raise Unusable(f"{name}: empty: no price")
    if price <= 0:
        raise Unusable(f"{name}: {plain(price)}: no price, which must be above 0")
    return price
