"""Minimum and maximum quantities of offers."""

from collections.abc import Iterator

from pulp import LpVariable

from ..index import ElasticSource, FirmSource, Index, active_starts
from ..model import Model
from ..problem import Reservation
from ..variables import Variables


def add_quantity(model: Model, index: Index, v: Variables) -> int:
    """active[o,t] <= max_quantity[o]; a purchase is 0 or at least min_quantity[o] machines.

    The maximum bounds the machines held at the same time. Running machines carry it as upper bound.
    """
    rows = 0
    for source in index.sources:
        if not isinstance(source, FirmSource):
            continue
        for r in source.reservations:
            rows += _reservation_rows(model, index, v, r)
        for block in source.blocks:
            if block.min_quantity > 1 and block.key in v.blocks:
                count, chosen = v.blocks[block.key], v.whole(1)
                v.chosen[block.key, 0] = chosen
                rows += _at_least_or_none(model, count, chosen, block.min_quantity)
    for (q, i), running in v.running.items():
        source = index.sources[q]
        if not isinstance(source, ElasticSource) or source.elastic.partner:
            continue
        elastic = source.elastic
        if elastic.min_quantity > 1:
            v.used[q, i] = v.whole(1)
            rows += _at_least_or_none(model, running, v.used[q, i], elastic.min_quantity)
    return rows


def _reservation_rows(model: Model, index: Index, v: Variables, r: Reservation) -> int:
    rows = 0
    starts = [s for s in range(index.problem.horizon.months) if (r.key, s) in v.reserved]
    if r.max_quantity is not None:
        for month in _crowded_months(index, r, starts):
            held = {v.reserved[r.key, s]: 1.0 for s in active_starts(r, month) if (r.key, s) in v.reserved}
            model.at_most(held, float(r.max_quantity))
            rows += 1
    if r.min_quantity > 1:
        for start in starts:
            chosen = v.chosen[r.key, start] = v.whole(1)
            rows += _at_least_or_none(model, v.reserved[r.key, start], chosen, r.min_quantity)
    return rows


def _crowded_months(index: Index, r: Reservation, starts: list[int]) -> Iterator[int]:
    """Months whose set of active purchases is not inside the next month's: the others say nothing new."""
    for month in range(index.problem.horizon.months):
        now = {s for s in starts if s <= month < s + r.term_months}
        later = {s for s in starts if s <= month + 1 < s + r.term_months}
        if len(now) > 1 and not (month + 1 < index.problem.horizon.months and now <= later):
            yield month


def _at_least_or_none(model: Model, count: LpVariable, chosen: LpVariable, least: int) -> int:
    model.at_least({count: 1.0, chosen: -float(least)}, 0.0)
    model.at_most({count: 1.0, chosen: -float(count.upBound)}, 0.0)
    return 2
