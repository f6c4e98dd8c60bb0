"""Time as the plan defines it: hours of a month that are alike are one piece."""

import math
from dataclasses import dataclass
from itertools import pairwise

from optimizer.problem import Elastic, Machine, Problem, RateDemand, WorkDemand, Workload

HOURS = 730.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Hours of [start, end) months, all alike."""

    month: int
    start: float
    end: float
    hours: float
    cells: tuple[int, ...]


def d(problem: Problem, month: int) -> float:
    """Present worth of 1 at the start of `month`."""
    return float(1.0 / (1.0 + problem.horizon.discount_rate) ** (month / 12.0))


def level(workload: Workload, cell: int) -> float:
    assert isinstance(workload.demand, RateDemand)
    shape = workload.demand.shape
    return (shape.weekday + shape.weekend)[cell]


def alive(workload: Workload, month: int) -> bool:
    last = workload.demand.last_month
    return workload.demand.first_month <= month <= (month if last is None else last)


def load(workload: Workload, piece: Piece) -> float:
    """Units an hour that a rate needs in a piece."""
    demand = workload.demand
    if isinstance(demand, WorkDemand) or not alive(workload, piece.month):
        return 0.0
    base = demand.peak_per_hour * (1 + demand.growth_per_month) ** piece.month
    return base * level(workload, piece.cells[0]) * (1 + demand.headroom_fraction)


def can_be_had(offer: Elastic, piece: Piece) -> bool:
    inside = offer.window.start <= piece.start and piece.end <= offer.window.end
    return inside and (offer.hours is None or {cell % 24 for cell in piece.cells} <= offer.hours)


def able(problem: Problem, machine: Machine, piece: Piece) -> list[int]:
    """Workloads that could use a machine in a piece."""
    return [
        w
        for w, workload in enumerate(problem.workloads)
        if workload.units_per_hour.get(machine.key, 0.0) > 0
        and (
            load(workload, piece) > 0
            or (isinstance(workload.demand, WorkDemand) and alive(workload, piece.month))
        )
    ]


def need(problem: Problem, machine: Machine, piece: Piece, usable: float = 1.0) -> int:
    """Machines of a kind beyond which more are of no use in a piece."""
    wanted, together = 0.0, 0
    for w in able(problem, machine, piece):
        workload = problem.workloads[w]
        demand = workload.demand
        rate = demand.total / piece.hours if isinstance(demand, WorkDemand) else load(workload, piece)
        wanted += rate / (workload.units_per_hour[machine.key] * usable)
        if workload.gang is not None:
            together = max(together, math.ceil(workload.gang.accelerators / machine.accelerators))
    return max(math.ceil(wanted - 1e-9), together)


def pieces(problem: Problem, month: int) -> list[Piece]:
    """A month, cut where offers or blocks of use to anyone begin or end, its alike hours together."""
    elastic = [e for e in problem.elastic if of_use(problem, e)]
    windows = [e.window for e in elastic]
    windows += [b.window for b in problem.blocks if _users(problem, b.machine)]
    edges = {edge for window in windows for edge in (window.start, window.end) if month < edge < month + 1}
    cuts = sorted(edges | {float(month), month + 1.0})
    found = []
    for start, end in pairwise(cuts):
        timed = [
            e.hours for e in elastic if e.hours is not None and e.window.start < end and e.window.end > start
        ]
        groups: dict[tuple[object, ...], list[int]] = {}
        for cell in range(48):
            available = (cell % 24 in hours for hours in timed)
            groups.setdefault((*_levels(problem, month, cell), *available), []).append(cell)
        for cells in groups.values():
            days = sum(5 / 7 if cell < 24 else 2 / 7 for cell in cells)
            found.append(Piece(month, start, end, HOURS * (end - start) * days / 24, tuple(cells)))
    return found


def _levels(problem: Problem, month: int, cell: int) -> list[float]:
    rates = (w for w in problem.workloads if isinstance(w.demand, RateDemand) and alive(w, month))
    return [level(w, cell) for w in rates]


def _users(problem: Problem, machine: Machine) -> list[Workload]:
    return [w for w in problem.workloads if w.units_per_hour.get(machine.key, 0.0) > 0]


def of_use(problem: Problem, offer: Elastic) -> bool:
    """Whether any workload could use an offer at any time."""
    if offer.partner and problem.limits.partner_share_max == 0:
        return False
    if offer.spot and problem.limits.spot_share_max == 0:
        return False
    return any(w.interruptible_fraction > 0 or not offer.spot for w in _users(problem, offer.machine))
