"""Why a list is empty: what each condition alone keeps out, and the offer that comes nearest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.catalog.conditions import Condition
from advisor.catalog.pricing import Priced, Pricer
from advisor.catalog.sources import OfferSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Dropping the condition `without` alone leaves `count` offers, the nearest, then cheapest, `best`."""

    without: str
    count: int
    best: Priced
    by_likeness: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyList:
    """`reliefs` in the order asked. `nearest` fails the fewest conditions, those in `misses`."""

    reliefs: tuple[Relief, ...]
    nearest: Priced | None
    misses: tuple[str, ...]


def explain_empty(
    conditions: Sequence[Condition],
    source: OfferSource,
    pricer: Pricer,
    order: Callable[[Priced], Any],
) -> EmptyList:
    """One pass over all offers: which fail exactly one condition, and which fails the fewest."""
    only_failing: list[list[Priced]] = [[] for _ in conditions]
    nearest: Priced | None = None
    nearest_rank: tuple[int, tuple[int, ...], float] | None = None
    for priced in sorted(map(pricer.priced, source.select({})), key=order):
        failed = [index for index, condition in enumerate(conditions) if not condition.holds(priced)]
        if len(failed) == 1:
            only_failing[failed[0]].append(priced)
        apart = sum(conditions[index].distance(priced) for index in failed)
        rank = (len(failed), tuple(-index for index in failed), apart)  # what was asked first weighs more
        if nearest_rank is None or rank < nearest_rank:
            nearest, nearest_rank = priced, rank
    reliefs = tuple(
        Relief(
            without=condition.words,
            count=len(found),
            best=min(found, key=condition.distance),
            by_likeness="accelerator" in condition.narrow,
        )
        for condition, found in zip(conditions, only_failing, strict=True)
        if found
    )
    missed = nearest_rank[1] if nearest_rank else ()
    return EmptyList(
        reliefs=reliefs, nearest=nearest, misses=tuple(conditions[-index].words for index in missed)
    )
