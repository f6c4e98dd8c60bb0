"""Every decision variable, kept by its domain key (PuLP rewrites names, so names are never read back)."""

import math
from dataclasses import dataclass, field

import pulp

from .index import (
    ElasticSource,
    FirmSource,
    Index,
    ServerSource,
    active_starts,
    owned_in,
    server_begin,
    server_starts,
    usable,
)
from .problem import WorkDemand

MOST_MACHINES = 1_000_000


@dataclass(slots=True)
class Variables:
    """Columns of the model. `w` workload, `q` source, `i` slice: positions in the index."""

    serve: dict[tuple[int, int, int], pulp.LpVariable] = field(
        default_factory=dict
    )  # machines at work, w q i
    running: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)  # whole machines on, q i
    reserved: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)  # machines, (offer, start)
    held: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)  # machines held, (q, month)
    blocks: dict[str, pulp.LpVariable] = field(default_factory=dict)  # machines, offer
    servers: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)  # servers, (type, start)
    opened: dict[str, pulp.LpVariable] = field(default_factory=dict)  # 0/1, site
    kept: dict[tuple[str, int], pulp.LpVariable] = field(
        default_factory=dict
    )  # owned servers on, (owned, month)
    staff: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)  # people, (site, month)
    joined: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)  # 0/1, (q, month)
    chosen: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)  # 0/1, (offer, start)
    used: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)  # 0/1, (q, i)
    together: dict[tuple[int, str, int], pulp.LpVariable] = field(
        default_factory=dict
    )  # 0/1, gang held all month, (w, pool, month)
    in_blocks: dict[tuple[int, str, float], pulp.LpVariable] = field(
        default_factory=dict
    )  # 0/1, gang held by commitments in a part of a month, (w, pool, start)
    covered: dict[tuple[int, int, int], pulp.LpVariable] = field(default_factory=dict)  # machines, p q i
    committed: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)  # (plan p, start)
    cover_rows: dict[tuple[int, int], int] = field(default_factory=dict)  # row of covered <= running, (q, i)
    cash_rows: dict[int, int] = field(default_factory=dict)  # row of the limit on cash, month
    month_sums: dict[int, pulp.LpVariable] = field(default_factory=dict)  # capacity-hours at work
    relief: dict[tuple[object, int], pulp.LpVariable] = field(default_factory=dict)  # after a loss, (…, i)
    outages: dict[int, tuple[tuple[int, ...], int]] = field(default_factory=dict)  # row -> workloads, slice

    created: list[pulp.LpVariable] = field(default_factory=list)

    def _new(self, low: float = 0.0, high: float | None = None, whole: bool = False) -> pulp.LpVariable:
        kind = pulp.LpInteger if whole else pulp.LpContinuous
        self.created.append(pulp.LpVariable(f"c{len(self.created)}", low, high, kind))
        return self.created[-1]

    def whole(self, high: float | None = None) -> pulp.LpVariable:
        """A new whole number from 0 to `high`."""
        return self._new(0.0, high, whole=True)

    def real(self, high: float | None = None) -> pulp.LpVariable:
        """A new real number from 0 to `high`."""
        return self._new(0.0, high)


def create_variables(index: Index) -> Variables:
    """One column per decision that the index allows; machine counts get the largest use as upper bound."""
    v = Variables()
    need = largest_need(index)
    create_hourly(v, index, need)
    create_bought(v, index, need)
    return v


def create_hourly(v: Variables, index: Index, need: dict[tuple[int, int], int]) -> None:
    """Columns of what runs by the hour, and of who works for whom."""
    for key in index.serves:
        v.serve[key] = v.real()
    for q, i in need:
        source = index.sources[q]
        if isinstance(source, ElasticSource):
            elastic = source.elastic
            v.running[q, i] = v.whole(most_machines(need[q, i], elastic.min_quantity, elastic.max_quantity))
        elif isinstance(source, ServerSource) and source.server.idle_power_fraction is not None:
            v.running[q, i] = v.whole(need[q, i])


def create_bought(v: Variables, index: Index, need: dict[tuple[int, int], int]) -> None:
    """Columns of what is bought ahead of its use."""
    for q, source in enumerate(index.sources):
        slices = [i for (s, i) in need if s == q]
        months = {index.slices[i].month for i in slices}
        most = max((need[q, i] for i in slices), default=0)
        if isinstance(source, FirmSource):
            _commitments(v, source, most, months)
            v.held |= {(q, month): v.whole() for month in sorted(months)}
        elif isinstance(source, ServerSource):
            _servers(v, index, source, most, months)
            served = _months_in_service(v, index, source)
            v.held |= {(q, month): v.whole() for month in served}
    for site in index.problem.sites:
        v.opened[site.key] = v.whole(1)


def _commitments(v: Variables, source: FirmSource, need: int, months: set[int]) -> None:
    """Reservations and blocks that are active in one of `months`."""
    for r in source.reservations:
        for start in sorted({s for month in months for s in active_starts(r, month)}):
            v.reserved[r.key, start] = v.whole(most_machines(need, r.min_quantity, r.max_quantity))
    for block in source.blocks if months else ():
        v.blocks[block.key] = v.whole(most_machines(need, block.min_quantity, block.max_quantity))


def _servers(v: Variables, index: Index, source: ServerSource, need: int, months: set[int]) -> None:
    """Server purchases that are in service in one of `months`, and owned servers kept on."""
    server = source.server
    for start in range(index.problem.horizon.months):
        begin = server_begin(server, source.site, start)
        if any(begin <= month < begin + server.life_months for month in months):
            v.servers[server.key, start] = v.whole(most_machines(need, 0, server.max_quantity))
    for owned in source.owned:
        for month in sorted(months):
            if owned_in(owned, month):
                v.kept[owned.key, month] = v.whole(owned.quantity)


def _months_in_service(v: Variables, index: Index, source: ServerSource) -> list[int]:
    """Months in which a server of the type could be in service, at work or not."""
    key = source.server.key
    return [
        month
        for month in range(index.problem.horizon.months)
        if any((key, s) in v.servers for s in server_starts(source.server, source.site, month))
        or any((owned.key, month) in v.kept for owned in source.owned)
    ]


def most_machines(need: int, least: int, most: int | None) -> int:
    """Upper bound of a machine count: what is needed or the least that can be had, never above the most."""
    wanted = max(need, least)
    return wanted if most is None else min(wanted, most)


def largest_need(index: Index) -> dict[tuple[int, int], int]:
    """Most machines of a source that a plan could use in a slice: if it served everything, and held every
    gang, alone."""
    needs: dict[tuple[int, int], float] = {}
    gangs: dict[tuple[int, int], float] = {}
    for w, q, i in index.serves:
        demand = index.problem.workloads[w].demand
        load = demand.total / index.slices[i].hours if isinstance(demand, WorkDemand) else index.loads[w, i]
        needs[q, i] = needs.get((q, i), 0.0) + load / (index.units(w, q) * usable(index.sources[q]))
        gang = index.problem.workloads[w].gang
        if gang is not None:
            alone = gang.accelerators / index.sources[q].machine.accelerators
            gangs[q, i] = max(gangs.get((q, i), 0.0), alone)
    return {
        key: min(MOST_MACHINES, max(math.ceil(need - 1e-9) + 1, math.ceil(gangs.get(key, 0.0) - 1e-9)))
        for key, need in needs.items()
    }
