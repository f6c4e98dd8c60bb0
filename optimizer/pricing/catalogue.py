"""A problem's offers as arrays: what pricing reads. Money in thousands, work relative to the fastest."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..constraints.shares import groups_of
from ..index import ElasticSource, FirmSource, ServerSource, Source
from ..matrix import Array
from ..model import MONEY
from ..problem import (
    HOURS_PER_MONTH,
    EndOfHorizon,
    Horizon,
    Machine,
    Problem,
    RateDemand,
    Reservation,
    WorkDemand,
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Sources by position: elastic offers (no partners), partners, then firm machines, then server types.

    A pair is a source that can work for a workload; pairs are sorted by source.
    """

    problem: Problem
    sources: tuple[Source, ...]
    kind: Array  # of a source: ELASTIC, PARTNER, FIRM, SERVER
    pair_source: Array
    pair_workload: Array
    pair_speed: Array  # relative to the fastest machine of the workload
    fastest: Array  # units per hour, of a workload
    amount: Array  # of a workload: total of a work demand / fastest, else nan
    hourly: Array  # thousands per hour at work, the charge on carbon included
    carbon_kg: Array  # per hour at work
    most: Array  # machines at one time, infinite where unbounded
    usable: Array  # share of a machine's hours
    share_weight: Array  # of an hour at work, in hundreds of accelerators for a month
    groups: tuple[tuple[str, float], ...]  # share limits
    in_group: Array  # bool, source x group
    is_spot: Array
    reservations: tuple[Reservation, ...]
    reservation_source: Array
    reservation_cost: Array  # thousands, reservation x start; infinite where it cannot be bought

    def partners(self) -> list[tuple[int, ElasticSource]]:
        """Partners with their positions."""
        found = [(q, s) for q, s in enumerate(self.sources) if isinstance(s, ElasticSource)]
        return [(q, source) for q, source in found if source.elastic.partner]

    def firm(self) -> list[tuple[int, FirmSource]]:
        """Reserved, blocked and owned machines with their positions."""
        return [(q, s) for q, s in enumerate(self.sources) if isinstance(s, FirmSource)]

    def servers(self) -> list[tuple[int, ServerSource]]:
        """Own servers with their positions."""
        return [(q, s) for q, s in enumerate(self.sources) if isinstance(s, ServerSource)]

    def position(self) -> dict[str, int]:
        """Source's key to position."""
        return {source.key: q for q, source in enumerate(self.sources)}


ELASTIC, PARTNER, FIRM, SERVER = range(4)


def read(problem: Problem) -> Catalogue:
    """All offers of a problem."""
    sources = tuple(_sources(problem))
    kind = np.array([_kind(source) for source in sources])
    pairs = [
        (q, w, load.units_per_hour[source.machine.key])
        for q, source in enumerate(sources)
        for w, load in enumerate(problem.workloads)
        if load.units_per_hour.get(source.machine.key, 0.0) > 0
        and not (_spot(source) and load.interruptible_fraction <= 0)
    ]
    owner = np.array([q for q, _, _ in pairs], int)
    workload = np.array([w for _, w, _ in pairs], int)
    units = np.array([u for _, _, u in pairs])
    fastest = np.zeros(len(problem.workloads))
    np.maximum.at(fastest, workload, units)
    groups = tuple(dict.fromkeys(g for source in sources for g in groups_of(source, problem.limits)))
    held = [set(groups_of(source, problem.limits)) for source in sources]
    firm = {source.machine.key: q for q, source in enumerate(sources) if isinstance(source, FirmSource)}
    return Catalogue(
        problem=problem,
        sources=sources,
        kind=kind,
        pair_source=owner,
        pair_workload=workload,
        pair_speed=units / fastest[workload],
        fastest=fastest,
        amount=np.array([_amount(load.demand) for load in problem.workloads]) / np.maximum(fastest, 1e-300),
        hourly=np.array([_hourly(source, problem) for source in sources]),
        carbon_kg=np.array([_working_kg(source) for source in sources]),
        most=np.array([_most(source) for source in sources]),
        usable=np.array([_usable(source) for source in sources]),
        share_weight=np.array([s.machine.accelerators for s in sources]) / HOURS_PER_MONTH / 100.0,
        groups=groups,
        in_group=np.array([[g in mine for g in groups] for mine in held], bool).reshape(len(sources), -1),
        is_spot=np.array([_spot(source) for source in sources], bool),
        reservations=problem.reservations,
        reservation_source=np.array([firm[r.machine.key] for r in problem.reservations], int),
        reservation_cost=_reservation_costs(problem),
    )


