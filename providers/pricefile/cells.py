"""One cell of a price file to one value. Every parser takes a stripped, non-empty cell."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from providers.places import COUNTRIES, suggest_country
from providers.rates import CURRENCIES, suggest_currency
from providers.text import did_you_mean, nearest

E = TypeVar("E", bound=StrEnum)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_LONGEST_NUMBER = 100
_NOT_FINITE = frozenset({"nan", "snan", "inf", "infinity"})
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
_YEARS = range(2000, 2201)
# Spreadsheets run a cell that starts like this as a formula.
FORMULA_STARTS = ("=", "+", "-", "@")
# Controls, zero-width characters and marks that turn the writing direction: two cells could look alike.
_INVISIBLE = "\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


class BadCell(ValueError):
    """Why a cell is refused. `suggest` is asked only when the reason is shown: it is slow."""

    def __init__(self, reason: str, suggest: Callable[[], Iterable[str]] = tuple) -> None:
        super().__init__(reason)
        self._suggest = suggest

    def worded(self) -> str:
        """The reason with the nearest known names, if any."""
        return f"{self}{did_you_mean(self._suggest())}"


@lru_cache(maxsize=16384)
def number(cell: str) -> Decimal:
    """A finite decimal number with a point, exactly as written; an exponent is allowed."""
    if len(cell) <= _LONGEST_NUMBER and _NUMBER.fullmatch(cell):
        return Decimal(cell)
    raise BadCell(f"must be a plain number such as 12.34: {_number_fault(cell)}")


def _number_fault(cell: str) -> str:
    if cell.lstrip("+-").lower() in _NOT_FINITE:
        return "NaN and infinity are no numbers"
    if cell.endswith("%"):
        return "write a fraction, 0.05 instead of 5%"
    if re.fullmatch(r"[-+]?[0-9]+(,[0-9]+)+(\.[0-9]*)?", cell):
        return "write a point for decimals and no thousands separator"
    if re.match(r"\W*[$€£¥₹]", cell):
        return "leave out the currency sign, it has a column of its own"
    return "leave out what is unknown, and the row when it has no price"


@lru_cache(maxsize=4096)
def integer(cell: str) -> int:
    """A whole number."""
    if not _INTEGER.fullmatch(cell):
        raise BadCell("must be a whole number such as 12")
    return int(cell)


@lru_cache(maxsize=16384)
def timestamp(cell: str) -> datetime:
    """ISO 8601 with a time zone, or a date alone, which means 00:00 UTC; returned in UTC."""
    if _DATE.fullmatch(cell):
        cell = f"{cell}T00:00:00+00:00"
    elif not _TIMESTAMP.fullmatch(cell):
        raise BadCell("must be ISO 8601 with a time zone, such as 2026-08-31T12:00:00Z, or a date")
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise BadCell("is no date and time that exists; must be such as 2026-08-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise BadCell(f"has no time zone; for UTC write {cell}Z")
    if moment.year not in _YEARS:
        raise BadCell(f"the year must be between {_YEARS[0]} and {_YEARS[-1]}")
    return moment.astimezone(UTC)


@lru_cache(maxsize=1024)
def provider(cell: str) -> str:
    """A slug: providers are compared and shown in file names, addresses and offer ids."""
    if not _PROVIDER.fullmatch(cell):
        raise BadCell("must be lower-case letters, digits, dots, hyphens and underscores, such as aws")
    return cell


@lru_cache(maxsize=1024)
def country(cell: str) -> str:
    """ISO 3166-1 alpha-2, in either case; returned in capitals."""
    code = cell.upper()
    if code not in COUNTRIES:
        raise BadCell(
            "unknown country, must be an ISO 3166-1 alpha-2 code such as DE", lambda: suggest_country(cell)
        )
    return code


@lru_cache(maxsize=1024)
def currency(cell: str) -> str:
    """ISO 4217, in either case; returned in capitals."""
    code = cell.upper()
    if code not in CURRENCIES:
        raise BadCell(
            "unknown currency, must be an ISO 4217 code such as USD", lambda: suggest_currency(cell)
        )
    return code


def last_moment(cell: str) -> datetime:
    """When an offer ends. A date alone is included, but the first of a month ends the month before.

    People write a window either up to its last day (2027-03-31) or up to the next month (2027-04-01).
    """
    moment = timestamp(cell)
    date_alone = _DATE.fullmatch(cell) is not None
    return moment + timedelta(days=1) if date_alone and moment.day != 1 else moment


def choice(kind: type[E]) -> Callable[[str], E]:
    """Parser of one of the enum's values, written exactly so."""
    values = {member.value: member for member in kind}
    listed = ", ".join(values)

    def parse(cell: str) -> E:
        found = values.get(cell)
        if found is None:
            raise BadCell(f"must be one of {listed}", lambda: nearest(cell, values, limit=1, cutoff=0.5))
        return found

    return parse


def text(*, longest: int, without: str = "") -> Callable[[str], str]:
    """Parser of printable text of at most `longest` characters that holds none of `without`."""
    plain = re.compile(f"(?![=+@-])[^{_INVISIBLE}{re.escape(without)}]{{1,{longest}}}")

    @lru_cache(maxsize=4096)
    def parse(cell: str) -> str:
        if plain.fullmatch(cell):
            return cell
        raise BadCell(_text_fault(cell, longest, without))

    return parse


def _text_fault(cell: str, longest: int, without: str) -> str:
    if len(cell) > longest:
        return f"has {len(cell)} characters; must have at most {longest}"
    if cell.startswith(FORMULA_STARTS):
        return "a spreadsheet would run this as a formula; must not start with =, +, - or @"
    if hidden := re.search(f"[{_INVISIBLE}]", cell):
        return f"holds the invisible character U+{ord(hidden[0]):04X}; must be plain text"
    return f"must not contain {' or '.join(without)}, which separates the parts of an offer id"


_url_text = text(longest=2000)


def url(cell: str) -> str:
    """An address or any other note of origin; a scheme, where there is one, is http or https."""
    if not cell.startswith("https://"):
        scheme = _SCHEME.match(cell)
        if scheme and scheme[1].lower() not in {"http", "https"}:
            raise BadCell("must be an http or https address")
    return _url_text(cell)
