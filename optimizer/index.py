"""The sets of the model: slices, loads, sources of capacity, and who can serve whom when."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .problem import (
    CapacityBlock,
    Elastic,
    Machine,
    Owned,
    Problem,
    Reservation,
    ServerType,
    Site,
    WorkDemand,
    Workload,
)
from .slices import SliceBuilder
from .timegrid import CELLS, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticSource:
    """An offer that runs by the hour."""

    key: str
    machine: Machine
    elastic: Elastic

    def available(self, piece: Slice) -> bool:
        """Whether the offer can be had in all of the slice."""
        hours = self.elastic.hours
        if hours is not None and any(CELLS[cell][1] not in hours for cell in piece.cells):
            return False
        return self.elastic.window.covers(piece.start, piece.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmSource:
    """Reserved, blocked and already committed machines of one kind."""

    key: str
    machine: Machine
    reservations: tuple[Reservation, ...]
    blocks: tuple[CapacityBlock, ...]
    owned: tuple[Owned, ...]

    def available(self, piece: Slice) -> bool:
        """Whether any commitment could be active in all of the slice."""
        if any(owned_in(owned, piece.month) for owned in self.owned):
            return True
        if any(block.window.covers(piece.start, piece.end) for block in self.blocks):
            return True
        return any(True for r in self.reservations for _ in active_starts(r, piece.month))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSource:
    """Own servers of one type at one site."""

    key: str
    machine: Machine
    server: ServerType
    site: Site
    owned: tuple[Owned, ...]

    def available(self, piece: Slice) -> bool:
        """Whether any server could be in service in the slice."""
        if any(owned_in(owned, piece.month) for owned in self.owned):
            return True
        return any(True for _ in server_starts(self.server, self.site, piece.month))


Source = ElasticSource | FirmSource | ServerSource
Keep = Callable[[int, Source, Slice], bool]


def usable(source: Source) -> float:
    """Share of a machine's hours that can be put to work."""
    return source.server.utilisation_cap_fraction if isinstance(source, ServerSource) else 1.0


def is_spot(source: Source) -> bool:
    """Whether the source can be interrupted."""
    return isinstance(source, ElasticSource) and source.elastic.spot


def owned_in(owned: Owned, month: int) -> bool:
    """Whether the owned capacity still exists in `month`."""
    return owned.first_month <= month and (owned.last_month is None or month <= owned.last_month)


def active_starts(reservation: Reservation, month: int) -> Iterator[int]:
    """Start months whose term covers `month` and in which the offer can be bought."""
    for start in range(max(0, month - reservation.term_months + 1), month + 1):
        if reservation.window.start <= start < reservation.window.end:
            yield start


def server_starts(server: ServerType, site: Site, month: int) -> Iterator[int]:
    """Purchase months of servers that are in service in `month`."""
    for start in range(month + 1):
        begin = server_begin(server, site, start)
        if begin <= month < begin + server.life_months:
            yield start


def server_begin(server: ServerType, site: Site, start: int) -> int:
    """First month of service of a server bought in `start`."""
    return max(start + server.lead_months, site.opening_lead_months)


@dataclass(frozen=True, slots=True)
class Index:
    """Everything the constraint families iterate over. Workloads, sources and slices go by position."""

    problem: Problem
    slices: tuple[Slice, ...]
    loads: dict[tuple[int, int], float]  # (workload, slice) -> units per hour, rate demands only
    sources: tuple[Source, ...]
    serves: tuple[tuple[int, int, int], ...]  # (workload, source, slice)
    overstated_fraction: float  # load-hours added by coarser blocks, relative to the true load-hours
    by_slice: dict[int, list[int]] = field(default_factory=dict)  # month -> slices
    mean: bool = False  # slices carry the mean load of their hours: a relaxation

    def units(self, workload: int, source: int) -> float:
        """Work units one machine of `source` does for `workload` in an hour; 0 when it cannot."""
        found = self.problem.workloads[workload].units_per_hour
        return found.get(self.sources[source].machine.key, 0.0)


