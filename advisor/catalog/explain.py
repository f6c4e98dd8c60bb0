"""Why a list is empty: what each condition alone keeps out, and the offer that comes nearest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from advisor.catalog.conditions import Condition
from advisor.catalog.pricing import Priced, Pricer, Quote


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


def explain_empty(conditions: Sequence[Condition], quotes: Iterable[Quote], pricer: Pricer) -> EmptyList:
    """One pass over all offers in their order: which fail one condition alone, and which fails the fewest."""
    only_failing: list[list[Quote]] = [[] for _ in conditions]
    nearest: Quote | None = None
    fewest: tuple[int, tuple[int, ...]] = (len(conditions) + 1, ())
    nearest_apart = 0.0
    for quote in quotes:
        failed = [index for index, condition in enumerate(conditions) if not condition.holds(quote)]
        if len(failed) == 1:
            only_failing[failed[0]].append(quote)
        if len(failed) > fewest[0]:
            continue
        rank = (len(failed), tuple(-index for index in failed))  # what was asked first weighs more
        if rank > fewest:
            continue
        apart = sum(conditions[index].distance(quote) for index in failed)
        if rank < fewest or apart < nearest_apart:
            nearest, fewest, nearest_apart = quote, rank, apart
    reliefs = tuple(
        Relief(
            without=condition.words,
            count=len(found),
            best=pricer.complete(min(found, key=condition.distance)),
            by_likeness="accelerator" in condition.narrow,
        )
        for condition, found in zip(conditions, only_failing, strict=True)
        if found
    )
    return EmptyList(
        reliefs=reliefs,
        nearest=None if nearest is None else pricer.complete(nearest),
        misses=tuple(conditions[-index].words for index in fewest[1]),
    )
