"""Single fields of AWS's records, read strictly. Names are as AWS writes them, for messages."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from providers.pricefile.cells import BadCell, timestamp
from providers.pricefile.cells import number as number_of
from providers.rates import CURRENCIES
from providers.text import shown

_HOURS = frozenset({"hrs", "hr", "hours", "hour"})
_TERM = re.compile(r"([135]) ?(?:yr|year)s?", re.IGNORECASE)
_DAY_SECONDS = 86_400
_LARGEST_EXPONENT = 30  # beyond it a figure is damaged, and arithmetic with it may overflow
_MACHINE = re.compile(r"[a-z][a-z0-9-]{0,30}(?:\.[a-z0-9-]{1,24})?")
_ZONELESS = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?")
_EPOCHS = (946_684_800, 7_258_118_400)  # the years 2000 to 2200, in seconds
_PLACES_KEPT = Decimal("1e-10")


class Unusable(Exception):
    """Why a record is no offer."""


def text(fields: Mapping[str, Any], name: str) -> str:
    """The stripped text of a field, empty when missing or null."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unusable(f"{name}: must be text")
    return value.strip()


def inner(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The map a field holds, empty when missing or null."""
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Unusable(f"{name}: must be an object")
    return value


def rows(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The maps of a list, empty when missing or null."""
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Unusable(f"{name}: must be a list of objects")
    return value


def number(fields: Mapping[str, Any], name: str) -> Decimal | None:
    """A finite number, from JSON or from text; None when missing, null or empty."""
    value = fields.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Unusable(f"{name}: must be a number")
    try:
        found = number_of(value.strip()) if isinstance(value, str) else Decimal(str(value))
    except BadCell as error:
        raise Unusable(f"{name}: {shown(str(value))}: {error}") from None
    except (ArithmeticError, ValueError):
        raise Unusable(f"{name}: must be a number") from None
    if not found.is_finite() or (found and abs(found.adjusted()) > _LARGEST_EXPONENT):
        raise Unusable(f"{name}: out of any range")
    return found


def whole(fields: Mapping[str, Any], name: str) -> int | None:
    """A whole number of 0 or more; None when missing."""
    found = number(fields, name)
    if found is None:
        return None
    if found != found.to_integral_value() or not 0 <= found <= 10**9:
        raise Unusable(f"{name}: {shown(str(found))}: must be a whole number")
    return int(found)


def price(fields: Mapping[str, Any], name: str) -> Decimal:
    """A price above 0; a missing one is no price, never zero."""
    found = number(fields, name)
    if found is None:
        raise Unusable(f"{name}: missing: no price")
    if found <= 0:
        raise Unusable(f"{name}: {plain(found)}: no price, which must be above 0")
    return found


def currency(code: str, *, name: str = "CurrencyCode") -> str:
    """An ISO 4217 code in capitals."""
    found = code.strip().upper()
    if found not in CURRENCIES:
        raise Unusable(f"{name}: {shown(code) or 'missing'}: no ISO 4217 currency")
    return found


def moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    """A time in UTC, None when missing: ISO 8601, seconds since 1970, or placebo's map of its parts.

    AWS states all its times in UTC, so one without a zone is taken as such.
    """
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, Mapping):
        return _from_parts(value, name)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _from_epoch(value, name)
    if not isinstance(value, str):
        raise Unusable(f"{name}: must be a time")
    stated = value.strip()
    try:
        return timestamp(f"{stated}+00:00" if _ZONELESS.fullmatch(stated) else stated)
    except BadCell as error:
        raise Unusable(f"{name}: {shown(stated)}: {error}") from None


def _from_parts(value: Mapping[str, Any], name: str) -> datetime:
    try:
        year, month, day = (int(value[part]) for part in ("year", "month", "day"))
        hour, minute, second = (int(value[part]) for part in ("hour", "minute", "second"))
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise Unusable(f"{name}: must be a time") from None
    return _within_years(found, name)


def _from_epoch(value: int | float | Decimal, name: str) -> datetime:
    if not _EPOCHS[0] <= value <= _EPOCHS[1]:
        raise Unusable(f"{name}: {shown(str(value))}: must be a time, as ISO 8601 or seconds since 1970")
    return datetime.fromtimestamp(float(value), UTC)


def _within_years(found: datetime, name: str) -> datetime:
    if not 2000 <= found.year <= 2200:
        raise Unusable(f"{name}: the year must be between 2000 and 2200")
    return found


def hourly(unit: str, *, name: str = "unit") -> None:
    """Refuse a unit that is no hour."""
    if unit.strip().casefold() not in _HOURS:
        raise Unusable(f"{name}: {shown(unit) or 'missing'}: not a price by the hour (Hrs)")


def term_months(length: str, *, name: str = "LeaseContractLength") -> int:
    """Months of a term such as 1yr or 3yr."""
    match = _TERM.fullmatch(length.strip())
    if match is None:
        raise Unusable(f"{name}: {shown(length) or 'missing'}: must be 1yr or 3yr")
    return 12 * int(match[1])


def months_of_seconds(seconds: Decimal | None, name: str) -> int:
    """Months of a term in seconds: whole years of 365 days, leap days allowed for."""
    for years in (1, 3, 5):
        days = 365 * years
        if seconds is not None and days * _DAY_SECONDS <= seconds <= (days + 2) * _DAY_SECONDS:
            return 12 * years
    stated = "missing" if seconds is None else plain(seconds)
    raise Unusable(f"{name}: {stated}: must be the seconds of 1 or 3 years (31536000, 94608000)")


def machine(name: str, *, field: str = "instanceType") -> str:
    """The name of an instance type in lower case; refuses what cannot be one."""
    found = name.strip().lower()
    if not _MACHINE.fullmatch(found):
        raise Unusable(f"{field}: {shown(name) or 'missing'}: not an instance type such as m5.large")
    return found


def rounded(figure: Decimal) -> Decimal:
    """A quotient to ten decimals, without zeros at its end.

    >>> rounded(Decimal("2.5000"))
    Decimal('2.5')
    """
    kept = figure.quantize(_PLACES_KEPT) if abs(figure) < 10**15 else figure
    return Decimal(plain(kept))


def plain(figure: Decimal) -> str:
    """A figure for people, without an exponent and without zeros at its end.

    >>> plain(Decimal("46.000"))
    '46'
    """
    return format(figure.normalize(), "f")


def hours_between(begin: datetime, end: datetime) -> Decimal:
    """Hours of a window, exactly."""
    return Decimal((end - begin) // timedelta(seconds=1)) / 3600
