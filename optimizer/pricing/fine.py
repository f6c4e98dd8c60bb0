"""From the relaxation to a plan: the exact model of what it uses, with its point and prices carried over."""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from ..build import Built, build
from ..highs import SolverAnswer
from ..index import ElasticSource, ServerSource, Source
from ..matrix import Array, Matrix, matrix_of
from ..problem import Problem, WorkDemand
from ..timegrid import Slice
from .catalogue import ELASTIC, FIRM, Catalogue
from .loop import Relaxation, Used, uses
from .sharing import hold_shares

TRACE = 1e-6
ALTERNATIVES = 3  # providers whose cheapest machine by the hour each workload may fall back to
JOINED = 0.5  # of a partner's minimum, or of a machine: from here on it is used


@dataclass(frozen=True, slots=True)
class Fine:
    """The exact model of some offers, and the relaxation's point in its columns."""

    built: Built
    matrix: Matrix
    relaxed: SolverAnswer


def fine(problem: Problem, relaxation: Relaxation) -> Fine:
    """Write down the exact model of what the last point uses, and of a few machines to fall back to."""
    used = uses(relaxation, TRACE)
    allowed = _allowed(relaxation)
    catalogue = relaxation.master.catalogue
    allowed |= _other_tiers(catalogue, allowed)
    hourly = {catalogue.sources[q].key for q, _, _ in allowed if catalogue.kind[q] == ELASTIC}
    bought = set(np.unique(used.offers).tolist())
    tiers = {r.tier.of for o in bought if (r := catalogue.reservations[o]).tier is not None}
    opened = relaxation.master.lp.values[relaxation.opened]
    smaller = replace(
        problem,
        elastic=tuple(e for e in problem.elastic if e.key in hourly or e.partner),
        reservations=tuple(
            r
            for o, r in enumerate(catalogue.reservations)
            if o in bought or (r.tier is not None and r.tier.of in tiers)
        ),
        sites=tuple(s for s, x in zip(problem.sites, opened, strict=True) if x > 0.5),
        also_cut_at=problem.availabilities(),
    )
    names = {(catalogue.sources[q].key, w, period) for q, w, period in allowed}
    period_of = relaxation.master.grid.month_period()

    def keep(w: int, source: Source, piece: Slice) -> bool:
        if isinstance(source, ServerSource) or (isinstance(source, ElasticSource) and source.elastic.partner):
            return True
        return (source.key, w, period_of[piece.month]) in names

    built = build(smaller, keep=keep)
    hold_shares(relaxation, built)
    matrix = matrix_of(built.model.lp)
    return Fine(built, matrix, _carried(relaxation, built, matrix, used))


def _allowed(relaxation: Relaxation) -> set[tuple[int, int, int]]:
    """Source, workload and period: those in use, those owned, and the cheapest by the hour."""
    master = relaxation.master
    c, values, period = master.catalogue, master.lp.values, master.grid.period_of
    found = set()
    for pairs, j, columns in master.served:
        used = values[columns] > TRACE
        found |= set(
            zip(
                c.pair_source[pairs[used]].tolist(),
                c.pair_workload[pairs[used]].tolist(),
                period[j[used]].tolist(),
                strict=True,
            )
        )
    every = range(len(master.grid.periods))
    always = [p for w in range(len(master.load)) for p in _alternatives(relaxation, w)]
    always += [
        p for p, q in enumerate(c.pair_source.tolist()) if c.kind[q] == FIRM and _is_owned(c.sources[q])
    ]
    for pair in always:
        found |= {(int(c.pair_source[pair]), int(c.pair_workload[pair]), p) for p in every}
    return found


