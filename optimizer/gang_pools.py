"""Which offers may stand in for others where gangs are held together in pools. MODEL.md has the proofs."""

from collections.abc import Callable, Container, Iterable

from .problem import CapacityBlock, Elastic, Machine, Problem, Reservation, Workload

Rank = Callable[[Elastic | Reservation], tuple[float, str]]
Replaces = Callable[[Elastic | Reservation, Elastic | Reservation], bool]


def keeps_gangs(
    workloads: Iterable[Workload],
    wide: Container[str],
    a: Machine,
    b: Machine,
    copies: int,
    *,
    across_pools: bool = False,
) -> bool:
    """Whether `copies` of A help to hold every gang that one B helps to hold, and work wherever B may.

    `wide`: pools in which a gang may be held by several machines; in others B works alone, and A must be
    able to. `across_pools` is for moving a pool as a whole to another one.
    """
    for load in workloads:
        gang = load.gang
        if gang is None or load.units_per_hour.get(b.key, 0.0) <= 0 or b.key not in gang.pools:
            continue
        if gang.pools[b.key] not in wide:
            if not gang.fits(a.accelerators):
                return False
            continue
        if not across_pools and gang.pools.get(a.key) != gang.pools[b.key]:
            return False
        if a.key not in gang.pools or copies * a.accelerators < b.accelerators - 1e-9:
            return False
        if gang.fits(b.accelerators) and not gang.fits(a.accelerators):
            return False
    return True


def wide_pools(problem: Problem) -> dict[str, set[str]]:
    """Pools in which a gang would be held by several machines, with the keys of their machines."""
    machines = {machine.key: machine for machine in _machines(problem)}
    found: dict[str, set[str]] = {}
    wide: set[str] = set()
    for load in problem.workloads:
        for key, pool in load.gang.pools.items() if load.gang is not None else ():
            if key in machines:
                found.setdefault(pool, set()).add(key)
                if load.gang is not None and not load.gang.fits(machines[key].accelerators):
                    wide.add(pool)
    return {pool: keys for pool, keys in found.items() if pool in wide}


def _machines(problem: Problem) -> Iterable[Machine]:
    offers: list[Elastic | Reservation | CapacityBlock] = [*problem.elastic, *problem.reservations]
    yield from (offer.machine for offer in [*offers, *problem.blocks])
    yield from (owned.machine for owned in problem.owned if owned.machine is not None)
    yield from (server.machine for site in problem.sites for server in site.servers)


def dominated_machines(problem: Problem, rank: Rank, replaces: Replaces) -> set[str]:
    """Machines of pools that another pool can stand in for as a whole: every offer of theirs has a better
    one there. Pools with blocks, with machines already owned or with own servers stay."""
    pools = wide_pools(problem)
    fixed = {block.machine.key for block in problem.blocks}
    fixed |= {owned.machine.key for owned in problem.owned if owned.machine is not None}
    fixed |= {server.machine.key for site in problem.sites for server in site.servers}
    every: list[Elastic | Reservation] = [*problem.elastic, *problem.reservations]
    offers = {pool: [offer for offer in every if offer.machine.key in keys] for pool, keys in pools.items()}
    kept: list[str] = []
    dropped: set[str] = set()
    for pool in sorted(pools, key=lambda name: (min(map(rank, offers[name]), default=(0.0, "")), name)):
        moved = not pools[pool] & fixed and any(
            all(any(replaces(a, b) for a in offers[other]) for b in offers[pool]) for other in kept
        )
        if moved:
            dropped |= pools[pool]
        else:
            kept.append(pool)
    return dropped


def machines_beside_blocks(problem: Problem) -> set[str]:
    """Machines of pools with blocks, in which what is committed may hold a gang for part of a month."""
    blocks = {block.machine.key for block in problem.blocks}
    return {key for keys in wide_pools(problem).values() if keys & blocks for key in keys}
