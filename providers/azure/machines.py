"""What a virtual machine has: from Resource SKUs where given, completed by our table of sizes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from providers.azure.families import Accelerators, accelerators_of, family_of, fraction
from providers.azure.fields import Unusable, number, text
from providers.azure.reading import Record
from providers.base import Refused
from providers.text import shown
from providers.units import gib_from_mib


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Facts of a size in a region; unknown ones are None. `notes` are for people."""

    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    local_storage_gib: Decimal | None = None
    accelerators: Accelerators | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """A size as Resource SKUs describes it. `restricted`: region -> what hinders its use there."""

    where: str
    name: str
    vcpus: Decimal | None
    memory_gib: Decimal | None
    local_storage_gib: Decimal | None
    gpus: Decimal | None
    notes: tuple[str, ...]
    restricted: Mapping[str, str]


@dataclass(slots=True)
class Machines:
    """All sizes the documents at hand describe, by name and region without regard to case."""

    _by_place: dict[tuple[str, str], Sku] = field(default_factory=dict)
    _by_name: dict[str, Sku] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    def add(self, record: Record) -> Refused | None:
        """Take a record of Resource SKUs; returns why it is not taken, if so."""
        try:
            sku, regions = sku_of(record)
        except Unusable as error:
            return Refused(where=record.place, reason=str(error))
        name = sku.name.casefold()
        for region in regions:
            self._by_place.setdefault((name, region), sku)
        self._by_name.setdefault(name, sku)
        return None

    def find(self, instance_type: str, region: str) -> Machine:
        """Facts of a size; raises Unusable for an accelerator machine whose accelerators are not known.

        A size has the same parts everywhere, so another region's record will do; its restrictions will not.
        """
        name = instance_type.casefold()
        self._asked.add(name)
        return machine_of(
            instance_type, region, self._by_place.get((name, region)) or self._by_name.get(name)
        )

    def spellings(self) -> Iterator[str]:
        """The sizes as Azure's list of machines spells them."""
        return (sku.name for sku in self._by_name.values())

    def unasked(self) -> Iterator[Refused]:
        """Sizes that no price was for."""
        for name, sku in self._by_name.items():
            if name not in self._asked:
                yield Refused(where=sku.where, reason="a machine without a price: give its retail prices too")


def sku_of(record: Record) -> tuple[Sku, list[str]]:
    """A record of Resource SKUs, and its regions in lower case; raises Unusable."""
    fields = record.fields
    kind = text(fields, "resourceType")
    if kind and kind.casefold() != "virtualmachines":
        raise Unusable(f"resourceType: {shown(kind)}: not a virtual machine")
    name = text(fields, "name")
    if not name:
        raise Unusable("name: empty")
    said = _capabilities(fields)
    cores, usable = number(said, "vCPUs"), number(said, "vCPUsAvailable")
    notes = []
    if usable and cores and usable != cores:
        notes.append(f"{usable} of its {cores} vCPUs usable")
    if retires := text(said, "RetirementDateUtc"):
        notes.append(f"retirement date {shown(retires)}")
    regions = [place.casefold() for place in _texts(fields.get("locations"))]
    sku = Sku(
        where=record.place,
        name=name,
        vcpus=usable or cores or None,
        memory_gib=number(said, "MemoryGB") or None,  # "GB" there means GiB
        local_storage_gib=_storage_gib(said),
        gpus=_gpus(said),
        notes=tuple(notes),
        restricted=dict(_restrictions(fields.get("restrictions"), regions)),
    )
    return sku, regions


def _capabilities(fields: Mapping[str, Any]) -> dict[str, Any]:
    listed = fields.get("capabilities")
    if not isinstance(listed, list):
        raise Unusable("capabilities: missing")
    return {
        one["name"].casefold(): one.get("value")
        for one in listed
        if isinstance(one, Mapping) and isinstance(one.get("name"), str)
    }


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _storage_gib(said: Mapping[str, Any]) -> Decimal | None:
    """Temporary disk and local NVMe together; both are in MiB, though one is called MB."""
    parts = [number(said, "MaxResourceVolumeMB"), number(said, "NvmeDiskSizeInMiB")]
    given = [part for part in parts if part is not None]
    return gib_from_mib(sum(given, Decimal(0))) if given else None


def _gpus(said: Mapping[str, Any]) -> Decimal | None:
    written = said.get("gpus")
    share = fraction(written) if isinstance(written, str) else None
    return share or number(said, "GPUs") or None


def _restrictions(listed: Any, regions: list[str]) -> Iterator[tuple[str, str]]:
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, Mapping):
            continue
        reason = shown(text(one, "reasonCode")) or "restricted"
        info = one.get("restrictioninfo")
        info = info if isinstance(info, Mapping) else {}
        places, said = (
            _texts(info.get("locations")) or regions,
            f"not to be had by the subscription ({reason})",
        )
        if text(one, "type").casefold() == "zone":
            said = f"not in zones {shown(', '.join(_texts(info.get('zones'))))} ({reason})"
        else:
            places = _texts(one.get("values")) or places
        for place in places:
            yield place.casefold(), said


def machine_of(instance_type: str, region: str, sku: Sku | None) -> Machine:
    """Facts of both sources; raises Unusable when they contradict or leave the accelerators open."""
    family = family_of(instance_type)
    found = accelerators_of(instance_type, sku.gpus if sku else None)
    notes = [found.note if found else ""]
    if sku is not None:
        notes += [*sku.notes, sku.restricted.get(region, "")]
    return Machine(
        vcpus=(sku.vcpus if sku else None) or (family.vcpus if family else None),
        memory_gib=(sku.memory_gib if sku else None) or (family.host_memory_gib if family else None),
        local_storage_gib=sku.local_storage_gib if sku else None,
        accelerators=found,
        notes=tuple(filter(None, notes)),
    )
