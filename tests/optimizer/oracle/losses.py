"""The rule on losses in one piece of time: rows that say what goes on when a region or provider is gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.problem import Machine, Problem

from .grid import Piece, load
from .simplex import Program, Row


@dataclass(frozen=True, slots=True)
class Standby:
    """Machines that are paid in a piece, at work or not, as far as they can be used."""

    machine: Machine
    machines: float


def place(problem: Problem, machine: Machine) -> str:
    """What a machine is lost with."""
    rule = problem.limits.survival
    assert rule is not None
    for site in problem.sites:
        if any(server.machine.key == machine.key for server in site.servers):
            return f"site {site.key}"
    return machine.provider if rule.loss_of == "provider" else f"{machine.provider} {machine.region}"


def _anew(problem: Problem, w: int, lost: str) -> bool:
    """Whether any offer by the hour outside a place could be rented for a workload."""
    units = problem.workloads[w].units_per_hour
    free = [e.machine for e in problem.elastic if not e.spot and not e.partner and not e.covered_only]
    return any(place(problem, m) != lost for m in free if units.get(m.key, 0.0) > 0)


def loss_rows(
    program: Program,
    problem: Problem,
    piece: Piece,
    serve: Sequence[tuple[int, Machine, str, int]],
    standby: Sequence[Standby],
) -> None:
    """`serve`: workload, machine, kind and column of what works in the piece."""
    rule = problem.limits.survival
    if rule is None:
        return
    rates = [w for w, workload in enumerate(problem.workloads) if load(workload, piece) > 0]
    everywhere = {place(problem, machine) for _, machine, _, _ in serve}
    everywhere |= {place(problem, s.machine) for s in standby}
    for lost in [*sorted(everywhere), "no place of ours"]:
        room: dict[int, Row] = {s: {} for s in range(len(standby))}
        for w in rates:
            units = problem.workloads[w].units_per_hour
            met: Row = {}
            for x, machine, kind, column in serve:
                if x == w and place(problem, machine) == lost:
                    anew = not rule.barred or _anew(problem, w, lost)
                    met[column] = rule.surge_fraction * units[machine.key] if anew else 0.0
                elif x == w and kind == "on_demand":
                    met[column] = units[machine.key]
            for s, pool in enumerate(standby):
                if place(problem, pool.machine) != lost and units.get(pool.machine.key, 0.0) > 0:
                    taken = program.column()
                    room[s][taken] = 1.0
                    met[taken] = units[pool.machine.key]
            spare = program.column()
            program.equal.append(({**met, spare: -1.0}, load(problem.workloads[w], piece)))
        for s, pool in enumerate(standby):
            program.at_most.append((room[s], pool.machines))
