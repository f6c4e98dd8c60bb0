"""Machines of Baidu AI Cloud: from the list of flavors, else from what the name of the flavor spells."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from providers.accelerators import ACCELERATORS, canonical_name, members
from providers.baidu.replies import ZONE, Reply, number, whole, word
from providers.base import Refused
from providers.text import shown

SPEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,80}")
_SIZE = re.compile(r"c([0-9]{1,4})m([0-9]{1,5})")
_DISKS = re.compile(r"[0-9]{1,2}d")
_CARDS = re.compile(r"([0-9]{1,2})([A-Za-z][A-Za-z0-9-]{1,20})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A flavor: counts are per machine, memory in GiB (what Baidu prints as GB)."""

    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    local_storage_gib: Decimal | None = None
    network_gbps: Decimal | None = None
    accelerator: str | None = None
    accelerator_count: Decimal | None = None
    accelerator_memory_gib: Decimal | None = None
    note: str = ""


@dataclass(slots=True)
class Machines:
    """Flavors by zone and name; `bad` says why a flavor cannot be taken."""

    known: dict[tuple[str, str], Machine] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def find(self, spec: str, zone: str) -> Machine | str:
        """The machine, or the reason why it is not known well enough to be offered."""
        if spec in self.bad:
            return self.bad[spec]
        found = self.known.get((zone, spec)) or self.known.get(("", spec))
        return found or machine_by_name(spec)

    def add(self, reply: Reply) -> Iterator[Refused]:
        """Take the flavors of a reply; those that cannot be used are yielded with their reason."""
        for zone, flavor in _flavors(reply.body):
            spec = word(flavor.get("spec"))
            if not SPEC.fullmatch(spec):
                yield Refused(where=reply.where, reason=f"a flavor without a usable name: {shown(spec)!r}")
                continue
            machine = _machine(flavor, spec)
            if isinstance(machine, str):
                self.bad[spec] = machine
                yield Refused(where=f"{reply.where}, {shown(zone)} {spec}", reason=machine)
                continue
            for key in ((zone, spec), ("", spec)):
                self.known[key] = max(machine, self.known.get(key, machine), key=_facts)


def _facts(machine: Machine) -> tuple[int, str]:
    """How much is known of it: the list of bids says less of a flavor than the list of flavors."""
    values = [getattr(machine, field.name) for field in fields(machine)]
    return sum(value is not None for value in values), repr(values)


def _flavors(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Zone and flavor; `bccResources` is an object of groups, or a list of them for bids."""
    for resource in body["zoneResources"]:
        if not isinstance(resource, dict):
            continue
        for kind in ("bccResources", "ebcResources", "bbcResources"):
            groups = resource.get(kind)
            if isinstance(groups, dict):
                groups = groups.get("flavorGroups")
            for group in groups if isinstance(groups, list) else ():
                flavors = group.get("flavors") if isinstance(group, dict) else None
                for flavor in flavors if isinstance(flavors, list) else ():
                    if isinstance(flavor, dict):
                        yield word(resource.get("zoneName")), flavor


def flavors_in(body: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """(zone, specId, spec, has accelerators) of every well-named flavor, for those who ask for prices."""
    for zone, flavor in _flavors(body):
        spec, family = word(flavor.get("spec")), word(flavor.get("specId"))
        if ZONE.fullmatch(zone) and SPEC.fullmatch(spec):
            machine = _machine(flavor, spec)
            yield zone, family, spec, isinstance(machine, Machine) and machine.accelerator is not None


def _machine(flavor: Mapping[str, Any], spec: str) -> Machine | str:
    cards = [
        (word(flavor.get(f"{kind}CardType")), whole(flavor.get(f"{kind}CardCount")) or 0)
        for kind in ("gpu", "fpga", "npu")
    ]
    stated = [card for card in cards if card[0] or card[1]]
    spelled = _spelled(spec)
    if len(stated) > 1:
        return "more than one kind of accelerator in one machine"
    name, count = stated[0] if stated else (spelled.name, spelled.count)
    if canonical_name(name) is None and canonical_name(spelled.name) in members(name):
        name = spelled.name  # `8A100-80g` says more than the list's A100
    if stated and not name:
        return f"{count} accelerators of no stated kind"
    if name and count < 1:
        return f"{shown(name)} in no stated number"
    if stated and spelled.count and spelled.count != count:
        return f"the list states {count} accelerators, the name {spelled.count}"
    disk = number(flavor.get("ephemeralDiskInGb"))
    disks = whole(flavor.get("ephemeralDiskCount"))
    plain = Machine(
        vcpus=_positive(flavor.get("cpuCount")) or spelled.vcpus,
        memory_gib=_positive(flavor.get("memoryCapacityInGB")) or spelled.memory_gib,
        local_storage_gib=disk * disks if disk and disks and disk > 0 and disks > 0 else None,
        network_gbps=_positive(flavor.get("networkBandwidth")),
    )
    return _with_accelerators(plain, name, count)


def machine_by_name(spec: str) -> Machine | str:
    """`bcc.lgn1.c12m40.1p40`: 12 vCPU, 40 GiB, one P40. A reason where the name does not tell it all."""
    spelled = _spelled(spec)
    if spelled.vcpus is None:
        return "the machine is in no list of flavors given, and its name does not spell its size"
    if spelled.unclear:
        return f"the machine is in no list of flavors given, and {spelled.unclear} in its name is unclear"
    plain = Machine(vcpus=spelled.vcpus, memory_gib=spelled.memory_gib)
    return _with_accelerators(plain, spelled.name, spelled.count)


@dataclass(frozen=True, slots=True)
class _Spelled:
    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    name: str = ""
    count: int = 0
    unclear: str = ""


def _spelled(spec: str) -> _Spelled:
    parts = spec.split(".")
    sizes = [(place, match) for place, part in enumerate(parts) if (match := _SIZE.fullmatch(part))]
    if len(sizes) != 1:
        return _Spelled()
    place, size = sizes[0]
    rest = [part for part in parts[place + 1 :] if not _DISKS.fullmatch(part)]
    cards = [match for part in rest if (match := _CARDS.fullmatch(part))]
    vcpus, memory_gib = _positive(size[1]), _positive(size[2])
    if len(rest) != len(cards) or len(cards) > 1 or (cards and int(cards[0][1]) == 0):
        return _Spelled(vcpus, memory_gib, unclear=".".join(rest))
    if not cards:
        return _Spelled(vcpus, memory_gib)
    return _Spelled(vcpus, memory_gib, cards[0][2], int(cards[0][1]))


def _with_accelerators(plain: Machine, name: str, count: int) -> Machine | str:
    if not name:
        return plain
    canonical = canonical_name(name)
    if canonical is None and (family := members(name)):
        return f"{shown(name)}: which of {', '.join(family)} it is, is not said"
    known = ACCELERATORS.get(canonical) if canonical else None
    return replace(
        plain,
        accelerator=canonical or shown(name),
        accelerator_count=Decimal(count),
        accelerator_memory_gib=known.memory_gib if known else None,
        note="" if canonical else "accelerator named as Baidu names it",
    )


def _positive(value: Any) -> Decimal | None:
    found = number(value)
    return found if found is not None and found > 0 else None
