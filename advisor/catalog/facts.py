"""What is known of an offer beyond what its row says."""

from collections.abc import Collection
from decimal import Decimal
from math import log

from providers.accelerators import ACCELERATORS, Accelerator
from providers.offers import Offer


def accelerator_memory_gib(offer: Offer) -> Decimal | None:
    """Memory of one accelerator: as the row states it, else as the list of accelerators knows it."""
    if offer.accelerator_memory_gib is not None or offer.accelerator is None:
        return offer.accelerator_memory_gib
    known = ACCELERATORS.get(offer.accelerator)
    return known.memory_gib if known else None


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
