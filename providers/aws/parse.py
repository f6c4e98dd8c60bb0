"""AWS's replies to offers: what belongs together is joined, and of competing prices one is kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from providers.aws.blocks import Blocks
from providers.aws.fields import Unusable
from providers.aws.found import Found
from providers.aws.places import PROVIDER
from providers.aws.price_list import read_item, read_offer_file
from providers.aws.price_sheet import read_sheet
from providers.aws.prices import Price
from providers.aws.reading import Record, Shape, Unread, kind_of, records, shape_of
from providers.aws.reserved import reserved_price
from providers.aws.savings import savings_rate
from providers.aws.savings_file import read_savings_file
from providers.aws.spot import Spot
from providers.aws.streams import named
from providers.base import Document, Refused
from providers.offers import InvalidOffer, Offer, PriceState, Purchase

PAGES: Mapping[Purchase, str] = {
    Purchase.ON_DEMAND: "https://aws.amazon.com/ec2/pricing/on-demand/",
    Purchase.RESERVED: "https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/",
    Purchase.SPOT: "https://aws.amazon.com/ec2/spot/pricing/",
    Purchase.SPEND_COMMITMENT: "https://aws.amazon.com/savingsplans/compute-pricing/",
    Purchase.CAPACITY_BLOCK: "https://aws.amazon.com/ec2/capacityblocks/pricing/",
}
"""Where AWS shows such prices to people."""
_NO_PRICES: Mapping[str, str] = {
    "plan": "a Savings Plan that is owned: it says what is committed, not what a machine costs",
    "plan offering": "a Savings Plan on offer: its rates are in DescribeSavingsPlansOfferingRates",
    "availability": "says where a machine is to be had, not what it costs",
}
_INDEX = "an index of price lists: it says where they are and holds no prices"


def parse_documents(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
    """All offers of the documents, then whatever is none; see `PriceSource.parse`."""
    found = Found()
    with closing(found.prices):
        spot, blocks = Spot(), Blocks()
        for document in documents:
            _read(document, found, spot, blocks)
        spot.settle(found)
        blocks.settle(found)
        yield from _offers(found)
        yield from found.refused.told()
        yield from found.machines.unasked()


def _read(document: Document, found: Found, spot: Spot, blocks: Blocks) -> None:
    shape = shape_of(document)
    if shape is Shape.OFFER_FILE:
        read_offer_file(document, found)
    elif shape is Shape.SAVINGS_FILE:
        read_savings_file(document, found)
    elif shape is Shape.CSV:
        read_sheet(document, found)
    elif shape is Shape.INDEX:
        found.refused.add(named(document), "", _INDEX)
    else:
        for record in records(document):
            if isinstance(record, Unread):
                found.refused.add(named(document), record.where, record.reason)
            else:
                _sort_in(record, found, spot, blocks)


def _sort_in(record: Record, found: Found, spot: Spot, blocks: Blocks) -> None:
    kind = kind_of(record.fields)
    readers: Mapping[str, Callable[[Record], None]] = {
        "price": lambda one: read_item(one, found),
        "spot": spot.add,
        "block": blocks.add,
        "rate": lambda one: found.prices.add(savings_rate(one)),
        "reserved": lambda one: found.prices.add(reserved_price(one)),
        "type": lambda one: found.machines.add_type(one.fields, f"{one.document}: {one.place}"),
    }
    try:
        if kind in _NO_PRICES:
            raise Unusable(_NO_PRICES[kind])
        readers[kind](record)
    except Unusable as error:
        found.refused.add(record.document, record.place, str(error))


def _offers(found: Found) -> Iterator[Offer]:
    """One offer of each key; a surcharge makes one with the on-demand price it comes on top of."""
    kept: Price | None = None
    kept_key = ""
    on_demand: dict[str, Price] = {}
    for price in found.prices.rivals():
        key = price.key
        if kept is not None and key == kept_key:
            found.refused.add(price.document, price.where, _lost(price, kept))
            continue
        machine = f"{price.place.region}/{price.place.zone}/{price.instance_type}"
        if price.purchase is Purchase.ON_DEMAND and not price.surcharge:
            on_demand = {machine: price}
        try:
            offer = _offer(price, on_demand.get(machine), found)
        except (Unusable, InvalidOffer) as error:
            found.refused.add(price.document, price.where, str(error))
            continue
        kept, kept_key = price, key
        yield offer


def _lost(price: Price, kept: Price) -> str:
    if price.second_choice > kept.second_choice:
        return f"{price.note}; the {kept.note} is kept"
    if price.observed_at != kept.observed_at:
        return "an older price of an offer that is stated anew"
    if price.total == kept.total:
        return "repeats an offer of the same price"
    if price.since != kept.since:
        return "superseded by a price that came into force later"
    return "a second price of the same offer; the dearer is kept"


def _offer(price: Price, on_demand: Price | None, found: Found) -> Offer:
    """The offer. Raises Unusable, InvalidOffer."""
    name, per_hour, notes = price.instance_type, price.per_hour, [price.note, price.place.note]
    if price.surcharge:
        if on_demand is None:
            raise Unusable("EMR's surcharge: the on-demand price of EC2 it comes on top of is not here")
        if on_demand.currency != price.currency:
            raise Unusable("EMR's surcharge: in another currency than the price of EC2")
        notes.insert(0, f"EC2 {on_demand.per_hour} and EMR {price.per_hour} per hour")
        name, per_hour = f"{name}+emr", on_demand.per_hour + price.per_hour
    elif price.purchase is Purchase.SPOT and on_demand is not None and per_hour >= on_demand.per_hour:
        notes.append("not below on demand")
    facts = found.machines.find(price.base)
    has = facts.accelerators
    notes.append(has.note if has else "")
    return Offer(
        provider=PROVIDER,
        region=price.place.region,
        country=price.place.country,
        instance_type=name,
        purchase=price.purchase,
        price_per_hour=per_hour,
        currency=price.currency,
        accelerator=has.name if has else None,
        accelerator_count=has.count if has else None,
        accelerator_memory_gib=has.memory_gib if has else None,
        vcpus=facts.vcpus,
        memory_gib=facts.memory_gib,
        local_storage_gib=facts.local_storage_gib,
        network_gbps=facts.network_gbps,
        zone=price.place.zone,
        term_months=price.term_months,
        payment=price.payment,
        upfront=price.upfront,
        min_quantity=price.min_quantity,
        max_quantity=price.max_quantity,
        available_from=price.begins,
        available_until=price.ends,
        commitment_family=price.family,
        state=PriceState.QUOTE if price.paid else PriceState.LISTED,
        observed_at=price.observed_at,
        source_url=None if price.paid else PAGES[price.purchase],
        note="; ".join(filter(None, notes)) or None,
    )
