"""What is known of an offer beyond what its row says."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import Any

from providers.accelerators import ACCELERATORS, Accelerator
from providers.offers import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What conditions and orders look at: `of` some columns of an offer. Facts that are not `ordered` are
    only told apart."""

    columns: tuple[str, ...]
    of: Callable[..., Any]
    ordered: bool = True

    def in_offer(self, offer: Offer) -> Any:
        return self.of(*(getattr(offer, column) for column in self.columns))


def _itself(value: Any) -> Any:
    return value


def _together(*values: Any) -> tuple[Any, ...]:
    return values


def _folded(text: str) -> str:
    return text.casefold()


def place_name(region: str, zone: str | None) -> str:
    """The zone where there is one: it says more than the region it lies in."""
    if not zone:
        return region
    return zone if zone.startswith(region) else f"{region}/{zone}"


def memory_of_one(accelerator: str | None, stated_gib: Decimal | None) -> Decimal | None:
    """GiB of one accelerator: as stated, else as the list of accelerators knows it."""
    if stated_gib is not None or accelerator is None:
        return stated_gib
    known = ACCELERATORS.get(accelerator)
    return known.memory_gib if known else None


STRAIGHT = (
    "accelerator",
    "accelerator_count",
    "available_until",
    "country",
    "memory_gib",
    "observed_at",
    "provider",
    "purchase",
    "vcpus",
)
"""Facts that are columns."""

FACTS: dict[str, Fact] = {
    **{name: Fact(columns=(name,), of=_itself) for name in STRAIGHT},
    "place": Fact(columns=("provider", "region", "zone"), of=_together, ordered=False),
    "machine": Fact(columns=("provider", "region", "instance_type"), of=_together, ordered=False),
    "size": Fact(columns=("accelerator_count", "min_quantity", "max_quantity"), of=_together, ordered=False),
    "accelerator_memory": Fact(columns=("accelerator", "accelerator_memory_gib"), of=memory_of_one),
    "provider_name": Fact(columns=("provider",), of=_folded),
    "place_name": Fact(columns=("region", "zone"), of=lambda *place: place_name(*place).casefold()),
    "instance_name": Fact(columns=("instance_type",), of=_folded),
}


GROUPED = (
    "accelerator",
    "accelerator_memory_gib",
    "accelerator_count",
    "min_quantity",
    "max_quantity",
    "purchase",
    "vcpus",
)
"""Columns most questions are about. Rows alike in all of them are one group and lie together."""


def of_groups(name: str) -> bool:
    """Whether a fact is the same for all rows of a group."""
    return set(FACTS[name].columns) <= set(GROUPED)


def accelerator_memory_gib(offer: Offer) -> Decimal | None:
    """Memory of one accelerator: as the row states it, else as the list of accelerators knows it."""
    return memory_of_one(offer.accelerator, offer.accelerator_memory_gib)


def unlikeness(name: str | None, wanted: Collection[str]) -> float:
    """How unlike an accelerator is the nearest of the wanted ones: kind first, then vendor, then memory."""
    known = ACCELERATORS.get(name or "")
    if known is None:
        return 20.0 if name else 30.0
    return min(
        (_unlike(known, other) for other in map(ACCELERATORS.get, wanted) if other is not None),
        default=0.0,
    )


def _unlike(one: Accelerator, other: Accelerator) -> float:
    apart = 10.0 * (one.kind != other.kind) + 1.0 * (one.vendor != other.vendor)
    if one.memory_gib and other.memory_gib:
        apart += abs(log(float(one.memory_gib / other.memory_gib)))
    return apart