def build_index(problem: Problem, *, mean_blocks: int | None = None, keep: Keep | None = None) -> Index:
    """Slices, loads and eligible (workload, source, slice) triples of a problem.

    With `mean_blocks`, each month is cut into at most that many blocks that carry the mean load of their
    hours: a relaxation, whose optimum without whole machines bounds the problem's from below. With `keep`,
    only some sources may serve a workload in a slice: its plans are plans of the problem, not all of them.
    """
    builder = SliceBuilder(problem, mean_blocks)
    slices, loads = builder.build()
    sources = _sources(problem)
    true = builder.true_load_hours
    overstated = (builder.raised_load_hours - true) / true if true > 0 else 0.0
    months: dict[int, list[int]] = defaultdict(list)
    for piece in slices:
        months[piece.month].append(piece.index)
    every = _serves(problem.workloads, sources, slices, loads)
    serves = tuple(k for k in every if keep is None or keep(k[0], sources[k[1]], slices[k[2]]))
    return Index(
        problem, tuple(slices), loads, sources, serves, max(0.0, overstated), dict(months), builder.mean
    )


def triples(problem: Problem) -> int:
    """How many triples of workload, source and slice there could be, without writing them down."""
    slices, _ = SliceBuilder(problem, None).build()
    machines = [e.machine.key for e in problem.elastic]
    machines += {r.machine.key for r in problem.reservations} | {b.machine.key for b in problem.blocks}
    machines += [server.machine.key for site in problem.sites for server in site.servers]
    pairs = sum(load.units_per_hour.get(key, 0.0) > 0 for load in problem.workloads for key in machines)
    return pairs * len(slices)


def _serves(
    workloads: tuple[Workload, ...],
    sources: tuple[Source, ...],
    slices: list[Slice],
    loads: dict[tuple[int, int], float],
) -> Iterator[tuple[int, int, int]]:
    for q, source in enumerate(sources):
        users = [
            w for w, load in enumerate(workloads) if load.units_per_hour.get(source.machine.key, 0.0) > 0
        ]
        if is_spot(source):
            users = [w for w in users if workloads[w].interruptible_fraction > 0]
        if not users:
            continue
        for piece in slices:
            if source.available(piece):
                yield from ((w, q, piece.index) for w in users if wanted(workloads[w], w, piece, loads))


def wanted(workload: Workload, w: int, piece: Slice, loads: dict[tuple[int, int], float]) -> bool:
    """Whether the workload could use a machine in the slice."""
    if isinstance(workload.demand, WorkDemand):
        return workload.demand.runs_in(piece.month)
    return loads.get((w, piece.index), 0.0) > 0


def _sources(problem: Problem) -> tuple[Source, ...]:
    found: list[Source] = [ElasticSource(key=e.key, machine=e.machine, elastic=e) for e in problem.elastic]
    return (*found, *_firm_sources(problem), *_server_sources(problem))


def _firm_sources(problem: Problem) -> Iterator[FirmSource]:
    firm: dict[str, Machine] = {}
    machines = [r.machine for r in problem.reservations] + [b.machine for b in problem.blocks]
    for machine in (*machines, *(o.machine for o in problem.owned if o.machine is not None)):
        firm.setdefault(machine.key, machine)
    for key, machine in firm.items():
        yield FirmSource(
            key=f"firm:{key}",
            machine=machine,
            reservations=tuple(r for r in problem.reservations if r.machine.key == key),
            blocks=tuple(b for b in problem.blocks if b.machine.key == key),
            owned=tuple(o for o in problem.owned if o.machine is not None and o.machine.key == key),
        )


def _server_sources(problem: Problem) -> Iterator[ServerSource]:
    for site in problem.sites:
        for server in site.servers:
            owned = tuple(o for o in problem.owned if o.server is not None and o.server.key == server.key)
            yield ServerSource(key=server.key, machine=server.machine, server=server, site=site, owned=owned)
