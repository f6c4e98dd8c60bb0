"""Azure's replies to offers: what belongs together is joined, and of competing prices one is kept."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from providers.azure.families import known_sizes
from providers.azure.fields import Unusable
from providers.azure.machines import Machine, Machines
from providers.azure.prices import Price
from providers.azure.reading import Record, kind_of, records
from providers.azure.retail import retail_prices
from providers.azure.sheet import SizeNames, sheet_price
from providers.base import Document, Refused
from providers.offers import InvalidOffer, Offer, Payment, PriceState, Purchase
from providers.places import region as known_region

PROVIDER = "azure"
RETAIL_URL = "https://prices.azure.com/api/retail/prices"
API_VERSION = "2023-01-01-preview"
_CLOSED = {
    "usgov": "Azure Government, for vetted US customers only",
    "usdod": "Azure Government, for the US Department of Defense only",
    "china": "Azure China, separate account and operator (21Vianet)",
}
"""How regions begin that are not open to everyone -> what a reader must know of them."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Found:
    """Everything read from all documents, before anything is joined."""

    prices: list[Price] = field(default_factory=list)
    sheet: list[tuple[Price, str]] = field(default_factory=list)
    machines: Machines = field(default_factory=Machines)
    refused: list[Refused] = field(default_factory=list)


def parse_documents(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
    """All offers of the documents, then whatever is none; see `PriceSource.parse`."""
    found = _Found()
    for document in documents:
        for record in records(document):
            if isinstance(record, Refused):
                found.refused.append(record)
            else:
                _sort_in(record, found, document.came_by)
    _name_sheet(found)
    yield from _offers(found)
    yield from found.refused
    yield from found.machines.unasked()


def _sort_in(record: Record, found: _Found, came_by: datetime | None) -> None:
    kind = kind_of(record.fields)
    if kind == "sku":
        if (refused := found.machines.add(record)) is not None:
            found.refused.append(refused)
        return
    if kind == "retail":
        for one in retail_prices(record, came_by):
            found.prices.append(one) if isinstance(one, Price) else found.refused.append(one)
        return
    try:
        found.sheet.append(sheet_price(record))
    except Unusable as error:
        found.refused.append(Refused(where=record.place, reason=str(error)))


def _name_sheet(found: _Found) -> None:
    by_meter: dict[str, set[str]] = {}
    for price in found.prices:
        if price.meter_id:
            by_meter.setdefault(price.meter_id, set()).add(price.instance_type)
    known = [*(price.instance_type for price in found.prices), *known_sizes(), *found.machines.spellings()]
    names = SizeNames(known, by_meter)
    for price, meter in found.sheet:
        try:
            found.prices.extend(list(names.priced(price, meter)))
        except Unusable as error:
            found.refused.append(Refused(where=price.where, reason=str(error)))


def _offers(found: _Found) -> Iterator[Offer]:
    spelled = _spellings(found)
    rivals: dict[tuple[str, str, str, int], list[Price]] = {}
    for price in found.prices:
        rivals.setdefault(price.key, []).append(price)
    for key in sorted(rivals):
        kept: Price | None = None
        for price in sorted(rivals[key], key=_rank):
            if kept is not None:
                found.refused.append(Refused(where=price.where, reason=_lost(price, kept)))
                continue
            try:
                machine = found.machines.find(price.instance_type, price.region)
                offer = _offer(price, machine, spelled[price.instance_type.casefold()])
            except (Unusable, InvalidOffer) as error:
                found.refused.append(Refused(where=price.where, reason=str(error)))
                continue
            kept = price
            yield offer


def _spellings(found: _Found) -> dict[str, str]:
    """Folded size -> how to write it: as Azure's list of machines, our table, or most of the prices do."""
    counted: dict[str, Counter[str]] = {}
    for price in found.prices:
        counted.setdefault(price.instance_type.casefold(), Counter())[price.instance_type] += 1
    most = {folded: min(names, key=lambda name: (-names[name], name)) for folded, names in counted.items()}
    certain: Iterable[str] = (*known_sizes(), *found.machines.spellings())
    return most | {name.casefold(): name for name in certain}


def _rank(price: Price) -> tuple[Any, ...]:
    """Best first: the customer's own price, US dollars, the latest, the meter's primary region, the dearer.

    Of two prices that differ in nothing else, the dearer is kept: a plan must not rest on the lucky one.
    """
    since = price.since or _EARLIEST
    return (
        not price.agreed,
        price.currency != "USD",
        _EARLIEST - since,
        not price.primary,
        -price.per_hour,
        price.where,
    )


def _lost(price: Price, kept: Price) -> str:
    if kept.agreed and not price.agreed:
        return f"list price; the price sheet has another ({kept.where})"
    if kept.currency != price.currency:
        return f"the same in {price.currency}; {kept.currency} is kept ({kept.where})"
    if kept.since != price.since and kept.since is not None:
        return f"superseded by the price in force since {kept.since:%Y-%m-%d} ({kept.where})"
    if kept.per_hour == price.per_hour:
        return f"repeats {kept.where}"
    if kept.primary and not price.primary:
        return f"not the meter's primary region, unlike {kept.where}"
    return f"a second price since the same day; the dearer is kept ({kept.where})"


def _offer(price: Price, machine: Machine, name: str) -> Offer:
    """The offer; raises Unusable for an unknown region, InvalidOffer for figures that cannot be."""
    place = known_region(PROVIDER, price.region)
    if place is None:
        raise Unusable(f"armRegionName: {price.region}: a region whose country we do not know")
    found = machine.accelerators
    term_months = None if price.term_years is None else 12 * price.term_years
    return Offer(
        provider=PROVIDER,
        region=place.region,
        country=place.country,
        instance_type=name,
        purchase=price.purchase,
        price_per_hour=price.per_hour,
        currency=price.currency,
        accelerator=found.name if found else None,
        accelerator_count=found.count if found else None,
        accelerator_memory_gib=found.memory_gib if found else None,
        vcpus=machine.vcpus,
        memory_gib=machine.memory_gib,
        local_storage_gib=machine.local_storage_gib,
        term_months=term_months,
        payment=None if term_months is None else Payment.NONE,
        available_until=price.until,
        commitment_family=(
            f"azure-savings-plan-{price.term_years}y" if price.purchase is Purchase.SPEND_COMMITMENT else None
        ),
        state=PriceState.QUOTE if price.agreed else PriceState.LISTED,
        observed_at=_observed_at(price),
        source_url=None if price.agreed else _source_url(price.meter_id),
        note="; ".join(filter(None, (*price.notes, _closed(place.region), *machine.notes))) or None,
    )


def _closed(region: str) -> str:
    return next((said for start, said in _CLOSED.items() if region.startswith(start)), "")


def _observed_at(price: Price) -> datetime | None:
    """A retail price is stated anew whenever Azure answers, however old; a sheet is of its month."""
    dates = (price.since, price.received_at) if price.agreed else (price.received_at, price.since)
    return dates[0] or dates[1]


def _source_url(meter_id: str) -> str:
    """The request that shows the meter's prices, in the browser too."""
    asked = f"{RETAIL_URL}?api-version={API_VERSION}"
    plain = meter_id.replace("-", "").isalnum() and meter_id.isascii() and len(meter_id) == 36
    return f"{asked}&$filter=meterId%20eq%20'{meter_id}'" if plain else asked
