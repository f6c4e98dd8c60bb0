"""Accelerators: one canonical list of names, and how the many names in the market map onto it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property, lru_cache

from providers.errors import ReferenceDataError
from providers.tables import REFERENCE, LazyMapping, TableRow, read_table
from providers.text import nearest

COLUMNS = (
    "name",
    "family",
    "vendor",
    "kind",
    "memory_gib",
    "bf16_tflops",
    "fp8_tflops",
    "memory_bandwidth_gb_per_s",
    "tdp_w",
    "interconnect",
    "aliases",
    "source_url",
)
KINDS = frozenset({"gpu", "tpu", "asic", "fpga"})

# Sources disagree by up to 8 % on the memory of one card: GB read as GiB, firmware's share left out.
_MEMORY_TOLERANCE = Decimal("0.1")
_VENDORS = "nvidia amd intel google cloud aws amazon xilinx tesla instinct habana huawei baidu"
_VENDOR_WORDS = frozenset(_VENDORS.split())
_FORMS = (
    "gpu gpus tensor core accelerator sxm sxm2 sxm3 sxm4 sxm5 nvlink hgx dgx hbm2 hbm2e hbm3 hbm3e generation"
)
_FORM_WORDS = frozenset(_FORMS.split())
_SEPARATORS = re.compile(r"[\s_/()\[\],:-]+")
_MEMORY = re.compile(r"\b([0-9]{1,4}) ?(?:gib|gb)\b|\b([0-9]{1,4})g\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One kind of accelerator. Throughput is dense (no sparsity) peak; unknown figures are None."""

    name: str
    family: str
    vendor: str
    kind: str
    memory_gib: Decimal | None
    bf16_tflops: Decimal | None
    fp8_tflops: Decimal | None
    memory_bandwidth_gb_per_s: Decimal | None
    tdp_w: Decimal | None
    interconnect: str | None
    aliases: tuple[str, ...]
    source_url: str


class AcceleratorTable:
    """A list of accelerators with its name resolution. Names are compared without case and punctuation."""

    def __init__(self, accelerators: Iterable[Accelerator]) -> None:
        self.by_name: dict[str, Accelerator] = {}
        self._canonical: dict[str, Accelerator] = {}
        self._families: dict[str, list[Accelerator]] = {}
        for accelerator in accelerators:
            self.by_name[accelerator.name] = accelerator
            self._families.setdefault(_squeeze(accelerator.family), []).append(accelerator)
            for name in (accelerator.name, *accelerator.aliases):
                known = self._canonical.setdefault(_squeeze(name), accelerator)
                if known is not accelerator:
                    raise ReferenceDataError(
                        f"accelerators: {name!r} means both {known.name} and {accelerator.name}"
                    )
        self._refuse_families_meant_otherwise()
        self.canonical_name = lru_cache(maxsize=4096)(self._resolve)

    def _refuse_families_meant_otherwise(self) -> None:
        for folded, family in self._families.items():
            named = self._canonical.get(folded)
            if named is None:
                continue
            if named not in family:
                raise ReferenceDataError(
                    f"accelerators: {named.name} also names the family {family[0].family}"
                )
            if len(family) > 1 and _squeeze(named.name) != folded:
                raise ReferenceDataError(
                    f"accelerators: alias {family[0].family!r} of {named.name} hides a whole family"
                )

    def _resolve(self, raw: str, memory_gib: Decimal | None = None) -> str | None:
        """Canonical name for a name found in the market, None when unknown or ambiguous.

        Tried in turn: name or alias as written; without vendor and form words (`NVIDIA`, `SXM`); then
        with the memory in the name taken as a figure, which must fit. A bare family is settled by the
        memory of one accelerator: `A100` of 80 GiB is `A100-80GB`, `A100` of unknown memory is ambiguous.
        """
        plain: list[str] = []
        for plain in _readings(raw):
            if found := self._find(plain, memory_gib):
                return found
        text = " ".join(plain)
        if match := _MEMORY.search(text):
            plain = _MEMORY.sub(" ", text).split()
            memory_gib = Decimal(match[1] or match[2])
            if found := self._find(plain, memory_gib, must_fit=True):
                return found
        if "pcie" in plain:
            return self._find_without_slot([word for word in plain if word != "pcie"], memory_gib)
        return None

    def _find(self, words: list[str], memory_gib: Decimal | None, *, must_fit: bool = False) -> str | None:
        name = _squeeze("".join(words))
        canonical = self._canonical.get(name)
        candidates = self._families.get(name, [] if canonical is None else [canonical])
        if memory_gib is None:
            return canonical.name if canonical else _only(candidates)
        fitting = _fitting(candidates, memory_gib)
        if canonical in fitting or (not fitting and not must_fit):
            return canonical.name if canonical else None
        return _only(fitting)

    def _find_without_slot(self, words: list[str], memory_gib: Decimal | None) -> str | None:
        # "A100 80GB PCIe" is an A100-80GB here; where the list tells PCIe cards apart, it stays unknown.
        family = self._families.get(_squeeze("".join(words)), [])
        if any(member.name.endswith(("-PCIE", "-NVL")) for member in family):
            return None
        return self._find(words, memory_gib, must_fit=memory_gib is not None)

    def members(self, name: str) -> tuple[str, ...]:
        """Canonical names meant by a query: one for a canonical name or alias, all of a bare family.

        A name that is both (`H100` is the SXM card and a family) means the canonical one. Empty when
        unknown.
        """
        resolved = self.canonical_name(name, None)
        if resolved is not None:
            return (resolved,)
        for words in _readings(name):
            if family := self._families.get(_squeeze("".join(words))):
                return tuple(member.name for member in family)
        return ()

    def suggest(self, name: str) -> list[str]:
        """Canonical names and bare families nearest to an unknown name, best first, at most five."""
        plain = "".join(_readings(name)[-1])
        hits = nearest(_squeeze(plain), self._spellings, limit=8, cutoff=0.55)
        return list(dict.fromkeys(self._spellings[hit] for hit in hits))[:5]

    @cached_property
    def _spellings(self) -> dict[str, str]:
        families = {folded: members[0].family for folded, members in self._families.items()}
        return families | {folded: accelerator.name for folded, accelerator in self._canonical.items()}


