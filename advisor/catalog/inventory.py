"""What the current catalogue holds: its accelerators and its regions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from django.conf import settings

from advisor.catalog.coded import Coded, combined
from advisor.catalog.conditions import still_to_be_had
from advisor.catalog.pricing import Pricer
from advisor.catalog.rows import Places, Rows
from advisor.catalog.sheets import Sheet
from advisor.catalog.snapshot import current_snapshot
from advisor.rates.in_force import rates_in_force
from providers.accelerators import ACCELERATORS
from providers.offers import Purchase
from providers.places import region as known_region
from providers.rates import ReferenceRates


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
        rates=rates or rates_in_force(),
        now=now or datetime.now(UTC),
        max_age_hours=settings.PRICE_MAX_AGE_HOURS if max_age_hours is None else max_age_hours,
    )
    snapshot = current_snapshot()
    rows, sheet = snapshot.rows, snapshot.sheets.of(pricer)
    window = still_to_be_had(pricer.now)
    until = rows.fact(window.fact)
    is_open = until.judge(window.fits, rising=window.rising)
    found = []
    for name in sorted(snapshot.values("accelerator"), key=str.casefold):
        places = rows.of_accelerator(name)
        places = places[is_open.of(until.codes[places])]
        if len(places):
            found.append(_accelerator(name, places, rows, sheet, pricer))
    return tuple(found)


def _accelerator(
    name: str, places: Places, rows: Rows, sheet: Sheet, pricer: Pricer
) -> AcceleratorInCatalogue:
    known, provider = ACCELERATORS.get(name), rows.column("provider")
    return AcceleratorInCatalogue(
        name=name,
        vendor=known.vendor if known else None,
        kind=known.kind if known else None,
        memory_gib=known.memory_gib if known else None,
        offers=len(places),
        providers=tuple(sorted(provider.values[code] for code in np.unique(provider.codes[places]))),
        cheapest=_cheapest(sheet.in_order(places, "per_accelerator", None), sheet, pricer),
    )


def _cheapest(by_price: Places, sheet: Sheet, pricer: Pricer) -> CheapestPrice | None:
    priced = pricer.complete(sheet.quote(int(by_price[0]), pricer))
    if not priced.converted or priced.per_accelerator is None:
        return None
    return CheapestPrice(
        usd_per_accelerator_hour=priced.per_accelerator,
        offer_id=priced.offer_id,
        purchase=priced.offer.purchase,
        age_hours=priced.age_hours,
        stale=priced.stale,
    )


def regions_in_catalogue() -> tuple[RegionInCatalogue, ...]:
    """By provider and region. A region under several countries has a row for each. Raises CatalogueEmpty."""
    rows = current_snapshot().rows
    region = combined([rows.column(name) for name in ("provider", "region", "country")], lambda *names: names)
    offers = np.bincount(region.codes, minlength=len(region.values)).tolist()
    accelerators: list[set[str]] = [set() for _ in region.values]
    held = combined(
        [Coded(region.codes, tuple(range(len(region.values))), ordered=False), rows.column("accelerator")],
        lambda code, accelerator: (code, accelerator),
        ordered=False,
    )
    for code, accelerator in held.values:
        if accelerator:
            accelerators[code].add(accelerator)
    return tuple(
        RegionInCatalogue(
            provider=provider,
            region=name,
            country=country,
            place=known.place if (known := known_region(provider, name)) else None,
            offers=offers[code],
            accelerators=tuple(sorted(accelerators[code])),
        )
        for code, (provider, name, country) in enumerate(region.values)
    )
