"""What the current catalogue holds: its accelerators and its regions."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings

from advisor.catalog.conditions import still_to_be_had
from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.snapshot import current_snapshot
from providers.accelerators import ACCELERATORS
from providers.offers import Offer, Purchase
from providers.places import region as known_region
from providers.rates import ReferenceRates, reference_rates


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapestPrice:
    """The least an hour of one accelerator costs, in US dollars, upfront payments spread over their term."""

    usd_per_accelerator_hour: Decimal
    offer_id: str
    purchase: Purchase
    age_hours: Decimal | None
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorInCatalogue:
    """An accelerator somebody offers. Vendor, kind and memory are None where the list of accelerators does
    not know it; `cheapest` is None when no price of it can be had in US dollars."""

    name: str
    vendor: str | None
    kind: str | None
    memory_gib: Decimal | None
    offers: int
    providers: tuple[str, ...]
    cheapest: CheapestPrice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionInCatalogue:
    """A provider's region with at least one offer; `place` is None where the list of regions lacks it."""

    provider: str
    region: str
    country: str
    place: str | None
    offers: int
    accelerators: tuple[str, ...]


def accelerators_in_catalogue(
    *, rates: ReferenceRates | None = None, now: datetime | None = None, max_age_hours: int | None = None
) -> tuple[AcceleratorInCatalogue, ...]:
    """By name. Capacity blocks whose window has ended are not counted. Raises CatalogueEmpty."""
    pricer = Pricer(
        currency="USD",
        rates=rates or reference_rates(),
        now=now or datetime.now(UTC),
        max_age_hours=settings.PRICE_MAX_AGE_HOURS if max_age_hours is None else max_age_hours,
    )
    window = still_to_be_had(pricer.now)
    by_name: dict[str, list[Quote]] = defaultdict(list)
    for quote in current_snapshot().sheets.of(pricer).quotes:
        if quote.offer.accelerator and window.holds(quote):
            by_name[quote.offer.accelerator].append(quote)
    return tuple(_accelerator(name, by_name[name], pricer) for name in sorted(by_name, key=str.casefold))


def _accelerator(name: str, quotes: list[Quote], pricer: Pricer) -> AcceleratorInCatalogue:
    known = ACCELERATORS.get(name)
    return AcceleratorInCatalogue(
        name=name,
        vendor=known.vendor if known else None,
        kind=known.kind if known else None,
        memory_gib=known.memory_gib if known else None,
        offers=len(quotes),
        providers=tuple(sorted({quote.offer.provider for quote in quotes})),
        cheapest=_cheapest(quotes, pricer),
    )


def _cheapest(quotes: list[Quote], pricer: Pricer) -> CheapestPrice | None:
    found = min(
        (
            (quote.per_accelerator, quote.offer_id, quote)
            for quote in quotes
            if quote.converted and quote.per_accelerator is not None
        ),
        default=None,
    )
    if found is None:
        return None
    price, offer_id, quote = found
    priced = pricer.complete(quote)
    return CheapestPrice(
        usd_per_accelerator_hour=price,
        offer_id=offer_id,
        purchase=priced.offer.purchase,
        age_hours=priced.age_hours,
        stale=priced.stale,
    )


def regions_in_catalogue() -> tuple[RegionInCatalogue, ...]:
    """By provider and region. A region under several countries has a row for each. Raises CatalogueEmpty."""
    by_place: dict[tuple[str, str, str], list[Offer]] = defaultdict(list)
    for offer in current_snapshot().offers:
        by_place[offer.provider, offer.region, offer.country].append(offer)
    return tuple(_region(*key, by_place[key]) for key in sorted(by_place))


def _region(provider: str, region: str, country: str, offers: list[Offer]) -> RegionInCatalogue:
    known = known_region(provider, region)
    return RegionInCatalogue(
        provider=provider,
        region=region,
        country=country,
        place=known.place if known else None,
        offers=len(offers),
        accelerators=tuple(sorted({offer.accelerator for offer in offers if offer.accelerator})),
    )
