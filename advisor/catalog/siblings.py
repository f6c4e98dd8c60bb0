"""The same machine had otherwise: spot beside on demand, commitments beside both."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.sources import OfferSource
from providers.offers import Offer, Purchase

_Machine = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Lowest effective price per machine-hour of each kind, in the listing's currency; None: not offered."""

    on_demand: Decimal | None = None
    spot: Decimal | None = None
    one_year: Decimal | None = None
    three_years: Decimal | None = None


def prices_beside(offers: Sequence[Offer], source: OfferSource, pricer: Pricer) -> list[Beside]:
    """For each offer, what the same machine in the same place costs under the other purchase options."""
    if not offers:
        return []
    related = source.quotes(
        {
            "provider": {offer.provider for offer in offers},
            "region": {offer.region for offer in offers},
            "instance_type": {offer.instance_type for offer in offers},
        },
        pricer,
    )
    by_machine: dict[_Machine, list[Quote]] = defaultdict(list)
    for quote in related:
        if quote.converted:
            by_machine[_machine(quote.offer)].append(quote)
    return [_beside(offer, by_machine[_machine(offer)]) for offer in offers]


def _machine(offer: Offer) -> _Machine:
    return (offer.provider, offer.region, offer.instance_type)


def _beside(offer: Offer, same: list[Quote]) -> Beside:
    here = [p for p in same if not (p.offer.zone and offer.zone and p.offer.zone != offer.zone)]
    return Beside(
        on_demand=_lowest(here, Purchase.ON_DEMAND),
        spot=_lowest(here, Purchase.SPOT),
        one_year=_committed(here, 12),
        three_years=_committed(here, 36),
    )


def _lowest(here: list[Quote], purchase: Purchase) -> Decimal | None:
    return min((p.price for p in here if p.offer.purchase is purchase), default=None)


def _committed(here: list[Quote], months: int) -> Decimal | None:
    kinds = (Purchase.RESERVED, Purchase.SPEND_COMMITMENT)
    prices = (p.price for p in here if p.offer.purchase in kinds and p.offer.term_months == months)
    return min(prices, default=None)
