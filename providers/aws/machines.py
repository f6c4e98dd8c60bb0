"""What an instance type has: from DescribeInstanceTypes, the price list's attributes, our table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from providers.accelerators import ACCELERATORS, canonical_name
from providers.aws.fields import Unusable, machine, plain, rows, text, whole
from providers.aws.fields import inner as map_of
from providers.base import Refused
from providers.tables import TableRow, read_table
from providers.text import shown
from providers.units import gib_from_gb, gib_from_mib

_COLUMNS = (
    "instance_type",
    "accelerator",
    "accelerator_count",
    "vcpus",
    "memory_gib",
    "local_storage_gb",
    "network_gbps",
)
_ACCELERATED = re.compile(r"(?:p|g|gr|trn|inf|f|dl|u-p)[0-9]")
_DISKS = re.compile(r"(?:([0-9]{1,3}) ?x ?)?([0-9][0-9,]*(?:\.[0-9]+)?) ?(?:GB|TB)?\b.*", re.IGNORECASE)
_NETWORK = re.compile(r"(?:up to )?(?:([0-9]{1,3})x )?([0-9.]{1,7}) (gigabit|megabit)", re.IGNORECASE)
_GIB = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?) ?GiB", re.IGNORECASE)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
# Shares of a GPU that AWS sells; 2,861 MiB of an L4 that reports 22,888 is an eighth.
_SHARES = (Decimal("0.0625"), Decimal("0.125"), Decimal("0.25"), Decimal("0.5"))
_SHARE_TOLERANCE = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerators:
    """Of one instance. `count` is a fraction where it has a share of one; memory is of one or that share."""

    name: str
    count: Decimal
    memory_gib: Decimal | None

    @property
    def note(self) -> str:
        if self.count < 1:
            return f"{plain(self.count)} of one accelerator, memory is that share's"
        return "" if self.name in ACCELERATORS else f"accelerator {self.name} is in no list of ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Unknown ones are None."""

    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    local_storage_gib: Decimal | None = None
    network_gbps: Decimal | None = None
    accelerators: Accelerators | None = None
    has_accelerators: bool = False  # said without saying which

    def completed(self, other: "Facts") -> "Facts":
        """These facts, with those of `other` where they are unknown."""
        lacking = {
            name: getattr(other, name)
            for name in ("vcpus", "memory_gib", "local_storage_gib", "network_gbps", "accelerators")
            if getattr(self, name) is None
        }
        return replace(self, **lacking, has_accelerators=self.has_accelerators or other.has_accelerators)


