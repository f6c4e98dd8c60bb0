"""Which accelerators a virtual machine size has: our table of Azure's sizes (families.csv).

Azure's own replies count accelerators but never name them, and count a share of one as a whole. The table,
from the pages of the size series, names them and knows the shares.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from providers.accelerators import ACCELERATORS, canonical_name, members
from providers.azure.fields import Unusable
from providers.tables import TableRow, read_table

_COLUMNS = (
    "size",
    "accelerator",
    "accelerator_count",
    "accelerator_memory_gib",
    "shares",
    "vcpus",
    "memory_gib",
    "source_url",
    "note",
)
_FRACTION = re.compile(r"([1-9][0-9]{0,2})\s*/\s*([1-9][0-9]{0,2})\s*(?:x\b.*)?", re.IGNORECASE)
_NAMED = re.compile(r"_([a-z]+[0-9]+[a-z0-9]*)_v[0-9]+$")
_PLACES = Decimal("0.000001")  # a third of an accelerator has no exact figure
_CLOSE = Decimal("0.01")
_AS_AZURE = "accelerator named as Azure does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One size, or a pattern of sizes with one accelerator. `shares`: parts of it are sold.

    `memory_gib` is that of one accelerator, or of the share where it is less than one.
    """

    accelerator: str
    count: Decimal | None
    memory_gib: Decimal | None
    shares: bool
    vcpus: Decimal | None
    host_memory_gib: Decimal | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerators:
    """The accelerators of a machine: `count` is a fraction for a share, `memory_gib` that of the share."""

    name: str
    count: Decimal
    memory_gib: Decimal | None
    note: str = ""


def fraction(value: str) -> Decimal | None:
    """`1/6`, with whatever follows an x, to six places; None when it is no fraction.

    >>> fraction("1/6X A10")
    Decimal('0.166667')
    """
    match = _FRACTION.fullmatch(value.strip())
    return (Decimal(match[1]) / Decimal(match[2])).quantize(_PLACES).normalize() if match else None


@cache
def _families() -> tuple[dict[str, Family], list[tuple[str, Family]], dict[str, str]]:
    exact: dict[str, Family] = {}
    patterns: list[tuple[str, Family]] = []
    spelled: dict[str, str] = {}
    for row in read_table(Path(__file__).with_name("families.csv"), columns=_COLUMNS):
        size = row.text("size")
        folded = size.casefold()
        if "*" in size:
            patterns.append((folded, _family(row)))
        elif folded in exact:
            raise row.error("size", "must occur once")
        else:
            exact[folded], spelled[folded] = _family(row), f"Standard_{size}"
    return exact, patterns, spelled


def _family(row: TableRow) -> Family:
    written = row.optional("accelerator_count")
    return Family(
        accelerator=row.text("accelerator"),
        count=(fraction(written) or row.number("accelerator_count")) if written else None,
        memory_gib=row.optional_number("accelerator_memory_gib"),
        shares=row.optional("shares") == "yes",
        vcpus=row.optional_number("vcpus"),
        host_memory_gib=row.optional_number("memory_gib"),
        note=row.optional("note") or "",
    )


def known_sizes() -> tuple[str, ...]:
    """The sizes our table holds, as Azure spells them."""
    return tuple(_families()[2].values())


def family_of(instance_type: str) -> Family | None:
    """What our table knows of a size, by its name or a pattern."""
    size = _bare(instance_type)
    exact, patterns, _ = _families()
    return exact.get(size) or next((known for glob, known in patterns if fnmatchcase(size, glob)), None)


def _bare(instance_type: str) -> str:
    return instance_type.casefold().removeprefix("standard_").removesuffix("_promo")


def accelerators_of(instance_type: str, counted: Decimal | None) -> Accelerators | None:
    """The accelerators of a size; `counted` is the figure of Resource SKUs, None where it is not known.

    None for a machine without any. Raises Unusable where kind or number is not known: such a machine must
    not pass for one without.
    """
    family = family_of(instance_type)
    if family is None:
        return _unlisted(instance_type, counted)
    count, memory = family.count, family.memory_gib
    as_share = family.shares and counted == 1  # what Resource SKUs say of every share
    if count is None:
        if counted is None or as_share:
            raise Unusable(f"how many {family.accelerator} it has is not known")
        count = counted
        memory = memory * counted if memory and counted < 1 else memory
    elif counted is not None and abs(counted - count) > _CLOSE and not as_share:
        raise Unusable(f"Resource SKUs count {counted} accelerators, its series has {count}")
    notes = [f"a share of one {family.accelerator}" if count < 1 else "", family.note]
    if canonical_name(family.accelerator) is None:
        notes.append(_AS_AZURE)
    note = "; ".join(filter(None, notes))
    return Accelerators(name=family.accelerator, count=count, memory_gib=memory, note=note)


def _unlisted(instance_type: str, counted: Decimal | None) -> Accelerators | None:
    size = _bare(instance_type)
    if counted is None and not size.startswith("n"):  # every N size has accelerators
        return None
    match = _NAMED.search(size)
    if counted is None or match is None:
        raise Unusable("an accelerator machine; which accelerators, and how many, is not known")
    name = canonical_name(match[1])
    if name is None and (family := members(match[1])):
        raise Unusable(f"which of {', '.join(family)} it has is not known")
    whole = ACCELERATORS[name].memory_gib if name and counted >= 1 else None
    return Accelerators(
        name=name or match[1].upper(), count=counted, memory_gib=whole, note="" if name else _AS_AZURE
    )
