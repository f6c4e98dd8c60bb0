"""One row of a price book: which offers it is about, and what they cost instead."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fnmatch import translate
from functools import cache
from typing import Any

from providers.offers import Offer, Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """`fraction` is taken off the list price and the upfront payment; the age is that of the list price."""

    fraction: Decimal

    def priced(self, offer: Offer, book: str) -> Offer:
        left = 1 - self.fraction
        listed = f"{offer.price_per_hour} {offer.currency}"
        return replace(
            offer,
            price_per_hour=offer.price_per_hour * left,
            upfront=None if offer.upfront is None else offer.upfront * left,
            note=f"{book}: {(self.fraction * 100).normalize():f} % off the list price of {listed}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A price per instance-hour in its own currency, agreed at `observed_at`; `upfront` per unit."""

    price_per_hour: Decimal
    currency: str
    upfront: Decimal | None
    observed_at: datetime | None

    def priced(self, offer: Offer, book: str) -> Offer:
        listed = f"{offer.price_per_hour} {offer.currency}"
        return replace(
            offer,
            price_per_hour=self.price_per_hour,
            currency=self.currency,
            upfront=self.upfront,
            observed_at=self.observed_at,
            note=f"{book}: agreed price instead of the list price of {listed}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`patterns` by column, lower-case, `*` for any characters; a column that is not there may be anything.

    In force from `valid_from` to `valid_until`, both included, None for open. `line` is that of the file. It
    is for whoever takes `min_quantity` machines or more at once.
    """

    line: int
    patterns: Mapping[str, str]
    term_months: int | None
    payment: Payment | None
    valid_from: date | None
    valid_until: date | None
    term: Discount | Rate
    min_quantity: int = 1

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )

    def matches(self, offer: Offer) -> bool:
        """Whether it is about an offer, whatever the day."""
        if self.term_months is not None and offer.term_months != self.term_months:
            return False
        if self.payment is not None and offer.payment != self.payment:
            return False
        return all(
            matches(pattern, getattr(offer, column) or "") for column, pattern in self.patterns.items()
        )

    @property
    def weight(self) -> tuple[int, int, int, bool, int]:
        """Of several rules about one offer the heaviest counts: the one that names most columns exactly, then
        most by pattern, then that for most machines, then a rate before a discount, then the later line."""
        exact = sum("*" not in pattern for pattern in self.patterns.values())
        exact += (self.term_months is not None) + (self.payment is not None)
        partly = sum("*" in pattern and pattern.strip("*") != "" for pattern in self.patterns.values())
        return exact, partly, self.min_quantity, isinstance(self.term, Rate), self.line


def matches(pattern: str, value: Any) -> bool:
    """Whether a value fits a lower-case pattern, in whatever case."""
    folded = str(value).casefold()
    return _compiled(pattern).fullmatch(folded) is not None if "*" in pattern else folded == pattern


@cache
def _compiled(pattern: str) -> "re.Pattern[str]":
    return re.compile(translate(pattern.replace("[", "[[]").replace("?", "[?]")))
