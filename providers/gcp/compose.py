"""Machine types times prices of parts: offers, or what is missing.

A machine is never offered without one of its parts: the host of an A100 machine without its GPU is a fifth
of the price. Only local SSD that a machine brings along is added where a SKU prices it, and noted where not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from providers.base import Refused
from providers.gcp.machines import Machine
from providers.gcp.parts import Shape, accelerator_parts, family_of
from providers.gcp.rates import Conflict, Rates, Slot, Way
from providers.gcp.skus import COMPUTE_ENGINE, Sku
from providers.offers import InvalidOffer, Offer, Payment, PriceState, Purchase
from providers.places import region as region_known

CATALOGUE_URL = "https://cloudbilling.googleapis.com/v1/services/{}/skus"
NANO = Decimal("0.000000001")
COMMITTED = "resource-based commitment: cores, memory and GPUs of a region for the term, not this machine"


@dataclass(frozen=True, slots=True)
class Need:
    """A part of a machine, how many of it, and whether it says what the machine is (its GPU, its whole)."""

    part: str
    quantity: Decimal
    telling: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a machine has no price in a region: the SKU that tells the machine, if it is priced there, and
    whether any part is."""

    reason: str
    telling: Sku | None
    some: bool = True


def offers_of(machine: Machine, rates: Rates) -> Iterator[Offer | Refused]:
    """Offers of a machine type in every region and way; refusals by reason, with their regions."""
    needs = needs_of(machine.shape)
    if isinstance(needs, str):
        yield Refused(where=machine.where, reason=needs)
        return
    lacks: list[tuple[str, str, str, str]] = []
    silent = True
    for way in rates.ways:
        for region in _regions(machine, needs, way, rates):
            made = _made(machine, needs, way, region, rates)
            if not isinstance(made, Lack):
                silent = False
                yield made
            elif not machine.ours and (made.some or way.purchase is Purchase.ON_DEMAND):
                lacks.append((machine.where, way.words, made.reason, region))
            elif machine.ours and made.telling:  # a price of a GPU that came without its host
                rates.used(made.telling)
                lacks.append((made.telling.where, way.words, made.reason, region))
    if silent and not lacks and not machine.ours:
        parts = ", ".join(dict.fromkeys(need.part for need in needs if not need.optional))
        regions = sorted(machine.regions or ())
        lacks = [(machine.where, "", f"no SKU for {parts}", region) for region in regions]
    yield from _refusals(machine, lacks)


def _refusals(machine: Machine, lacks: list[tuple[str, str, str, str]]) -> Iterator[Refused]:
    """That a stated machine is not sold as spot or by commitment at all is no loss, and not among them."""
    for (where, way, reason), same in groupby(sorted(lacks), key=lambda lack: lack[:3]):
        regions = ", ".join(region for *_, region in same)
        name = f"{machine.shape.name} {way}".strip()
        yield Refused(where=where, reason=f"{name} in {regions}: {reason}")


def needs_of(shape: Shape) -> list[Need] | str:
    """The parts a machine is billed for; the reason when its family or accelerator is unknown to us."""
    family = family_of(shape.name)
    if family is None:
        return f"{shape.name}: its family is not in our table of families, so its SKUs are unknown"
    needs: list[Need] = []
    if shape.accelerator_type is not None and not family.whole:
        accelerator = accelerator_parts().get(shape.accelerator_type)
        if accelerator is None or shape.accelerator_count is None:
            return f"{shape.name}: accelerator {shape.accelerator_type} is not in our table of accelerators"
        needs.append(Need(accelerator.part, shape.accelerator_count, telling=True))
    whole = (shape.accelerator_count or Decimal(1)) * (family.whole_per_accelerator or Decimal(1))
    needs += [Need(part, whole, telling=True) for part in family.whole]
    plain = not needs  # a machine without accelerator is told by its cores
    needs += [Need(part, family.billed_vcpus or shape.vcpus, telling=plain) for part in family.core]
    needs += [Need(part, shape.memory_gib, telling=plain) for part in family.ram]
    if not needs:
        return f"{shape.name}: states no accelerator, and is billed for nothing else"
    needs += [
        Need(part, shape.local_storage_gib, optional="-lssd" not in shape.name)
        for part in family.ssd
        if shape.local_storage_gib and not shape.name.endswith("-nolssd")
    ]
    return needs


def _regions(machine: Machine, needs: list[Need], way: Way, rates: Rates) -> Iterable[str]:
    if not machine.ours:
        return sorted(machine.regions or ())
    priced = {region for need in needs if need.telling for region in rates.regions_of(need.part, way)}
    return sorted(priced if machine.regions is None else priced & machine.regions)


