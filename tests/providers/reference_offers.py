"""What the integrity tests of the embedded price list share: the offers, their prices in one unit, groups."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from statistics import median

from providers.offers import Offer, Purchase
from providers.rates import reference_rates
from providers.reference import load

RELEASED_ON = datetime(2026, 11, 22, tzinfo=UTC)
HOURS_PER_MONTH = Decimal(730)


def embedded_offers() -> tuple[Offer, ...]:
    """Every offer shipped with the code."""
    return load().offers


def hourly_cost(offer: Offer) -> Decimal:
    """Cost of one machine per hour of its term, in the offer's currency: upfront spread over 730 h months."""
    upfront = offer.upfront or Decimal(0)
    if not upfront or not offer.term_months:
        return offer.price_per_hour
    return offer.price_per_hour + upfront / (offer.term_months * HOURS_PER_MONTH)


def usd_per_accelerator_hour(offer: Offer) -> Decimal:
    """The same per accelerator and in US dollars, at the exchange rates shipped with the code."""
    assert offer.accelerator_count is not None
    return hourly_cost(offer) * reference_rates().rate(offer.currency, to="USD") / offer.accelerator_count


def grouped(
    offers: Iterable[Offer], key: Callable[[Offer], tuple[str, ...]]
) -> dict[tuple[str, ...], list[Offer]]:
    """Offers by `key`, in their own order."""
    groups: defaultdict[tuple[str, ...], list[Offer]] = defaultdict(list)
    for offer in offers:
        groups[key(offer)].append(offer)
    return dict(groups)


def machine(offer: Offer) -> tuple[str, ...]:
    """The same machine at the same place, whatever the terms. A zone counts with its region."""
    return (offer.provider, offer.region, offer.instance_type, offer.currency)


@cache
def on_demand_price() -> Mapping[tuple[str, ...], Decimal]:
    """Machine -> on demand price per hour, in its own currency."""
    return {machine(o): o.price_per_hour for o in embedded_offers() if o.purchase is Purchase.ON_DEMAND}


@cache
def median_usd_on_demand() -> Mapping[str, Decimal]:
    """Accelerator -> median price per accelerator-hour on demand, in US dollars."""
    prices: defaultdict[str, list[Decimal]] = defaultdict(list)
    for offer in embedded_offers():
        if offer.accelerator and offer.purchase is Purchase.ON_DEMAND:
            prices[offer.accelerator].append(usd_per_accelerator_hour(offer))
    return {accelerator: Decimal(median(found)) for accelerator, found in prices.items()}
