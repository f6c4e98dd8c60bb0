"""Work fits the machines that are there."""

from collections import defaultdict

from ..index import ElasticSource, Index, ServerSource, active_starts, owned_in, server_starts, usable
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
        held, fixed = machines_held(index, v, q, i)
        terms |= {variable: -share * count for variable, count in held.items()}
        model.at_most(terms, share * fixed)
    return len(load)


def machines_held(index: Index, v: Variables, q: int, i: int) -> tuple[Terms, float]:
    """Machines of source `q` that can work in slice `i`: terms, and a constant of owned ones."""
    source = index.sources[q]
    piece = index.slices[i]
    if isinstance(source, ElasticSource) or (q, i) in v.running:
        return {v.running[q, i]: 1.0}, 0.0
    if isinstance(source, ServerSource):
        return servers_in_service(v, source, piece.month), 0.0
    terms: Terms = {}
    for r in source.reservations:
        terms |= {
            v.reserved[r.key, s]: 1.0 for s in active_starts(r, piece.month) if (r.key, s) in v.reserved
        }
    for block in source.blocks:
        if block.window.covers(piece.start, piece.end):
            terms[v.blocks[block.key]] = 1.0
    fixed = sum(o.quantity for o in source.owned if owned_in(o, piece.month))
    return terms, float(fixed)


def servers_in_service(v: Variables, source: ServerSource, month: int) -> Terms:
    """Servers of one type in service in a month: bought ones within their life, and owned ones kept on."""
    key = source.server.key
    starts = server_starts(source.server, source.site, month)
    terms: Terms = {v.servers[key, s]: 1.0 for s in starts if (key, s) in v.servers}
    terms |= {v.kept[o.key, month]: 1.0 for o in source.owned if (o.key, month) in v.kept}
    return terms


def add_in_use(model: Model, index: Index, v: Variables) -> int:
    """running[q,i] <= servers in service, where idle servers draw less power than working ones."""
    rows = 0
    for (q, i), running in v.running.items():
        source = index.sources[q]
        if isinstance(source, ServerSource):
            held = servers_in_service(v, source, index.slices[i].month)
            model.at_most({running: 1.0, **{variable: -count for variable, count in held.items()}}, 0.0)
            rows += 1
    return rows
