"""The short query: `H100`, `H100:8`, `nvidia:A10,A100:24GB..80GB:1..8`. What it means, resolved to names.

Parts are separated by `:` in any order that makes sense: a vendor or kind (`nvidia`, `tpu`, `cpu`), names
(comma-separated, families allowed), memory of one accelerator (with `GB`), number of accelerators. Ranges
are `24GB..80GB`, `24GB..`, `..80GB`, `16+`; a single figure means exactly that.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.errors import BadInput
from providers.accelerators import ACCELERATORS, KINDS, members, suggest
from providers.text import did_you_mean, nearest, shown

_FIGURE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,4})?)\s*(g|gb|gib)?", re.IGNORECASE)
_TIMES = re.compile(r"([0-9]{1,6})\s*[x×*]\s*(\D\S.*)", re.IGNORECASE)
_EXAMPLES = "write H100, H100:8, A100-80GB:4 or nvidia:24GB..80GB:1..8"
_MOST_NAMES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A closed range; None is open."""

    low: Decimal | None = None
    high: Decimal | None = None

    def holds(self, value: Decimal | None) -> bool:
        if value is None:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low}"
        return f"{'' if self.low is None else self.low}..{'' if self.high is None else self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A query resolved. `names` None means any accelerator or none; `no_accelerator` means CPU machines."""

    names: frozenset[str] | None = None
    named: str = ""  # the part of the text that gave the names, for messages
    memory_gib: Span | None = None
    count: Span | None = None
    no_accelerator: bool = False


def resolve_selector(text: str, other_names: Callable[[], Collection[str]]) -> Selector:
    """The meaning of a query; `other_names` gives accelerator names outside the canonical list.

    Raises BadInput for what cannot be read and for unknown names, with the nearest known ones.
    """
    selector = Selector()
    if not text.strip():
        return selector
    for part in _parts(text):
        if not part:
            raise BadInput(f"query {shown(text)!r}: an empty part between colons; {_EXAMPLES}")
        span = _span(part)
        if span is None:
            selector = _with_names(selector, part, text, other_names)
        elif span[1]:
            _once(selector.memory_gib, "memory", text)
            selector = replace(selector, memory_gib=span[0])
        else:
            _once(selector.count, "number of accelerators", text)
            selector = replace(selector, count=span[0])
    if selector.no_accelerator and (selector.names or selector.memory_gib or selector.count):
        raise BadInput(f"query {shown(text)!r}: `cpu` means machines without accelerators, it stands alone")
    return selector


def _parts(text: str) -> list[str]:
    """The parts between colons; `8x H100` is read as `H100:8`."""
    parts: list[str] = []
    for raw in text.split(":"):
        times = _TIMES.fullmatch(raw.strip())
        parts += [times[2], times[1]] if times else [raw.strip()]
    return parts


def _once(already: Span | None, what: str, text: str) -> None:
    if already is not None:
        raise BadInput(f"query {shown(text)!r}: the {what} is given twice; {_EXAMPLES}")


def _span(part: str) -> tuple[Span, bool] | None:
    """The range a part means and whether it is memory; None when the part is a name."""
    ends = _ends(part)
    if len(ends) != 2 or not any(end.strip() for end in ends):
        return None
    figures = [_FIGURE.fullmatch(end.strip()) if end.strip() else None for end in ends]
    if any(end.strip() and not figure for end, figure in zip(ends, figures, strict=True)):
        return None
    low, high = (Decimal(figure[1]) if figure else None for figure in figures)
    if low == 0 and high == 0:
        raise BadInput(f"query part {part!r}: must be above 0")
    if low is not None and high is not None and low > high:
        raise BadInput(f"query part {part!r}: the range runs backwards; write {high}..{low}")
    return Span(low=low, high=high), any(figure and figure[2] for figure in figures)


def _ends(part: str) -> list[str]:
    if part.endswith("+"):
        return [part[:-1], ""]
    return part.split("..") if ".." in part else [part, part]


def _with_names(
    selector: Selector, part: str, text: str, other_names: Callable[[], Collection[str]]
) -> Selector:
    if part.casefold() == "cpu":
        return replace(selector, no_accelerator=True, named=part)
    pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
    if not pieces or len(pieces) > _MOST_NAMES:
        raise BadInput(f"query {shown(text)!r}: {shown(part)!r} is not a list of names; {_EXAMPLES}")
    found: set[str] = set()
    for piece in pieces:
        found |= _names_of(piece, other_names)
    if selector.names is not None:
        both = selector.names & found
        if not both:
            raise BadInput(
                f"query {shown(text)!r}: {shown(part)} is not among {selector.named}; drop one of the two"
            )
        return replace(selector, names=frozenset(both), named=f"{selector.named}:{part}")
    return replace(selector, names=frozenset(found), named=part)


def _names_of(piece: str, other_names: Callable[[], Collection[str]]) -> set[str]:
    folded = piece.casefold()
    if folded in KINDS:
        return {name for name, known in ACCELERATORS.items() if known.kind == folded}
    by_vendor = {name for name, known in ACCELERATORS.items() if known.vendor.casefold() == folded}
    if by_vendor:
        return by_vendor
    canonical = set(members(piece))
    if canonical:
        return canonical
    others = other_names()
    same = {name for name in others if name.casefold() == folded}
    if same:
        return same
    likely = [*nearest(piece, _vendors(), cutoff=0.75), *suggest(piece), *nearest(piece, others)]
    hint = did_you_mean(list(dict.fromkeys(likely))[:4]) or f"; {_EXAMPLES}"
    raise BadInput(f"{shown(piece)}: unknown accelerator{hint}")


def _vendors() -> list[str]:
    return sorted({known.vendor.casefold() for known in ACCELERATORS.values()} | KINDS | {"cpu"})


def rest_of_family(names: frozenset[str]) -> list[str]:
    """Other members of the family when one canonical name was asked that is also a family's name."""
    if len(names) != 1:
        return []
    asked = ACCELERATORS.get(next(iter(names)))
    if asked is None or asked.family != asked.name:
        return []
    return [n for n, known in ACCELERATORS.items() if known.family == asked.family and n != asked.name]
