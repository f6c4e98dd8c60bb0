"""Cloud TPU: one chip per hour is what is sold, in slices of any size; so one chip is what is offered."""

from collections.abc import Iterator
from decimal import Decimal

from providers.accelerators import ACCELERATORS, canonical_name
from providers.base import Refused
from providers.gcp.compose import COMMITTED, made_offer
from providers.gcp.descriptions import tpu_generation
from providers.gcp.parts import AcceleratorPart, accelerator_parts
from providers.gcp.rates import Conflict, Rates, Way
from providers.gcp.skus import Sku
from providers.offers import Offer, Purchase


def chip_offers(rates: Rates) -> Iterator[Offer | Refused]:
    """An offer per chip for every TPU SKU, region and way; then those of slices whose size is stated."""
    for chip in accelerator_parts().values():
        if chip.instance_type is None:
            continue
        for way in rates.ways:
            for region in rates.regions_of(chip.part, way):
                slot = rates.at(chip.part, way, region)
                currency = "USD" if "USD" in slot else min(slot)
                yield _chip(chip, chip.instance_type, slot[currency], way, region, rates)
    seen: set[str] = set()
    for sku, way, chips in rates.slices:
        for made in _slice(sku, way, chips, rates):
            if isinstance(made, Offer) and made.key in seen:
                yield Refused(
                    where=sku.where, reason=f"{made.offer_id}: another slice has a price per chip too"
                )
                continue
            if isinstance(made, Offer):
                seen.add(made.key)
            yield made


def _chip(
    chip: AcceleratorPart, name: str, found: Sku | Conflict, way: Way, region: str, rates: Rates
) -> Offer | Refused:
    if isinstance(found, Conflict):
        return Refused(
            where=found.other.where,
            reason=f"{name} {way.words} in {region}: priced otherwise by {found.one.where}",
        )
    rates.used(found)
    notes = ["per chip", f"SKU {found.sku_id}", chip.note, _commitment(way)]
    return made_offer(
        where=found.where,
        region=region,
        instance_type=name,
        way=way,
        price=found.price_per_hour,
        sku=found,
        observed_at=found.observed_at,
        accelerator=chip.accelerator,
        accelerator_count=Decimal(1),
        accelerator_memory_gib=chip.memory_gib,
        note="; ".join(note for note in notes if note),
    )


def _slice(sku: Sku, way: Way, chips: int, rates: Rates) -> Iterator[Offer | Refused]:
    generation = tpu_generation(sku.description)
    accelerator = canonical_name(f"TPU {generation}")
    if accelerator is None:
        yield Refused(where=sku.where, reason=f"TPU {generation}: is not in our list of accelerators")
        return
    notes = [f"per chip: price of a slice of {chips} chips / {chips}", f"SKU {sku.sku_id}", _commitment(way)]
    for region in rates.known_regions(sku):
        yield made_offer(
            where=sku.where,
            region=region,
            instance_type=f"tpu-{generation}",
            way=way,
            price=sku.price_per_hour / chips,
            sku=sku,
            observed_at=sku.observed_at,
            accelerator=accelerator,
            accelerator_count=Decimal(1),
            accelerator_memory_gib=ACCELERATORS[accelerator].memory_gib,
            note="; ".join(note for note in notes if note),
        )


def _commitment(way: Way) -> str:
    return COMMITTED if way.purchase is Purchase.RESERVED else ""
