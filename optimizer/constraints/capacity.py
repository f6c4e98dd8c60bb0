"""Work fits the machines that are there."""

from collections import defaultdict

import pulp

from ..index import (
    ElasticSource,
    FirmSource,
    Index,
    ServerSource,
    Source,
    active_starts,
    owned_in,
    server_starts,
    usable,
)
from ..model import Model, Terms
from ..variables import Variables


def add_capacity(model: Model, index: Index, v: Variables) -> int:
    """sum_w serve[w,q,i] <= machines[q,i] * usable fraction, for each source q and slice i.

    Machines are whole: those running (elastic), or those held (reserved, blocks, owned, own servers).
    A machine may serve several workloads of the same hour.
    """
    load: dict[tuple[int, int], Terms] = defaultdict(dict)
    for w, q, i in index.serves:
        load[q, i][v.serve[w, q, i]] = 1.0
    for (q, i), terms in load.items():
        share = usable(index.sources[q])
        terms |= {variable: -share * count for variable, count in machines_held(index, v, q, i).items()}
        model.at_most(terms, 0.0)
    return len(load)


def machines_held(index: Index, v: Variables, q: int, i: int) -> Terms:
    """Machines of source `q` that can work in slice `i`."""
    source = index.sources[q]
    piece = index.slices[i]
    if isinstance(source, ElasticSource) or (q, i) in v.running:
        return {v.running[q, i]: 1.0}
    terms: Terms = {v.held[q, piece.month]: 1.0}
    if isinstance(source, FirmSource):
        covering = (block for block in source.blocks if block.window.covers(piece.start, piece.end))
        terms |= {v.blocks[block.key]: 1.0 for block in covering}
    return terms


def switch(index: Index, v: Variables, q: int, i: int) -> pulp.LpVariable | None:
    """The 0/1 column without which nothing of source `q` runs in slice `i`, where there is one."""
    joined = v.joined.get((q, index.slices[i].month))
    return v.used.get((q, i)) if joined is None else joined


def least_running(index: Index, q: int) -> int:
    """Machines of source `q` that run at least, once its switch is on."""
    source = index.sources[q]
    return source.elastic.min_quantity if isinstance(source, ElasticSource) else 0


def add_held(model: Model, index: Index, v: Variables) -> int:
    """held[q,t] == purchases in force in month t + owned; written as the change since the month before.

    held[q,t] - held[q,t-1] - purchases that begin to serve in t + purchases that end with t-1 == change of
    owned: a few entries a row, where the sum over all purchases in force would have hundreds.
    """
    for (q, month), held in v.held.items():
        source = index.sources[q]
        now, fixed = in_force(v, source, month)
        terms: Terms = {held: 1.0}
        before: dict[pulp.LpVariable, None] = {}
        if (q, month - 1) in v.held:
            before, fixed_before = in_force(v, source, month - 1)
            terms[v.held[q, month - 1]] = -1.0
            fixed -= fixed_before
        terms |= dict.fromkeys((x for x in now if x not in before), -1.0)
        terms |= dict.fromkeys((x for x in before if x not in now), 1.0)
        model.equal(terms, fixed)
    return len(v.held)


def in_force(v: Variables, source: Source, month: int) -> tuple[dict[pulp.LpVariable, None], float]:
    """Purchases of a source that can work in `month`, and machines owned in it."""
    if isinstance(source, FirmSource):
        keys = [(r.key, s) for r in source.reservations for s in active_starts(r, month)]
        fixed = sum(o.quantity for o in source.owned if owned_in(o, month))
        return {v.reserved[key]: None for key in keys if key in v.reserved}, float(fixed)
    if isinstance(source, ServerSource):
        bought = [(source.server.key, s) for s in server_starts(source.server, source.site, month)]
        found = {v.servers[key]: None for key in bought if key in v.servers}
        found |= {v.kept[o.key, month]: None for o in source.owned if (o.key, month) in v.kept}
        return found, 0.0
    return {}, 0.0


def add_in_use(model: Model, index: Index, v: Variables) -> int:
    """running[q,i] <= servers in service, where idle servers draw less power than working ones."""
    rows = 0
    for (q, i), running in v.running.items():
        if isinstance(index.sources[q], ServerSource):
            model.at_most({running: 1.0, v.held[q, index.slices[i].month]: -1.0}, 0.0)
            rows += 1
    return rows
