"""A problem and a plan, looked up by key: what is known, what is held when, what loads there are."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ..problem import (
    CapacityBlock,
    Elastic,
    Machine,
    Owned,
    Problem,
    RateDemand,
    Reservation,
    ServerType,
    Site,
    WorkDemand,
    Workload,
)
from ..result import Plan
from ..timegrid import Slice, Window

HOURS = 730.0
EDGE = 1e-9  # months; window edges closer than this are the same moment


def number(value: float) -> str:
    """A figure in a message: enough digits to see why it was refused."""
    return f"{value:.10g}"


def cell_hours(cell: int) -> float:
    """Hours of a month in one hour of the day, on weekdays (cells 0..23) or at weekends (24..47)."""
    return HOURS * (5.0 if cell < 24 else 2.0) / 7.0 / 24.0


def covers(window: Window, start: float, end: float) -> bool:
    """Whether all of [start, end) lies in the window."""
    return start >= window.start - EDGE and end <= window.end + EDGE


def available(offer: Elastic, piece: Slice) -> bool:
    """Whether the offer can be had in every hour of the slice."""
    if not covers(offer.window, piece.start, piece.end):
        return False
    return offer.hours is None or all(cell % 24 in offer.hours for cell in piece.cells)


def level(demand: RateDemand, cell: int) -> float:
    """Share of the peak in one cell."""
    return demand.shape.weekday[cell] if cell < 24 else demand.shape.weekend[cell - 24]


def within(first: int, last: int | None, month: int) -> bool:
    """Whether `month` lies between two months, both included; no last month means no end."""
    return month >= first and (last is None or month <= last)


def load(workload: Workload, piece: Slice) -> float:
    """Work units per hour to serve in a slice: that of its busiest hour. 0 for an amount of work."""
    demand = workload.demand
    if isinstance(demand, WorkDemand) or not within(demand.first_month, demand.last_month, piece.month):
        return 0.0
    peak = demand.peak_per_hour * (1.0 + demand.headroom_fraction)
    busiest = max(level(demand, cell) for cell in piece.cells)
    return peak * math.pow(1.0 + demand.growth_per_month, piece.month) * busiest


def wanted(workload: Workload, piece: Slice) -> bool:
    """Whether the workload could use a machine in the slice."""
    demand = workload.demand
    if isinstance(demand, WorkDemand):
        return within(demand.first_month, demand.last_month, piece.month)
    return load(workload, piece) > 0


def owned_in(owned: Owned, month: int) -> bool:
    """Whether owned capacity exists in `month`."""
    return within(owned.first_month, owned.last_month, month)


def first_service_month(server: ServerType, site: Site, bought: int) -> int:
    """Month in which a server bought in `bought` begins to serve."""
    return max(bought + server.lead_months, site.opening_lead_months)


@dataclass(frozen=True, slots=True)
class Source:
    """Who serves, as `Serve.source` names it."""

    machine: Machine
    elastic: Elastic | None = None
    server: ServerType | None = None


@dataclass(slots=True)
class Facts:
    """Tables that the rules read. Quantities of equal keys are summed; unknown keys are left out."""

    problem: Problem
    plan: Plan
    workloads: dict[str, Workload]
    elastic: dict[str, Elastic]
    reservations: dict[str, Reservation]
    blocks: dict[str, CapacityBlock]
    servers: dict[str, tuple[ServerType, Site]]
    owned: dict[str, Owned]
    sources: dict[str, Source]
    slices: dict[int, Slice]
    reserved: dict[tuple[str, int], int]  # (offer, start) -> machines
    blocked: dict[str, int]
    bought: dict[tuple[str, int], int]  # (server type, start) -> servers
    running: dict[str, dict[int, int]]  # offer -> slice -> machines
    in_force: Counter[tuple[str, int]] = field(default_factory=Counter)  # (reservation, month) -> machines
    firm: Counter[tuple[str, int]] = field(default_factory=Counter)  # (machine, month), blocks not counted
    serving: Counter[tuple[str, int]] = field(default_factory=Counter)  # (server type, month) -> servers

    @property
    def months(self) -> int:
        """Length of the horizon."""
        return self.problem.horizon.months

    def factor(self, month: int) -> float:
        """Present worth of 1 paid at the start of `month`."""
        return float((1.0 + self.problem.horizon.discount_rate) ** (-month / 12.0))

    def firm_in(self, machine: str, piece: Slice) -> int:
        """Reserved, blocked and already committed machines of a kind in a slice."""
        blocked = sum(
            count
            for key, count in self.blocked.items()
            if self.blocks[key].machine.key == machine
            and covers(self.blocks[key].window, piece.start, piece.end)
        )
        return self.firm[machine, piece.month] + blocked


def gather(problem: Problem, plan: Plan) -> Facts:
    """Fill the tables. Keys that the problem does not have are found by `counts.unknown_keys`."""
    servers = {server.key: (server, site) for site in problem.sites for server in site.servers}
    facts = Facts(
        problem=problem,
        plan=plan,
        workloads={w.name: w for w in problem.workloads},
        elastic={e.key: e for e in problem.elastic},
        reservations={r.key: r for r in problem.reservations},
        blocks={b.key: b for b in problem.blocks},
        servers=servers,
        owned={o.key: o for o in problem.owned},
        sources=_sources(problem),
        slices={piece.index: piece for piece in plan.slices},
        reserved=Counter(),
        blocked=Counter(),
        bought=Counter(),
        running=defaultdict(Counter),
    )
    for purchase in plan.reserved:
        facts.reserved[purchase.option, purchase.start] += purchase.quantity
    for purchase in plan.blocks:
        facts.blocked[purchase.option] += purchase.quantity
    for purchase in plan.servers:
        facts.bought[purchase.option, purchase.start] += purchase.quantity
    for run in plan.runs:
        facts.running[run.option][run.slice] += run.quantity
    return facts


def _sources(problem: Problem) -> dict[str, Source]:
    found = {e.key: Source(e.machine, elastic=e) for e in problem.elastic}
    for site in problem.sites:
        found |= {server.key: Source(server.machine, server=server) for server in site.servers}
    rented = [r.machine for r in problem.reservations] + [b.machine for b in problem.blocks]
    owned = [o.machine for o in problem.owned if o.machine is not None]
    return found | {f"firm:{machine.key}": Source(machine) for machine in rented + owned}


def count_held(facts: Facts) -> None:
    """Fill the tables of what is held by month; call when all keys and counts are known to be good."""
    for (key, start), count in facts.reserved.items():
        offer = facts.reservations[key]
        for month in range(start, start + offer.term_months):
            facts.in_force[key, month] += count
            facts.firm[offer.machine.key, month] += count
    for owned in facts.problem.owned:
        if owned.machine is not None:
            for month in range(facts.months):
                facts.firm[owned.machine.key, month] += owned.quantity if owned_in(owned, month) else 0
    for (key, start), count in facts.bought.items():
        server, site = facts.servers[key]
        begin = first_service_month(server, site, start)
        for month in range(begin, begin + server.life_months):
            facts.serving[key, month] += count
    for (key, month), count in facts.plan.kept.items():
        own = facts.owned[key].server
        if own is not None:
            facts.serving[own.key, month] += count
