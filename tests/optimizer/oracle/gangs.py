"""Gangs as the plan defines them: held together all month, or by commitments alone in some of its hours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from optimizer.problem import Machine, Problem, WorkDemand

from .grid import Piece, alive, load


class There(Protocol):
    """Machines that are there in a piece of time."""

    @property
    def machine(self) -> Machine: ...

    @property
    def machines(self) -> float: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """One choice of where gangs are held all month: who may work where, and what must be there for it."""

    problem: Problem
    serving: Mapping[str, int]
    all_month: frozenset[tuple[int, str]]  # (workload, pool)

    def holds(self, grid: Sequence[Piece], group: list[int], pools: Sequence[tuple[int, There]]) -> bool:
        """Whether the chosen gangs are there in every piece in which their jobs have work to do."""
        for w, name in self.all_month:
            gang = self.problem.workloads[w].gang
            assert gang is not None
            for i in group:
                if _busy(self.problem, w, grid[i]):
                    there = self._there(w, name, [pool for j, pool in pools if i == j])
                    if there < gang.accelerators:
                        return False
        return True

    def lets(self, w: int, machine: Machine, there: Sequence[There]) -> bool:
        """Whether a machine may work for a workload beside all that is there."""
        gang = self.problem.workloads[w].gang
        if gang is None or machine.accelerators >= gang.accelerators:
            return True
        name = gang.pools[machine.key]
        if (w, name) in self.all_month:
            return True
        return self._there(w, name, [t for t in there if t.kind == "firm"]) >= gang.accelerators

    def _there(self, w: int, name: str, there: Sequence[There]) -> float:
        """Accelerators of a pool; of own servers all in service, at work or not."""
        workload = self.problem.workloads[w]
        assert workload.gang is not None
        mine = {key for key, pool in workload.gang.pools.items() if pool == name}
        mine &= {key for key, units in workload.units_per_hour.items() if units > 0}
        servers = [server for site in self.problem.sites for server in site.servers]
        return sum(
            t.machine.accelerators * t.machines
            for t in there
            if t.machine.key in mine
            and t.kind != "server"
            and (t.kind != "spot" or workload.interruptible_fraction > 0)
        ) + sum(
            server.machine.accelerators * self.serving.get(server.key, 0)
            for server in servers
            if server.machine.key in mine
        )


def gates(problem: Problem, serving: Mapping[str, int]) -> Iterator[Gate]:
    """Every choice of where gangs are held all month."""
    pairs = sorted(
        {
            (w, pool)
            for w, workload in enumerate(problem.workloads)
            if workload.gang is not None
            for pool in workload.gang.pools.values()
        }
    )
    for chosen in product((False, True), repeat=len(pairs)):
        yield Gate(problem, serving, frozenset(p for p, yes in zip(pairs, chosen, strict=True) if yes))


def _busy(problem: Problem, w: int, piece: Piece) -> bool:
    workload = problem.workloads[w]
    if isinstance(workload.demand, WorkDemand):
        return alive(workload, piece.month)
    return load(workload, piece) > 0