def _sources(problem: Problem) -> Iterator[Source]:
    for partner in (False, True):
        for e in problem.elastic:
            if e.partner == partner:
                yield ElasticSource(key=e.key, machine=e.machine, elastic=e)
    machines: dict[str, Machine] = {}
    bought = [r.machine for r in problem.reservations] + [b.machine for b in problem.blocks]
    for machine in (*bought, *(o.machine for o in problem.owned if o.machine is not None)):
        machines.setdefault(machine.key, machine)
    for key, machine in machines.items():
        blocks = tuple(b for b in problem.blocks if b.machine.key == key)
        owned = tuple(o for o in problem.owned if o.machine is not None and o.machine.key == key)
        yield FirmSource(key=f"firm:{key}", machine=machine, reservations=(), blocks=blocks, owned=owned)
    for site in problem.sites:
        for server in site.servers:
            kept = tuple(o for o in problem.owned if o.server is not None and o.server.key == server.key)
            yield ServerSource(key=server.key, machine=server.machine, server=server, site=site, owned=kept)


def _kind(source: Source) -> int:
    if isinstance(source, ElasticSource):
        return PARTNER if source.elastic.partner else ELASTIC
    return FIRM if isinstance(source, FirmSource) else SERVER


def _spot(source: Source) -> bool:
    return isinstance(source, ElasticSource) and source.elastic.spot


def _amount(demand: RateDemand | WorkDemand) -> float:
    return demand.total if isinstance(demand, WorkDemand) else float("nan")


def _most(source: Source) -> float:
    elastic = source.elastic if isinstance(source, ElasticSource) else None
    return float("inf") if elastic is None or elastic.max_quantity is None else float(elastic.max_quantity)


def _usable(source: Source) -> float:
    return source.server.utilisation_cap_fraction if isinstance(source, ServerSource) else 1.0


def _working_kg(source: Source) -> float:
    """Carbon of an hour at work on top of what is emitted anyway."""
    if isinstance(source, ElasticSource):
        return source.machine.carbon_kg_per_hour
    if isinstance(source, ServerSource):
        return _working_kwh(source) * source.site.carbon_kg_per_kwh
    return 0.0


def _working_kwh(source: ServerSource) -> float:
    idle = source.server.idle_power_fraction
    if idle is None:
        return 0.0
    energy = source.server.power_kw * source.site.pue * (1.0 - idle)
    return energy / source.server.utilisation_cap_fraction


def _hourly(source: Source, problem: Problem) -> float:
    charge = problem.limits.carbon_price_per_kg * _working_kg(source)
    if isinstance(source, ElasticSource):
        return (source.elastic.price_per_hour + charge) * MONEY
    if isinstance(source, ServerSource):
        return (_working_kwh(source) * source.site.price_per_kwh + charge) * MONEY
    return 0.0


def discounted(horizon: Horizon, months: int) -> Array:
    """Sum of the discounts of the months before each of 0 .. months."""
    return np.concatenate(([0.0], np.cumsum([horizon.factor(month) for month in range(months)])))


def _reservation_costs(problem: Problem) -> Array:
    """Present worth of one machine of each reservation from each start, the charge on carbon included."""
    horizon, end = problem.horizon, problem.horizon.months
    longest = max((r.term_months for r in problem.reservations), default=0)
    sums = discounted(horizon, end + longest)
    starts = np.arange(end)
    found = np.full((len(problem.reservations), end), np.inf)
    credited = horizon.end is EndOfHorizon.GOING_CONCERN
    for n, r in enumerate(problem.reservations):
        last = starts + r.term_months
        within = np.minimum(last, end)
        paid = within if credited else last
        cost = r.upfront * (sums[starts + 1] - sums[starts])
        cost = cost + r.price_per_hour * HOURS_PER_MONTH * (sums[paid] - sums[starts])
        if credited:
            beyond = np.maximum(0, last - end) / r.term_months
            cost = cost - r.upfront * beyond * horizon.factor(end - 1)
        charge = r.machine.carbon_kg_per_hour * HOURS_PER_MONTH * problem.limits.carbon_price_per_kg
        cost = cost + charge * (sums[within] - sums[starts])
        open_ = (r.window.start <= starts) & (starts < r.window.end) & (r.max_quantity != 0)
        found[n, open_] = cost[open_] * MONEY
    return found
