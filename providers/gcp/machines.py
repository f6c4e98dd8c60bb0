"""Machine types and accelerator types of Compute Engine to shapes and the regions that have them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from providers.base import Refused
from providers.gcp.items import Item
from providers.gcp.parts import Shape, family_of, known_shape
from providers.places import region as region_known
from providers.text import shown
from providers.units import gib_from_mib

_SHARE = re.compile(r"\b1/([0-9]{1,2}) NVIDIA\b", re.IGNORECASE)
_ZONE = re.compile(r"[a-z]+-[a-z]+[0-9]+-[a-z0-9]+")


class NoMachine(ValueError):
    """Why a machine type is refused; for people."""


@dataclass(slots=True)
class Machine:
    """A shape, where it was stated, and the regions of its zones.

    `ours`: from our table, not from a document; its `regions` are those that have the accelerator, None
    when no document says. `deprecated`: regions where Google advises against it, and still creates it.
    """

    shape: Shape
    where: str
    regions: set[str] | None = field(default_factory=set)
    ours: bool = False
    deprecated: set[str] = field(default_factory=set)


class Machines:
    """Machine types by name, and where accelerators are. A name means one shape."""

    def __init__(self) -> None:
        self.by_name: dict[str, Machine] = {}
        self.stated = False
        self.accelerator_regions: dict[str, set[str]] = {}

    def add(self, item: Item) -> Iterator[Refused]:
        """Take a machine type; what cannot be taken is refused."""
        self.stated = True
        try:
            shape, region = _shape(item.value), _region(item)
        except NoMachine as error:
            yield Refused(where=item.where, reason=str(error))
            return
        known = self.by_name.setdefault(shape.name, Machine(shape, item.where))
        if known.shape != shape:
            yield Refused(where=item.where, reason=f"differs from the machine of this name in {known.where}")
        elif known.regions is not None:
            known.regions.add(region)
            if _deprecation(item.value) == "DEPRECATED":
                known.deprecated.add(region)

    def add_accelerator(self, item: Item) -> Iterator[Refused]:
        """Note that a zone has an accelerator type."""
        try:
            name, region = _name(item.value), _region(item)
        except NoMachine as error:
            yield Refused(where=item.where, reason=str(error))
            return
        self.accelerator_regions.setdefault(name, set()).add(region)


def _shape(value: dict[str, Any]) -> Shape:
    name = _name(value)
    if (state := _deprecation(value)) in {"OBSOLETE", "DELETED"}:
        raise NoMachine(f"is {state.lower()}: it can no longer be had")
    if "custom" in name.split("-"):
        raise NoMachine("is a custom machine type, which is billed at prices of its own")
    accelerator, count = _accelerators(value, name)
    memory_mib = _count(value.get("memorymb"), "memoryMb")
    storage = _local_storage(value, name)
    if storage is None and "lssd" in name.split("-"):
        raise NoMachine("brings local SSD along, and does not state how much")
    return Shape(
        name=name,
        vcpus=Decimal(_count(value.get("guestcpus"), "guestCpus")),
        memory_gib=gib_from_mib(Decimal(memory_mib)),
        accelerator_type=accelerator,
        accelerator_count=count,
        local_storage_gib=storage,
    )


def _deprecation(value: dict[str, Any]) -> str:
    """DEPRECATED may still be created, with a warning; OBSOLETE and DELETED may not."""
    deprecated = value.get("deprecated")
    return str(deprecated.get("state", "")) if isinstance(deprecated, dict) else ""


def _accelerators(value: dict[str, Any], name: str) -> tuple[str | None, Decimal | None]:
    listed = value.get("accelerators")
    family = family_of(name)
    if not listed:
        if family is not None and family.accelerated:
            raise NoMachine("is a machine with accelerators, and does not state which and how many")
        return None, None
    if not isinstance(listed, list) or len(listed) > 1 or not isinstance(listed[0], dict):
        raise NoMachine("has accelerators of several kinds")
    kind = listed[0].get("guestacceleratortype")
    if not isinstance(kind, str) or not kind:
        raise NoMachine("has accelerators of a kind it does not state")
    count = _count(listed[0].get("guestacceleratorcount"), "guestAcceleratorCount")
    return kind.rpartition("/")[2], _share(value, name, count)


def _share(value: dict[str, Any], name: str, count: int) -> Decimal:
    """The accelerators of the machine; a part of one is said in the description only, or known to us."""
    if count == 1:
        if found := _SHARE.search(str(value.get("description", ""))):
            return _fraction(found[1])
        known = known_shape(name)
        if known and known.accelerator_count and known.accelerator_count < 1:
            return known.accelerator_count
    return Decimal(count)


def _fraction(denominator: str) -> Decimal:
    if int(denominator) < 1:
        raise NoMachine(f"has 1/{denominator} of an accelerator")
    return 1 / Decimal(denominator)


def _local_storage(value: dict[str, Any], name: str) -> Decimal | None:
    family, known = family_of(name), known_shape(name)
    bundled = value.get("bundledlocalssds")
    partitions = bundled.get("partitioncount") if isinstance(bundled, dict) else None
    if known is not None and known.local_storage_gib is not None:
        return known.local_storage_gib
    if not partitions:
        return None
    if family is None or family.ssd_gib_each is None:
        return None
    return _count(partitions, "partitionCount") * family.ssd_gib_each


def _region(item: Item) -> str:
    stated = item.value.get("zone") or item.zone or _zone_in_link(item.value.get("selflink"))
    zone = str(stated or "").rpartition("/")[2]
    if not _ZONE.fullmatch(zone):
        raise NoMachine(f"zone {shown(zone) or 'none'}: must be a zone such as us-central1-a")
    region = zone.rpartition("-")[0]
    if region_known("gcp", region) is None:
        raise NoMachine(f"zone {zone}: its region is not in our list of regions")
    return region


def _zone_in_link(link: Any) -> str:
    parts = str(link or "").split("/")
    return parts[parts.index("zones") + 1] if "zones" in parts[:-1] else ""


def _name(value: dict[str, Any]) -> str:
    name = value.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9-]{2,63}", name):
        raise NoMachine(f"name {shown(str(name))}: must be a name such as a2-highgpu-1g")
    return name


def _count(value: Any, field_name: str) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", str(value)) or int(value) < 1:
        raise NoMachine(f"{field_name} {shown(str(value))}: must be a whole number above 0")
    return int(value)
