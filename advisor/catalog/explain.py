"""Why a list is empty: what each condition alone keeps out, and the offer that comes nearest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

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


def explain_empty(
    conditions: Sequence[Condition],
    quotes: Iterable[Quote],
    pricer: Pricer,
    order: Callable[[Iterable[Quote]], Sequence[Quote]],
) -> EmptyList:
    """One pass over all offers: which fail one condition alone, and which fail the fewest.

    Of equally near ones the first in `order` is named.
    """
    only_failing: list[list[Quote]] = [[] for _ in conditions]
    nearest: list[Quote] = []
    fewest: tuple[int, tuple[int, ...]] = (len(conditions) + 1, ())
    for quote in quotes:
        failed = [index for index, condition in enumerate(conditions) if not condition.holds(quote, pricer)]
        if len(failed) == 1:
            only_failing[failed[0]].append(quote)
        if len(failed) <= fewest[0]:
            rank = (len(failed), tuple(-index for index in failed))  # what was asked first weighs more
            if rank < fewest:
                nearest, fewest = [quote], rank
            elif rank == fewest:
                nearest.append(quote)
    missed = [conditions[-index] for index in fewest[1]]
    firsts = [
        min(order(found), key=partial(condition.far, pricer=pricer), default=None)
        for condition, found in zip(conditions, only_failing, strict=True)
    ]
    if len(missed) == 1:  # those that fail it alone are the nearest
        best = firsts[-fewest[1][0]]
    else:
        best = min(order(nearest), key=lambda quote: sum(c.far(quote, pricer) for c in missed), default=None)
    reliefs = tuple(
        Relief(
            without=condition.words,
            count=len(found),
            best=pricer.complete(first),
            by_likeness="accelerator" in condition.narrow,
        )
        for condition, found, first in zip(conditions, only_failing, firsts, strict=True)
        if first is not None
    )
    return EmptyList(
        reliefs=reliefs,
        nearest=None if best is None else pricer.complete(best),
        misses=tuple(condition.words for condition in missed),
    )
