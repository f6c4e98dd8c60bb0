"""How many accelerators can be held together at all: where fewer than a gang, no plan can hold, and why."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .gang import Gang
from .index import ElasticSource, FirmSource, Index, Source, active_starts, owned_in, server_starts, wanted
from .problem import WorkDemand
from .tiers import most_in_force
from .timegrid import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFew:
    """A workload (by position) whose gang can be held nowhere: the most that can be held, and where.

    `month` is the first month of a load in which that is so; None for an amount of work.
    """

    workload: int
    wanted: float
    held: float
    pool: str
    month: int | None = None


def too_few(index: Index) -> Iterator[TooFew]:
    """Workloads whose gang no pool can hold, by the largest quantities of offers, blocks and servers alone.

    Limits on money, power or shares are not looked at, but for what one server type could draw alone.
    """
    for w, load in enumerate(index.problem.workloads):
        if load.gang is None:
            continue
        best = _best_by_month(index, w, load.gang)
        short = {month: found for month, found in best.items() if found[0] < load.gang.accelerators - 1e-9}
        if isinstance(load.demand, WorkDemand):
            if best and len(short) == len(best):
                held, pool = max(best.values())
                yield TooFew(workload=w, wanted=load.gang.accelerators, held=held, pool=pool)
        elif short:
            month = min(short)
            held, pool = short[month]
            yield TooFew(workload=w, wanted=load.gang.accelerators, held=held, pool=pool, month=month)


def _best_by_month(index: Index, w: int, gang: Gang) -> dict[int, tuple[float, str]]:
    """Most accelerators that can be held for a workload, and the pool, in each month it has work in."""
    load = index.problem.workloads[w]
    users = {(q, i) for x, q, i in index.serves if x == w}
    pools: dict[str, list[int]] = {}
    for q in sorted({q for q, _ in users}):
        pools.setdefault(gang.pools[index.sources[q].machine.key], []).append(q)
    found: dict[int, tuple[float, str]] = {}
    for month, slices in index.by_slice.items():
        pieces = [index.slices[i] for i in slices if wanted(load, w, index.slices[i], index.loads)]
        if pieces:
            amounts = [(_most(index, gang, sources, pieces, users), pool) for pool, sources in pools.items()]
            found[month] = max(amounts, default=(0.0, ""), key=lambda pair: (pair[0], pair[1]))
    return found


def _most(
    index: Index, gang: Gang, sources: list[int], pieces: list[Slice], users: set[tuple[int, int]]
) -> float:
    """Most that one pool can hold in all hours of a month, or with commitments alone in some of them."""
    every, committed, alone = [], [], 0.0
    for piece in pieces:
        hourly = firm = 0.0
        for q in sources:
            source = index.sources[q]
            machines = _machines(source, piece) if (q, piece.index) in users else 0.0
            if machines > 0 and gang.fits(source.machine.accelerators):
                alone = gang.accelerators
            if isinstance(source, ElasticSource):
                hourly += machines * source.machine.accelerators
            else:
                firm += machines * source.machine.accelerators
        every.append(hourly + firm)
        committed.append(firm)
    return max(alone, min(every), *committed)


def _machines(source: Source, piece: Slice) -> float:
    """Most machines of a source that can be there in a slice; infinite where nothing bounds them."""
    if isinstance(source, ElasticSource):
        return _bound(source.elastic.max_quantity)
    if isinstance(source, FirmSource):
        found = float(sum(o.quantity for o in source.owned if owned_in(o, piece.month)))
        active = (r for r in source.reservations if any(True for _ in active_starts(r, piece.month)))
        found += sum(_bound(most_in_force(r)) for r in active)
        covering = (b for b in source.blocks if b.window.covers(piece.start, piece.end))
        return found + sum(_bound(b.max_quantity) for b in covering)
    server, site = source.server, source.site
    owned = float(sum(o.quantity for o in source.owned if owned_in(o, piece.month)))
    buyable = any(True for _ in server_starts(server, site, piece.month))
    most = _bound(server.max_quantity) if buyable else owned
    for limit, size in ((site.limit_kw, server.power_kw), (site.limit_racks, server.racks)):
        if limit is not None and size > 0:
            most = min(most, math.floor(limit / size + 1e-9))
    return most


def _bound(most: int | None) -> float:
    return math.inf if most is None else float(most)