def _readings(name: str) -> tuple[list[str], list[str], list[str]]:
    """Words of a name: all of them, without those of vendors, and without those of form as well."""
    words = [word for word in _SEPARATORS.split(name.casefold()) if word]
    unbranded = [word for word in words if word not in _VENDOR_WORDS]
    return words, unbranded, [word for word in unbranded if word not in _FORM_WORDS]


def _squeeze(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def _only(candidates: list[Accelerator]) -> str | None:
    return candidates[0].name if len(candidates) == 1 else None


def _fitting(candidates: list[Accelerator], memory_gib: Decimal) -> list[Accelerator]:
    """Candidates whose memory is nearest to `memory_gib`, within the tolerance."""
    off = [(abs(c.memory_gib - memory_gib) / c.memory_gib, c) for c in candidates if c.memory_gib]
    nearest_off = min((distance for distance, _ in off), default=_MEMORY_TOLERANCE)
    if nearest_off >= _MEMORY_TOLERANCE:
        return []
    return [candidate for distance, candidate in off if distance == nearest_off]


def accelerator_from(row: TableRow) -> Accelerator:
    """One row of accelerators.csv; raises `ReferenceDataError` naming line and column."""
    kind = row.text("kind")
    if kind not in KINDS:
        raise row.error("kind", f"must be one of {', '.join(sorted(KINDS))}")
    return Accelerator(
        name=row.text("name"),
        family=row.text("family"),
        vendor=row.text("vendor"),
        kind=kind,
        memory_gib=row.optional_number("memory_gib"),
        bf16_tflops=row.optional_number("bf16_tflops"),
        fp8_tflops=row.optional_number("fp8_tflops"),
        memory_bandwidth_gb_per_s=row.optional_number("memory_bandwidth_gb_per_s"),
        tdp_w=row.optional_number("tdp_w"),
        interconnect=row.optional("interconnect"),
        aliases=row.names("aliases"),
        source_url=row.text("source_url"),
    )


@cache
def reference_table() -> AcceleratorTable:
    """The accelerators shipped with the code (providers/reference/accelerators.csv), read once."""
    rows = read_table(REFERENCE / "accelerators.csv", columns=COLUMNS)
    return AcceleratorTable(map(accelerator_from, rows))


ACCELERATORS: Mapping[str, Accelerator] = LazyMapping(lambda: reference_table().by_name)


def canonical_name(raw: str, memory_gib: Decimal | None = None) -> str | None:
    """Canonical name of a name found in the market; see `AcceleratorTable._resolve`."""
    return reference_table().canonical_name(raw, memory_gib)


def members(name: str) -> tuple[str, ...]:
    """Canonical names meant by `name` in a query; see `AcceleratorTable.members`."""
    return reference_table().members(name)


def suggest(name: str) -> list[str]:
    """Nearest known accelerators for an unknown name, best first."""
    return reference_table().suggest(name)
