"""The same machine had otherwise: spot beside on demand, commitments beside both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.catalog.pricing import Quote
from providers.offers import Offer, Purchase

_Machine = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Lowest effective price per machine-hour of each kind, in the listing's currency; None: not offered."""

    on_demand: Decimal | None = None
    spot: Decimal | None = None
    one_year: Decimal | None = None
    three_years: Decimal | None = None


def prices_beside(offers: Sequence[Offer], related: Iterable[Quote]) -> list[Beside]:
    """For each offer, what the same machine in the same place costs under the other purchase options.

    `related` are quotes of at least those machines.
    """
    by_machine: dict[_Machine, list[Quote]] = defaultdict(list)
    for quote in related:
        if quote.converted:
            by_machine[_machine(quote.offer)].append(quote)
    return [_beside(offer, by_machine[_machine(offer)]) for offer in offers]


def machines_of(offers: Iterable[Offer]) -> dict[str, set[str]]:
    """What narrows a catalogue to the machines of some offers, and few more."""
    held = list(offers)
    return {
        column: {getattr(offer, column) for offer in held}
        for column in ("provider", "region", "instance_type")
    }


def _machine(offer: Offer) -> _Machine:
    return (offer.provider, offer.region, offer.instance_type)


def _beside(offer: Offer, same: Iterable[Quote]) -> Beside:
    terms = [
        Terms(price=q.price, purchase=q.offer.purchase, months=q.offer.term_months, zone=q.offer.zone)
        for q in same
        if q.offer.tier_from is None  # a price for many says little of what one costs
    ]
    return cheapest_terms(offer.zone, terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One way to have a machine, at an effective price per hour."""

    price: Decimal
    purchase: Purchase
    months: int | None
    zone: str | None


def cheapest_terms(zone: str | None, same: Iterable[Terms]) -> Beside:
    """The lowest price of each kind; what is in another zone than the offer's is left out."""
    here = [terms for terms in same if not (terms.zone and zone and terms.zone != zone)]
    return Beside(
        on_demand=_lowest(here, Purchase.ON_DEMAND),
        spot=_lowest(here, Purchase.SPOT),
        one_year=_committed(here, 12),
        three_years=_committed(here, 36),
    )


def _lowest(here: list[Terms], purchase: Purchase) -> Decimal | None:
    return min((terms.price for terms in here if terms.purchase is purchase), default=None)


def _committed(here: list[Terms], months: int) -> Decimal | None:
    kinds = (Purchase.RESERVED, Purchase.SPEND_COMMITMENT)
    prices = (terms.price for terms in here if terms.purchase in kinds and terms.months == months)
    return min(prices, default=None)
