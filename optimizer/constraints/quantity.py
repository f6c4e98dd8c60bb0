"""Minimum and maximum quantities of offers, and of their volume tiers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pulp import LpVariable

from ..index import ElasticSource, FirmSource, Index, active_starts
from ..model import Model
from ..problem import CapacityBlock, Elastic, Reservation
from ..tiers import families, most_in_force
from ..variables import Variables


def add_quantity(model: Model, index: Index, v: Variables) -> int:
    """active[o,t] <= max_quantity[o]; a purchase is 0 or at least min_quantity[o] machines; of the tiers of
    one offer at most one is taken in a purchase, or in a slice.

    The maximum bounds the machines held at the same time, a tier's what is bought at once; that of all tiers
    together is `Tier.most`. Running machines carry it as upper bound.
    """
    rows = 0
    for source in index.sources:
        if isinstance(source, FirmSource):
            for tiers in families(source.reservations):
                rows += _held_rows(model, index, v, tiers) + _reservation_rows(model, index, v, tiers)
            for sold in families(source.blocks):
                rows += _block_rows(model, v, sold)
    return rows + _running_rows(model, index, v)


def _held_rows(model: Model, index: Index, v: Variables, tiers: Sequence[Reservation]) -> int:
    """At most so many in force in any month, of all tiers together."""
    most = most_in_force(tiers[0])
    if most is None:
        return 0
    rows = 0
    for bought in _crowded_months(index, v, tiers):
        model.at_most({v.reserved[purchase]: 1.0 for purchase in sorted(bought)}, float(most))
        rows += 1
    return rows


def _reservation_rows(model: Model, index: Index, v: Variables, tiers: Sequence[Reservation]) -> int:
    rows = 0
    for start in range(index.problem.horizon.months):
        on_sale = [r for r in tiers if (r.key, start) in v.reserved]
        for r in on_sale:
            if r.min_quantity > 1 or len(on_sale) > 1:
                chosen = v.chosen[r.key, start] = v.whole(1)
                rows += _at_least_or_none(model, v.reserved[r.key, start], chosen, r, r.min_quantity)
        rows += _at_most_one(model, [v.chosen[r.key, start] for r in on_sale] if len(on_sale) > 1 else [])
    return rows


def _block_rows(model: Model, v: Variables, tiers: Sequence[CapacityBlock]) -> int:
    rows = 0
    sold = [block for block in tiers if block.key in v.blocks]
    for block in sold:
        if block.min_quantity > 1 or len(sold) > 1:
            chosen = v.chosen[block.key, 0] = v.whole(1)
            rows += _at_least_or_none(model, v.blocks[block.key], chosen, block, block.min_quantity)
    return rows + _at_most_one(model, [v.chosen[block.key, 0] for block in sold] if len(sold) > 1 else [])


def _running_rows(model: Model, index: Index, v: Variables) -> int:
    """Of machines by the hour; a partner's minimum has a family of its own."""
    rows = 0
    tiers: dict[tuple[str, int], list[int]] = defaultdict(list)
    hourly = {q: s.elastic for q, s in enumerate(index.sources) if isinstance(s, ElasticSource)}
    for q, i in v.running:
        tier = hourly[q].tier if q in hourly else None
        if tier is not None:
            tiers[tier.of, i].append(q)
    several = {(q, i) for (_, i), together in tiers.items() if len(together) > 1 for q in together}
    for (q, i), running in v.running.items():
        if q not in hourly:
            continue
        least = 0 if hourly[q].partner else hourly[q].min_quantity
        if least > 1 or (q, i) in several:
            v.used[q, i] = v.whole(1)
            rows += _at_least_or_none(model, running, v.used[q, i], hourly[q], least)
    for (_, i), together in tiers.items():
        rows += _at_most_one(model, [v.used[q, i] for q in together] if len(together) > 1 else [])
    return rows


def _crowded_months(
    index: Index, v: Variables, tiers: Sequence[Reservation]
) -> Iterator[set[tuple[str, int]]]:
    """Purchases in force in a month, unless they are inside the next month's, which says more."""
    months = range(index.problem.horizon.months)
    active = [
        {(r.key, s) for r in tiers for s in active_starts(r, month) if (r.key, s) in v.reserved}
        for month in months
    ]
    for month in months:
        if len(active[month]) > 1 and not (month + 1 < len(active) and active[month] <= active[month + 1]):
            yield active[month]


def _at_least_or_none(
    model: Model,
    count: LpVariable,
    chosen: LpVariable,
    offer: Elastic | Reservation | CapacityBlock,
    least: int,
) -> int:
    most = count.upBound if offer.max_quantity is None else min(count.upBound, offer.max_quantity)
    model.at_least({count: 1.0, chosen: -float(max(1, least))}, 0.0)
    model.at_most({count: 1.0, chosen: -float(most)}, 0.0)
    return 2


def _at_most_one(model: Model, chosen: Sequence[LpVariable]) -> int:
    if not chosen:
        return 0
    model.at_most(dict.fromkeys(chosen, 1.0), 1.0)
    return 1
