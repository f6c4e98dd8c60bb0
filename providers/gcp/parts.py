"""Our tables: which parts a family of machines is billed for, which accelerators there are, known shapes.

families.csv: the longest prefix of a machine type's name decides. `core`, `ram`, `whole`, `ssd` hold SKU
descriptions; `|` separates names of one part that differ by region, `&` parts that are billed together.
`whole` is the price of the machine per 1/`whole_per_accelerator` of an accelerator. `sold`: `spot` is never
on demand, `reservation` only where capacity was reserved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from providers.accelerators import ACCELERATORS
from providers.gcp.descriptions import stem_key
from providers.tables import TableRow, read_table

_HERE = Path(__file__).parent
FAMILY_COLUMNS = (
    "prefix", "core", "ram", "whole", "whole_per_accelerator", "ssd", "ssd_gib_each", "billed_vcpus",
    "accelerated", "sold", "source_url",
)  # fmt: skip
ACCELERATOR_COLUMNS = ("type", "accelerator", "stems", "instance_type", "note", "source_url")
MACHINE_COLUMNS = (
    "name", "vcpus", "memory_gib", "accelerator", "accelerator_count", "local_storage_gib", "observed_on",
    "source_url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """How machines of one name prefix are billed; see the module."""

    prefix: str
    core: tuple[str, ...]
    ram: tuple[str, ...]
    whole: tuple[str, ...]
    whole_per_accelerator: Decimal | None
    ssd: tuple[str, ...]
    ssd_gib_each: Decimal | None
    billed_vcpus: Decimal | None
    accelerated: bool
    sold: str


@dataclass(frozen=True, slots=True)
class AcceleratorPart:
    """A `guestAcceleratorType`: its canonical name and memory, the part it is billed as, and for a TPU the
    name under which one chip is offered."""

    type: str
    accelerator: str
    memory_gib: Decimal | None
    part: str
    instance_type: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a machine type is made of. `accelerator_count` may be a share of one."""

    name: str
    vcpus: Decimal
    memory_gib: Decimal
    accelerator_type: str | None = None
    accelerator_count: Decimal | None = None
    local_storage_gib: Decimal | None = None


def _part(cell: str) -> str:
    """The part named by a cell without `&`: its first description."""
    return cell.split("|")[0].strip()


def _parts(row: TableRow, column: str) -> tuple[str, ...]:
    return tuple(_part(cell) for cell in (row.optional(column) or "").split("&") if cell.strip())


@cache
def _family_rows() -> tuple[TableRow, ...]:
    return tuple(read_table(_HERE / "families.csv", columns=FAMILY_COLUMNS))


@cache
def _accelerator_rows() -> tuple[TableRow, ...]:
    return tuple(read_table(_HERE / "accelerators.csv", columns=ACCELERATOR_COLUMNS))


@cache
def _families() -> Mapping[str, Family]:
    return {
        row.text("prefix"): Family(
            prefix=row.text("prefix"),
            core=_parts(row, "core"),
            ram=_parts(row, "ram"),
            whole=_parts(row, "whole"),
            whole_per_accelerator=row.optional_number("whole_per_accelerator"),
            ssd=_parts(row, "ssd"),
            ssd_gib_each=row.optional_number("ssd_gib_each"),
            billed_vcpus=row.optional_number("billed_vcpus"),
            accelerated=row.optional("accelerated") == "yes",
            sold=row.optional("sold") or "",
        )
        for row in _family_rows()
    }


def family_of(machine_type: str) -> Family | None:
    """How a machine type is billed; None when families.csv does not know it."""
    families = _families()
    known = (machine_type[:length] for length in range(len(machine_type), 1, -1))
    prefix = next((name for name in known if name in families and _fits(name, machine_type)), None)
    return None if prefix is None else families[prefix]


def _fits(prefix: str, machine_type: str) -> bool:
    # g4-standard-6 is a machine, no prefix of g4-standard-64
    return prefix.endswith("-") or machine_type == prefix or machine_type.startswith(f"{prefix}-")


@cache
def accelerator_parts() -> Mapping[str, AcceleratorPart]:
    """By `guestAcceleratorType`."""
    return {
        row.text("type"): AcceleratorPart(
            type=row.text("type"),
            accelerator=row.text("accelerator"),
            memory_gib=ACCELERATORS[row.text("accelerator")].memory_gib,
            part=_part(row.text("stems")),
            instance_type=row.optional("instance_type"),
            note=row.optional("note"),
        )
        for row in _accelerator_rows()
    }


@cache
def parts_by_stem() -> Mapping[str, str]:
    """Key of a description's stem -> the part it prices, by its first name."""
    cells = [row.text("stems") for row in _accelerator_rows()]
    for row in _family_rows():
        for column in ("core", "ram", "whole", "ssd"):
            cells.extend((row.optional(column) or "").split("&"))
    return dict(_stems(cells))


def _stems(cells: list[str]) -> Iterator[tuple[str, str]]:
    for cell in cells:
        for name in cell.split("|"):
            if name.strip():
                yield stem_key(name), _part(cell)


@cache
def known_shapes() -> tuple[Shape, ...]:
    """The accelerator machine types of machines.csv, for catalogues that come without machine types."""
    return tuple(
        Shape(
            name=row.text("name"),
            vcpus=row.number("vcpus"),
            memory_gib=row.number("memory_gib"),
            accelerator_type=row.text("accelerator"),
            accelerator_count=row.number("accelerator_count"),
            local_storage_gib=row.optional_number("local_storage_gib"),
        )
        for row in read_table(_HERE / "machines.csv", columns=MACHINE_COLUMNS)
    )


def known_shape(name: str) -> Shape | None:
    """The shape of machines.csv of this name."""
    return next((shape for shape in known_shapes() if shape.name == name), None)
