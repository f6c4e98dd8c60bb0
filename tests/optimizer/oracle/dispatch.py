"""One month, given what is held: every number of machines by the hour, and whether the work then fits."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from optimizer.problem import Elastic, Machine, Problem, ServerType, Site, WorkDemand

from .gangs import Gate, gates
from .grid import HOURS, Piece, able, can_be_had, load, need, of_use
from .losses import Standby, loss_rows
from .simplex import Program, Row


@dataclass(frozen=True, slots=True)
class Way:
    """One way through some hours: cash and carbon of what runs, and how much work can be done besides."""

    cash: float
    carbon_kg: float
    least: float = 0.0
    most: float = 0.0

    def __add__(self, other: "Way") -> "Way":
        return Way(
            self.cash + other.cash,
            self.carbon_kg + other.carbon_kg,
            self.least + other.least,
            self.most + other.most,
        )


@dataclass(frozen=True, slots=True)
class Pool:
    """Machines that can work in one piece."""

    machine: Machine
    machines: float
    kind: str = "firm"  # spot, partner, on_demand, firm or server
    tier_of: str = ""


PAID = ("firm", "partner")  # whether at work or not; so are servers in service
MOST_CHOICES = 500  # ways to run the machines of some hours; beyond, trying everything takes too long


class TooLarge(ValueError):
    """Not a tiny problem."""


Priced = tuple[float, float, int, Pool]  # cash, carbon, slice's position, pool


def _counts_carbon(problem: Problem) -> bool:
    return problem.limits.carbon_kg_total is not None or problem.limits.carbon_price_per_kg > 0


def best_ways(problem: Problem, ways: list[Way]) -> list[Way]:
    """Those that no other beats in every respect."""
    counts_carbon = _counts_carbon(problem)
    kept: list[Way] = []
    for way in sorted(ways, key=lambda w: (w.cash, w.carbon_kg, -w.most)):
        if not any(
            k.most >= way.most - 1e-9
            and k.least <= way.least + 1e-9
            and (k.carbon_kg <= way.carbon_kg or not counts_carbon)
            for k in kept
        ):
            kept.append(way)
    return kept


def combine(problem: Problem, first: list[Way], second: list[Way]) -> list[Way]:
    """Both stretches of time, each in any of its ways."""
    return best_ways(problem, [a + b for a in first for b in second])


def month_ways(
    problem: Problem, grid: list[Piece], firm: list[dict[str, int]], serving: dict[str, int]
) -> list[Way]:
    """All good ways through a month. `firm[i]`: committed machines by kind; `serving`: servers by type."""
    bounded = [e for e in problem.elastic if e.partner and (e.fixed_per_month or e.min_quantity)]
    found: list[Way] = []
    for joined, gate in product(product((False, True), repeat=len(bounded)), gates(problem, serving)):
        chosen = {e.key for e, yes in zip(bounded, joined, strict=True) if yes}
        fee = sum(e.fixed_per_month for e in bounded if e.key in chosen)
        left_out = {e.key for e in bounded} - chosen
        groups = [list(range(len(grid)))] if _has_shares(problem) else [[i] for i in range(len(grid))]
        ways = [Way(fee, 0.0)]
        for group in groups:
            ways = combine(problem, ways, _group_ways(problem, grid, group, firm, serving, left_out, gate))
        found += ways
    return best_ways(problem, found)


def _has_shares(problem: Problem) -> bool:
    x = problem.limits
    bounds = (x.provider_share_max, x.country_share_max, x.spot_share_max, x.partner_share_max)
    return any(bound is not None for bound in bounds)


def _group_ways(
    problem: Problem,
    grid: list[Piece],
    group: list[int],
    firm: list[dict[str, int]],
    serving: dict[str, int],
    left_out: set[str],
    gate: Gate,
) -> list[Way]:
    fixed = [(i, pool) for i in group for pool in _fixed(problem, firm[i], serving)]
    choices = [choice for i in group for choice in _choices(problem, grid[i], i, serving, left_out)]
    if math.prod(len(choice) for choice in choices) > MOST_CHOICES:
        raise TooLarge(f"more than {MOST_CHOICES} ways to run the machines of a month")
    picks = [(sum(p[0] for p in pick), sum(p[1] for p in pick), pick) for pick in product(*choices)]
    total = sum(w.demand.total for w in problem.workloads if isinstance(w.demand, WorkDemand)) / HOURS
    found: list[Way] = []
    for cash, carbon, pick in sorted(picks, key=lambda p: p[:2]):
        # a cheaper way that can do all the work there is, or none of it, leaves nothing to find
        if any(
            way.least <= 0 and way.most >= total and (way.carbon_kg <= carbon or not _counts_carbon(problem))
            for way in found
        ):
            continue
        pools = [*fixed, *((i, pool) for _, _, i, pool in pick if pool.machines)]
        tiers = [(i, pool.tier_of) for i, pool in pools if pool.tier_of]
        if len(set(tiers)) < len(tiers):
            continue  # two volume tiers of one offer in the same hours
        if gate.holds(grid, group, pools) and _could_fit(problem, grid, group, pools):
            span = _span(problem, grid, group, pools, gate)
            found += [] if span is None else [Way(cash, carbon, *span)]
    return best_ways(problem, found)


def _fixed(problem: Problem, firm: dict[str, int], serving: dict[str, int]) -> Iterator[Pool]:
    known = [r.machine for r in problem.reservations] + [b.machine for b in problem.blocks]
    known += [o.machine for o in problem.owned if o.machine is not None]
    machines = {machine.key: machine for machine in known}
    for key, count in firm.items():
        yield Pool(machines[key], count)
    for _, server in _servers(problem):
        if server.idle_power_fraction is None and serving.get(server.key):
            yield Pool(server.machine, server.utilisation_cap_fraction * serving[server.key], "server")


def _servers(problem: Problem) -> list[tuple[Site, ServerType]]:
    return [(site, server) for site in problem.sites for server in site.servers]


def _choices(
    problem: Problem, piece: Piece, i: int, serving: dict[str, int], left_out: set[str]
) -> Iterator[list[Priced]]:
    """For each offer by the hour, and each server that idles cheaply: the numbers that could run."""
    for e in problem.elastic:
        if (
            e.key not in left_out
            and of_use(problem, e)
            and can_be_had(e, piece)
            and able(problem, e.machine, piece)
        ):
            kind = "spot" if e.spot else "partner" if e.partner else "on_demand"
            hour, carbon = e.price_per_hour * piece.hours, e.machine.carbon_kg_per_hour * piece.hours
            counts = _counts(e, need(problem, e.machine, piece))
            yield [
                (n * hour, n * carbon, i, Pool(e.machine, n, kind, e.tier.of if e.tier else ""))
                for n in counts
            ]
    for site, server in _servers(problem):
        if server.idle_power_fraction is not None and serving.get(server.key):
            kwh = server.power_kw * site.pue * (1 - server.idle_power_fraction) * piece.hours
            cap = server.utilisation_cap_fraction
            yield [
                (
                    n * kwh * site.price_per_kwh,
                    n * kwh * site.carbon_kg_per_kwh,
                    i,
                    Pool(server.machine, cap * n, "server"),
                )
                for n in range(serving[server.key] + 1)
            ]


def _counts(e: Elastic, use: int) -> list[int]:
    top = max(use, e.min_quantity)
    top = top if e.max_quantity is None else min(top, e.max_quantity)
    numbers = list(range(max(0, e.min_quantity), top + 1))
    # a partner that is joined must run its minimum; any other offer may stand still
    return numbers if e.partner and e.min_quantity else sorted({0, *numbers})


def _could_fit(problem: Problem, grid: list[Piece], group: list[int], pools: list[tuple[int, Pool]]) -> bool:
    """A quick no: even with all machines to itself a workload is not served."""
    for w in problem.workloads:
        for i in group:
            wanted = load(w, grid[i])
            firm = spot = 0.0
            for j, pool in pools:
                if i == j:
                    units = w.units_per_hour.get(pool.machine.key, 0.0) * pool.machines
                    firm, spot = (firm, spot + units) if pool.kind == "spot" else (firm + units, spot)
            if wanted > firm + min(spot, w.interruptible_fraction * wanted) + 1e-9:
                return False
    return True


def _span(
    problem: Problem, grid: list[Piece], group: list[int], pools: list[tuple[int, Pool]], gate: Gate
) -> tuple[float, float] | None:
    """Least and most work (in units times 730) that can be done beside the loads; None if they do not fit."""
    program = Program()
    serve: dict[tuple[int, int], int] = {}  # (workload, pool) -> column
    goal: Row = {}
    for p, (i, pool) in enumerate(pools):
        for w in able(problem, pool.machine, grid[i]):
            if not gate.lets(w, pool.machine, [other for j, other in pools if i == j]):
                continue
            x = serve[w, p] = program.column()
            if isinstance(problem.workloads[w].demand, WorkDemand):
                goal[x] = problem.workloads[w].units_per_hour[pool.machine.key] * grid[i].hours / HOURS
        mine = {serve[w, p]: 1.0 for w in range(len(problem.workloads)) if (w, p) in serve}
        program.at_most.append((mine, pool.machines))
    for w, workload in enumerate(problem.workloads):
        for i in group:
            done = {
                serve[w, p]: workload.units_per_hour[pool.machine.key]
                for p, (j, pool) in enumerate(pools)
                if j == i and (w, p) in serve
            }
            spot = {
                serve[w, p] for p, (_, pool) in enumerate(pools) if (w, p) in serve and pool.kind == "spot"
            }
            _demand_rows(program, problem, w, load(workload, grid[i]), done, spot)
    _share_rows(program, problem, grid, pools, serve)
    for i in group:
        standby = [Standby(p.machine, p.machines) for j, p in pools if j == i and p.kind in PAID]
        standby += [
            Standby(s.machine, s.utilisation_cap_fraction * gate.serving[s.key])
            for _, s in _servers(problem)
            if gate.serving.get(s.key)
        ]
        at_work = [
            (w, pools[p][1].machine, pools[p][1].kind, x) for (w, p), x in serve.items() if pools[p][0] == i
        ]
        loss_rows(program, problem, grid[i], at_work, standby)
    most = program.largest(goal)
    if most is None:
        return None
    least = -(program.largest({x: -gain for x, gain in goal.items()}) or 0.0) if goal else 0.0
    return least, most


def _demand_rows(
    program: Program, problem: Problem, w: int, wanted: float, done: Row, spot: set[int]
) -> None:
    workload = problem.workloads[w]
    fraction = workload.interruptible_fraction
    if isinstance(workload.demand, WorkDemand):
        row = {x: (units if x in spot else 0.0) - fraction * units for x, units in done.items()}
        program.at_most.append((row, 0.0))
    elif wanted > 0:
        program.equal.append((done, wanted))
        program.at_most.append(({x: done[x] for x in done if x in spot}, fraction * wanted))


def _share_rows(
    program: Program,
    problem: Problem,
    grid: list[Piece],
    pools: list[tuple[int, Pool]],
    serve: dict[tuple[int, int], int],
) -> None:
    x = problem.limits
    groups: dict[tuple[str, float], set[int]] = {}
    hours: Row = {}
    for (_, p), column in serve.items():
        i, pool = pools[p]
        hours[column] = grid[i].hours / HOURS * pool.machine.accelerators
        named = [
            (f"country {pool.machine.country}", x.country_share_max, True),
            (f"provider {pool.machine.provider}", x.provider_share_max, pool.kind != "server"),
            ("spot", x.spot_share_max, pool.kind == "spot"),
            ("partner", x.partner_share_max, pool.kind == "partner"),
        ]
        for name, most, counts in named:
            if most is not None and counts:
                groups.setdefault((name, most), set()).add(column)
    for (_, most), members in groups.items():
        row = {column: h * ((column in members) - most) for column, h in hours.items()}
        program.at_most.append((row, 0.0))