@dataclass(slots=True)
class Machines:
    """All instance types the documents describe, by name."""

    _typed: dict[str, tuple[Facts, str]] = field(default_factory=dict)
    _listed: dict[str, set[tuple[datetime, Facts]]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    def add_type(self, record: Mapping[str, Any], where: str) -> None:
        """Take a record of DescribeInstanceTypes. Raises Unusable."""
        name = machine(text(record, "InstanceType"), field="InstanceType")
        facts = facts_of_type(record)
        known, found = self._typed.get(name), (facts, where)
        # replies of regions agree; where they do not, the choice must not hang on their order
        if known is None or repr(found) < repr(known):
            self._typed[name] = found

    def add_listed(self, name: str, facts: Facts, stated: datetime | None) -> None:
        """Take what a price list says of an instance type; the latest list wins, others complete it."""
        self._listed.setdefault(name, set()).add((stated or _EARLIEST, facts))

    def _all_listed(self, name: str) -> Facts:
        found = Facts()
        for _, facts in sorted(
            self._listed.get(name, ()), key=lambda one: (one[0], repr(one[1])), reverse=True
        ):
            found = found.completed(facts)
        return found

    def find(self, instance_type: str) -> Facts:
        """Facts of an instance type. Raises Unusable where it has accelerators that are not known."""
        self._asked.add(instance_type)
        typed = self._typed.get(instance_type, (Facts(), ""))[0]
        listed = self._all_listed(instance_type)
        ours = accelerated().get(instance_type, Facts())
        stated = typed.accelerators
        if stated and ours.accelerators and stated.name not in ACCELERATORS:
            typed = replace(typed, accelerators=None)  # a name of the market only, where we know better
        facts = typed.completed(listed).completed(ours)
        if facts.accelerators is None and (
            facts.has_accelerators or (_ACCELERATED.match(instance_type) and instance_type not in self._typed)
        ):
            raise Unusable(
                f"{instance_type}: its accelerators are not known; give its DescribeInstanceTypes too"
            )
        return facts

    def unasked(self) -> Iterator[Refused]:
        """Described instance types that no price was for."""
        for name, (_, where) in self._typed.items():
            if name not in self._asked:
                yield Refused(where=where, reason="a machine without a price: give its prices too")


def facts_of_type(record: Mapping[str, Any]) -> Facts:
    """Facts of a record of DescribeInstanceTypes. Raises Unusable."""
    memory_mib = whole(map_of(record, "MemoryInfo"), "SizeInMiB")
    disk_gb = whole(map_of(record, "InstanceStorageInfo"), "TotalSizeInGB")
    vcpus = whole(map_of(record, "VCpuInfo"), "DefaultVCpus")
    return Facts(
        vcpus=Decimal(vcpus) if vcpus else None,
        memory_gib=gib_from_mib(Decimal(memory_mib)) if memory_mib else None,
        local_storage_gib=_gib_of_disks(Decimal(disk_gb)) if disk_gb else None,
        network_gbps=_network_gbps(text(map_of(record, "NetworkInfo"), "NetworkPerformance")),
        accelerators=_accelerators_of(record),
    )


def _accelerators_of(record: Mapping[str, Any]) -> Accelerators | None:
    """The first kind stated; Inferentia is stated twice, as itself and as a Neuron device."""
    for group, listed in (
        ("GpuInfo", "Gpus"),
        ("NeuronInfo", "NeuronDevices"),
        ("InferenceAcceleratorInfo", "Accelerators"),
        ("FpgaInfo", "Fpgas"),
    ):
        devices = rows(map_of(record, group), listed)
        if len(devices) > 1:
            raise Unusable(f"{group}: {len(devices)} kinds of accelerator in one machine")
        if devices:
            return _accelerators(devices[0], group)
    return None


def _accelerators(device: Mapping[str, Any], group: str) -> Accelerators:
    stated = text(device, "Name")
    if not stated:
        raise Unusable(f"{group}.Name: missing")
    count = whole(device, "Count")
    memory_mib = whole(map_of(device, "MemoryInfo"), "SizeInMiB")
    memory = gib_from_mib(Decimal(memory_mib)) if memory_mib else None
    if count is None:
        raise Unusable(f"{group}.Count: missing")
    if count == 0:
        return _share(stated, memory, group)
    known = canonical_name(stated, memory) or canonical_name(stated)
    nominal = ACCELERATORS[known].memory_gib if known else None
    return Accelerators(name=known or shown(stated), count=Decimal(count), memory_gib=nominal or memory)


def _share(stated: str, memory: Decimal | None, group: str) -> Accelerators:
    """A share of one accelerator, which AWS counts as 0 of them."""
    known = canonical_name(stated)
    nominal = ACCELERATORS[known].memory_gib if known else None
    if known is None or nominal is None or memory is None:
        raise Unusable(f"{group}.Count: 0: a share of an accelerator whose size is not known")
    share = min(_SHARES, key=lambda one: abs(one * nominal - memory))
    if abs(share * nominal - memory) > _SHARE_TOLERANCE * memory:
        raise Unusable(f"{group}.Count: 0: {plain(memory)} GiB are no known share of {known}")
    return Accelerators(name=known, count=share, memory_gib=share * nominal)


def facts_of_product(attributes: Mapping[str, Any]) -> Facts:
    """Facts a price list states; what it states otherwise than usual is left out, for others know it too."""
    said = {name: value.strip() for name, value in attributes.items() if isinstance(value, str)}
    vcpus, gpus = said.get("vcpu", "") or said.get("vCpu", ""), said.get("gpu", "")
    memory = _GIB.fullmatch(said.get("memory", ""))
    disks = said.get("storage", "")
    return Facts(
        vcpus=Decimal(vcpus) if re.fullmatch("[1-9][0-9]{0,4}", vcpus) else None,
        memory_gib=(Decimal(memory[1].replace(",", "")) or None) if memory else None,
        local_storage_gib=_gib_of_disks(_disks_gb(disks)) if disks[:1].isdecimal() else None,
        network_gbps=_network_gbps(said.get("networkPerformance", "")),
        has_accelerators=bool(re.fullmatch("[0-9.]{1,8}", gpus)) and gpus.strip("0.") != "",
    )


def _disks_gb(stated: str) -> Decimal | None:
    match = _DISKS.fullmatch(stated)
    if match is None or re.search(r"\bTB\b|\bor\b", stated):
        return None
    return Decimal(match[1] or 1) * Decimal(match[2].replace(",", ""))


def _gib_of_disks(size_gb: Decimal | None) -> Decimal | None:
    return None if size_gb is None else round(gib_from_gb(size_gb), 2)


def _network_gbps(stated: str) -> Decimal | None:
    match = _NETWORK.fullmatch(stated)
    if match is None or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", match[2]):
        return None
    return Decimal(match[1] or 1) * Decimal(match[2]) / (1 if match[3].lower() == "gigabit" else 1000)


@cache
def accelerated() -> Mapping[str, Facts]:
    """Instance types with accelerators that we know of ourselves (accelerated.csv)."""
    table = read_table(Path(__file__).parent / "accelerated.csv", columns=_COLUMNS)
    return {row.text("instance_type"): _facts_of_row(row) for row in table}


def _facts_of_row(row: TableRow) -> Facts:
    name, count = row.text("accelerator"), row.number("accelerator_count")
    known = ACCELERATORS.get(name)
    memory = known.memory_gib if known else None
    share = min(count, Decimal(1))
    return Facts(
        vcpus=row.number("vcpus"),
        memory_gib=row.number("memory_gib"),
        local_storage_gib=_gib_of_disks(row.optional_number("local_storage_gb")),
        network_gbps=row.optional_number("network_gbps"),
        accelerators=Accelerators(
            name=name, count=count, memory_gib=None if memory is None else memory * share
        ),
    )
