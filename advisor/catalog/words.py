"""Figures as people read them. A missing figure is an en dash, never 0."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from advisor.catalog.facts import place_name
from advisor.catalog.pricing import Priced
from providers.offers import Offer, Payment, Purchase

MISSING = "–"
YOURS = "your price"
_UPFRONT: dict[Payment | None, str] = {
    Payment.NONE: ", no upfront",
    Payment.PARTIAL: ", part upfront",
    Payment.ALL: ", all upfront",
}


_NOW = "just now"


def age(hours: Decimal | None, *, stale: bool = False) -> str:
    """`just now`, `6 minutes`, `5 days`, `14 months, stale`; prices age by tenths of an hour."""
    if hours is None:
        return f"{MISSING}, stale" if stale else MISSING
    if hours < 1:
        minutes = int(hours * 60)
        text = count(minutes, "minute") if minutes else _NOW
    elif hours < 48:
        text = count(int(hours), "hour")
    elif hours < 2 * 730:
        text = count(int(hours / 24), "day")
    elif hours < 730 * 36:
        text = count(int(hours / 730), "month")
    else:
        text = count(int(hours / 8760), "year")
    return f"{text}, stale" if stale else text


def ago(span: timedelta) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _NOW
    return f"{count(minutes, 'minute') if minutes < 60 else age(Decimal(minutes) / 60)} ago"


def old(hours: Decimal) -> str:
    """`seen just now`, `5 days old`: for sentences."""
    text = age(hours)
    return f"seen {text}" if text == _NOW else f"{text} old"


def count(number: int, noun: str) -> str:
    """`1 machine`, `2,000 machines`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def places_for(prices: Iterable[Decimal | None]) -> int:
    """Decimal places that tell the prices of one column apart: more for cheaper things."""
    lowest = min((price for price in prices if price), default=Decimal(1))
    if lowest >= 10:
        return 2
    return 3 if lowest >= 1 else 4


def price(amount: Decimal | None, places: int) -> str:
    return MISSING if amount is None else f"{amount:,.{places}f}"


def figure(value: Decimal | None) -> str:
    """A quantity without trailing zeros: `80`, `0.5`, `1,024`."""
    if value is None:
        return MISSING
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def accelerators(offer: Offer) -> str:
    if not offer.accelerator:
        return MISSING
    return f"{figure(offer.accelerator_count)} × {offer.accelerator}"


def place(offer: Offer) -> str:
    """The zone where there is one: it says more than the region it lies in."""
    return place_name(offer.region, offer.zone)


def purchase(offer: Offer) -> str:
    """The purchase option in words, with its terms, and a volume tier's least number of machines."""
    tier = "" if offer.tier_from is None else f", {offer.tier_from:,} or more"
    return f"{_purchase(offer)}{tier}"


def _purchase(offer: Offer) -> str:
    name = offer.purchase.value.replace("_", " ")
    if offer.purchase is Purchase.RESERVED:
        return f"{offer.term_months} months{_UPFRONT.get(offer.payment, '')}"
    if offer.purchase is Purchase.SPEND_COMMITMENT:
        term = offer.unnamed_term
        months = f", {term.months} months{_UPFRONT.get(term.payment, '')}" if term else ""
        return f"rate under {offer.commitment_family}{months}"
    if offer.purchase is Purchase.CAPACITY_BLOCK and offer.available_from and offer.available_until:
        return f"block {offer.available_from:%Y-%m-%d}..{offer.available_until:%Y-%m-%d}"
    return name


def state(priced: Priced) -> str:
    return priced.offer.state.value.replace("_", " ")