def _made(machine: Machine, needs: list[Need], way: Way, region: str, rates: Rates) -> Offer | Refused | Lack:
    slots = [(need, rates.at(need.part, way, region)) for need in needs]
    required = [(need, slot) for need, slot in slots if not need.optional]
    telling = next((_first(slot) for need, slot in required if need.telling and slot), None)
    some = any(slot for _, slot in required)
    missing = dict.fromkeys(need.part for need, slot in required if not slot)
    if missing:
        return Lack(f"no SKU for {', '.join(missing)}", telling, some)
    family = family_of(machine.shape.name)
    if family is not None and family.sold == "spot" and way.purchase is not Purchase.SPOT:
        return Lack("Google creates this size as Spot or Flex-start only", telling)
    currencies = set.intersection(*(set(slot) for _, slot in required))
    if not currencies:
        return Lack("its parts are priced in different currencies", telling)
    currency = "USD" if "USD" in currencies else min(currencies)
    priced: list[tuple[Need, Sku]] = []
    for need, slot in slots:
        found = slot.get(currency)
        if isinstance(found, Conflict):
            return Lack(f"{need.part} has two prices, {found.one.where} and {found.other.where}", telling)
        if found is not None:
            priced.append((need, found))
    return _offer(machine, way, region, priced, rates)


def _first(slot: Slot) -> Sku:
    found = next(iter(slot.values()))
    return found.one if isinstance(found, Conflict) else found


def _offer(
    machine: Machine, way: Way, region: str, priced: list[tuple[Need, Sku]], rates: Rates
) -> Offer | Refused:
    shape = machine.shape
    total = sum((need.quantity * sku.price_per_hour for need, sku in priced), Decimal(0))
    if any(sku.in_months for _, sku in priced):
        total = total.quantize(NANO)  # Google's own resolution; a month / 730 has no end
    for _, sku in priced:
        rates.used(sku)
    accelerator = accelerator_parts().get(shape.accelerator_type or "")
    count = shape.accelerator_count if accelerator else None
    memory = accelerator.memory_gib if accelerator else None
    if count is not None and count < 1 and memory is not None:
        memory *= count
    return made_offer(
        where=machine.where,
        region=region,
        instance_type=shape.name,
        way=way,
        price=total,
        sku=priced[0][1],
        observed_at=_oldest(sku for _, sku in priced),
        accelerator=accelerator.accelerator if accelerator else None,
        accelerator_count=count,
        accelerator_memory_gib=memory,
        vcpus=shape.vcpus,
        memory_gib=shape.memory_gib,
        local_storage_gib=shape.local_storage_gib,
        state=_state(shape, way),
        note=_note(machine, way, region, priced),
    )


def made_offer(
    *,
    where: str,
    region: str,
    instance_type: str,
    way: Way,
    price: Decimal,
    sku: Sku,
    observed_at: datetime | None,
    accelerator: str | None,
    accelerator_count: Decimal | None,
    accelerator_memory_gib: Decimal | None,
    note: str,
    state: PriceState = PriceState.LISTED,
    vcpus: Decimal | None = None,
    memory_gib: Decimal | None = None,
    local_storage_gib: Decimal | None = None,
) -> Offer | Refused:
    """An offer of Google Cloud, or why it cannot be one."""
    place = region_known("gcp", region)
    reserved = way.purchase is Purchase.RESERVED
    try:
        return Offer(
            provider="gcp",
            region=region,
            country=place.country if place else "",
            instance_type=instance_type,
            purchase=way.purchase,
            price_per_hour=price,
            currency=sku.currency,
            accelerator=accelerator,
            accelerator_count=accelerator_count,
            accelerator_memory_gib=accelerator_memory_gib,
            vcpus=vcpus,
            memory_gib=memory_gib,
            local_storage_gib=local_storage_gib,
            term_months=way.term_months,
            payment=Payment.NONE if reserved else None,
            state=state,
            observed_at=observed_at,
            source_url=CATALOGUE_URL.format(sku.service_id or COMPUTE_ENGINE),
            note=note,
        )
    except InvalidOffer as error:
        return Refused(where=where, reason=f"{instance_type} {way.words} in {region}: {error}")


def _oldest(skus: Iterable[Sku]) -> datetime | None:
    return min((sku.observed_at for sku in skus if sku.observed_at), default=None)


def _state(shape: Shape, way: Way) -> PriceState:
    family = family_of(shape.name)
    bound = family is not None and family.sold == "reservation" and way.purchase is Purchase.ON_DEMAND
    return PriceState.RESERVATION_ONLY if bound else PriceState.LISTED


def _note(machine: Machine, way: Way, region: str, priced: list[tuple[Need, Sku]]) -> str:
    shape = machine.shape
    sums = " + ".join(f"{sku.sku_id or need.part} x {_plain(need.quantity)}" for need, sku in priced)
    notes = [f"SKUs {sums}"]
    family = family_of(shape.name)
    if way.purchase is Purchase.RESERVED:
        notes.append(COMMITTED)
    if family is not None and family.ssd and shape.local_storage_gib and len(priced) < _all_parts(shape):
        notes.append(
            f"without its local SSD of {_plain(shape.local_storage_gib)} GiB, which no SKU here prices"
        )
    accelerator = accelerator_parts().get(shape.accelerator_type or "")
    if accelerator is not None and accelerator.note:
        notes.append(accelerator.note)
    if shape.accelerator_count is not None and shape.accelerator_count < 1:
        notes.append(
            f"{_plain(shape.accelerator_count)} of an accelerator; unverified: priced by eighths of it"
        )
    if region in machine.deprecated:
        notes.append("deprecated: Google still creates it, with a warning")
    return "; ".join(notes)


def _all_parts(shape: Shape) -> int:
    needs = needs_of(shape)
    return 0 if isinstance(needs, str) else len(needs)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
