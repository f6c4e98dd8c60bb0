"""Gangs are held together wherever machines smaller than the gang work for a job."""

from collections import defaultdict
from collections.abc import Iterator

from ..gang import Gang
from ..problem import WorkDemand, Workload
from ..timegrid import Slice
from .facts import Facts, load, number, wanted


def check_gangs(facts: Facts, tolerance: float) -> Iterator[str]:
    """In every month in which smaller machines of a pool work for a job, its gang is held in all hours in
    which the job has work to do; or in every hour in which they work, by what is committed alone."""
    for workload in facts.workloads.values():
        if workload.gang is not None:
            yield from _check(facts, workload, workload.gang, tolerance)


def _check(facts: Facts, workload: Workload, gang: Gang, tolerance: float) -> Iterator[str]:
    for (pool, month), at_work in _at_work(facts, workload, gang, tolerance).items():
        slices = [
            piece for piece in facts.slices.values() if piece.month == month and wanted(workload, piece)
        ]
        least = min((_held(facts, workload, gang, pool, piece) for piece in slices), default=0.0)
        if least >= gang.accelerators - 1e-6:
            continue
        for i in sorted(at_work):
            committed = _held(facts, workload, gang, pool, facts.slices[i], hourly=False)
            if committed < gang.accelerators - 1e-6:
                yield (
                    f"workload {workload.name!r} works in {pool} in slice {i} (month {month}), but of "
                    f"its gang of {number(gang.accelerators)} accelerators only {number(least)} are held all "
                    f"month, and {number(committed)} by commitments in the slice"
                )


def _at_work(
    facts: Facts, workload: Workload, gang: Gang, tolerance: float
) -> dict[tuple[str, int], set[int]]:
    """Slices in which machines smaller than the gang work for it, by pool and month."""
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for serve in facts.plan.serves:
        machine = facts.sources[serve.source].machine
        small = machine.accelerators < gang.accelerators - 1e-9
        if serve.workload == workload.name and small:
            piece = facts.slices[serve.slice]
            demand = workload.demand
            rate = demand.total / piece.hours if isinstance(demand, WorkDemand) else load(workload, piece)
            all_of_it = rate / workload.units_per_hour[machine.key]
            if serve.machines > tolerance * (1.0 + all_of_it):
                found[gang.pools.get(machine.key, "no pool"), piece.month].add(piece.index)
    return found


def _held(
    facts: Facts, workload: Workload, gang: Gang, pool: str, piece: Slice, *, hourly: bool = True
) -> float:
    """Accelerators of a pool that are there in a slice, of machines that can serve the workload."""
    total = 0.0
    for key, source in facts.sources.items():
        machine = source.machine
        if gang.pools.get(machine.key) != pool or workload.units_per_hour.get(machine.key, 0.0) <= 0:
            continue
        if source.elastic is not None:
            taken_away = source.elastic.spot and workload.interruptible_fraction <= 0
            counts = hourly and not taken_away
            total += machine.accelerators * facts.running.get(key, {}).get(piece.index, 0) * counts
        elif source.server is not None:
            total += machine.accelerators * facts.serving[key, piece.month]
        else:
            total += machine.accelerators * facts.firm_in(machine.key, piece)
    return total