def _other_tiers(c: Catalogue, allowed: set[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    """The same for all volume tiers of what is in use: fewer machines may have another price."""
    together: dict[str, list[int]] = defaultdict(list)
    for q, source in enumerate(c.sources):
        if isinstance(source, ElasticSource) and source.elastic.tier is not None:
            together[source.elastic.tier.of].append(q)
    of = {q: tiers for tiers in together.values() for q in tiers}
    return {(other, w, period) for q, w, period in allowed for other in of.get(q, ())}


def _is_owned(source: Source) -> bool:
    return not isinstance(source, ElasticSource) and bool(source.owned)


def _alternatives(relaxation: Relaxation, w: int) -> list[int]:
    """Pairs of the cheapest uninterrupted machines by the hour, of several providers."""
    c = relaxation.master.catalogue
    mine = np.flatnonzero((c.pair_workload == w) & (c.kind[c.pair_source] == ELASTIC))
    mine = mine[~c.is_spot[c.pair_source[mine]]]
    cost = c.hourly[c.pair_source[mine]] / c.pair_speed[mine]
    found: dict[str, int] = {}
    for pair in mine[np.argsort(cost, kind="stable")].tolist():
        found.setdefault(c.sources[c.pair_source[pair]].machine.provider, pair)
        if len(found) == ALTERNATIVES:
            break
    return list(found.values())


def _carried(relaxation: Relaxation, built: Built, matrix: Matrix, used: Used) -> SolverAnswer:
    """The point in the exact model's columns. Slices keep their shares by rows of their own: no prices."""
    values, v = np.zeros(matrix.columns), built.variables
    c = relaxation.master.catalogue
    for o, s, x in zip(used.offers.tolist(), used.starts.tolist(), used.quantities.tolist(), strict=True):
        variable = v.reserved.get((c.reservations[o].key, s))
        if variable is not None:
            values[variable.index] = x
    point = relaxation.master.lp.values
    for key, (starts, columns) in relaxation.master.server_purchases.items():
        for s, x in zip(starts.tolist(), point[columns].tolist(), strict=True):
            if (key, s) in v.servers:
                values[v.servers[key, s].index] = x
    period_of = relaxation.master.grid.month_period()
    for (key, month), variable in v.kept.items():
        values[variable.index] = point[relaxation.master.kept_columns[key][period_of[month]]]
    for block, at in relaxation.master.block_columns.items():
        if block in v.blocks:
            values[v.blocks[block].index] = point[at]
    for variable in v.opened.values():
        values[variable.index] = 1.0
    _carry_partners(relaxation, built, values)
    _carry_work(relaxation, built, values)
    return SolverAnswer(True, False, -np.inf, np.inf, values, 0, np.zeros(matrix.rows))


def _carry_partners(relaxation: Relaxation, built: Built, values: Array) -> None:
    position = relaxation.master.catalogue.position()
    least = {source.key: source.elastic.min_quantity for _, source in relaxation.master.catalogue.partners()}
    period_of = relaxation.master.grid.month_period()
    blocks = len(relaxation.master.grid.blocks)
    for (q, month), variable in built.variables.joined.items():
        key = built.index.sources[q].key
        columns = relaxation.master.partner_columns[position[key]]
        running = relaxation.master.lp.values[columns].reshape(-1, blocks)[period_of[month]].max()
        values[variable.index] = float(running >= JOINED * max(1, least[key]))


def _carry_work(relaxation: Relaxation, built: Built, values: Array) -> None:
    """Machines that do amounts of work, the same in all months of a period; then scaled to the amount."""
    master, index = relaxation.master, built.index
    c, grid = master.catalogue, master.grid
    position, period_of, block_of = c.position(), grid.month_period(), grid.cell_block()
    machines: dict[tuple[int, int], Array] = defaultdict(lambda: np.zeros(grid.slices))
    for pairs, j, columns in master.served:
        works = master.is_work[c.pair_workload[pairs]]
        for pair, slice_, x in zip(
            pairs[works].tolist(), j[works].tolist(), master.lp.values[columns[works]].tolist(), strict=True
        ):
            machines[int(c.pair_workload[pair]), int(c.pair_source[pair])][slice_] += x
    totals = {
        w: load.demand.total
        for w, load in enumerate(index.problem.workloads)
        if isinstance(load.demand, WorkDemand)
    }
    done: dict[int, float] = defaultdict(float)
    serving = []
    for (w, q, i), variable in built.variables.serve.items():
        key = (w, position[index.sources[q].key])
        if w in totals and key in machines:
            piece = index.slices[i]
            x = float(machines[key][period_of[piece.month] * len(grid.blocks) + block_of[piece.cells[0]]])
            done[w] += x * piece.hours * index.units(w, q)
            serving.append((w, variable.index, x))
    for w, column, x in serving:
        values[column] = x * totals[w] / done[w] if done[w] > 0 else 0.0
