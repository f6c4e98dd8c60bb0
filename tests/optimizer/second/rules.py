"""Rules that reach across machines of one future: plans that cover them, gangs, losses survived."""

from collections import defaultdict

import pulp
from pulp import LpAffineExpression as Sum

from optimizer.gang import Gang
from optimizer.problem import Machine, WorkDemand
from optimizer.survival import Survival

from ..oracle.grid import Piece, alive, load
from .hours import Hours, There

LOTS = 1000.0


def add_cover(hours: Hours) -> None:
    """Machines that plans pay for are not paid on demand, as far as the money committed goes."""
    for piece, there in hours.there.items():
        spent: dict[int, Sum] = defaultdict(Sum)
        for pool in there:
            if pool.offer is None:
                continue
            mine = Sum()
            for p, plan in enumerate(hours.problem.spend_plans):
                if pool.offer.key in plan.rates:
                    covered = hours.column()
                    mine += covered
                    spent[p] += plan.rates[pool.offer.key] * covered
            if pool.offer.covered_only:
                hours.lp += mine == pool.working
            elif mine:
                hours.lp += mine <= pool.working
                hours.pay(piece.month, -pool.offer.price_per_hour * piece.hours * mine)
        for p, money in spent.items():
            hours.lp += money <= hours.bought.in_force(p, piece.month)


def add_gangs(hours: Hours) -> None:
    """Smaller machines work only where the gang is there: all month, or as committed in these hours."""
    for w, workload in enumerate(hours.problem.workloads):
        if workload.gang is not None:
            for name in sorted(set(workload.gang.pools.values())):
                _add_gang(hours, w, workload.gang, name)


def _add_gang(hours: Hours, w: int, gang: Gang, name: str) -> None:
    """The gang of one workload in one pool."""
    together = {month: hours.column(cat=pulp.LpBinary, upBound=1) for month in hours.bought.months}
    for piece, there in hours.there.items():
        mine = [pool for pool in there if _helps(hours, w, pool, gang, name)]
        firm = [pool for pool in mine if pool.kind in ("firm", "server")]
        if _busy(hours, w, piece):
            hours.lp += _accelerators(mine) >= gang.accelerators * together[piece.month]
        in_part = hours.column(cat=pulp.LpBinary, upBound=1)
        hours.lp += _accelerators(firm) >= gang.accelerators * in_part
        for p, pool in enumerate(there):
            is_ours = (w, piece, p) in hours.serve and gang.pools[pool.machine.key] == name
            if is_ours and pool.machine.accelerators < gang.accelerators:
                hours.lp += hours.serve[w, piece, p] <= LOTS * (together[piece.month] + in_part)


def _accelerators(there: list[There]) -> Sum:
    return pulp.lpSum(pool.machine.accelerators * pool.standing for pool in there)


def add_losses(hours: Hours) -> None:
    """Without any one domain, every load is met by what is held elsewhere, goes on on demand, or surges."""
    rule = hours.problem.limits.survival
    if rule is None:
        return
    for piece, there in hours.there.items():
        for lost in sorted({_place(hours, rule, pool) for pool in there} | {"nowhere"}):
            _add_loss(hours, rule, piece, lost)


def _add_loss(hours: Hours, rule: Survival, piece: Piece, lost: str) -> None:
    """The rows of one domain in one piece."""
    loads = {w: load(workload, piece) for w, workload in enumerate(hours.problem.workloads)}
    met = {w: Sum() for w, wanted in loads.items() if wanted > 0}
    for p, pool in enumerate(hours.there[piece]):
        is_lost = _place(hours, rule, pool) == lost
        for w, done in met.items():
            if (w, piece, p) in hours.serve:
                units = hours.problem.workloads[w].units_per_hour[pool.machine.key]
                surge = rule.surge_fraction if not rule.barred or _for_rent(hours, rule, w, lost) else 0.0
                share = surge if is_lost else float(pool.kind == "on_demand")
                done += share * units * hours.serve[w, piece, p]
        if not is_lost and pool.kind in ("firm", "server", "partner"):
            _take_over(hours, pool, met)
    for w, done in met.items():
        hours.lp += done >= loads[w]


def _take_over(hours: Hours, pool: There, met: dict[int, Sum]) -> None:
    """Machines that are paid anyway, whatever they do, stand in as far as they can be used."""
    servers = [server for site in hours.problem.sites for server in site.servers]
    caps = {server.machine.key: server.utilisation_cap_fraction for server in servers}
    taken = Sum()
    for w, done in met.items():
        units = hours.problem.workloads[w].units_per_hour.get(pool.machine.key, 0.0)
        if units > 0:
            e = hours.column()
            taken += e
            done += units * e
    hours.lp += taken <= (caps[pool.machine.key] if pool.kind == "server" else 1.0) * pool.standing


def _for_rent(hours: Hours, rule: Survival, w: int, lost: str) -> bool:
    """Whether machines that the workload could use are for rent in some place that is not lost."""
    return any(
        hours.problem.workloads[w].units_per_hour.get(offer.machine.key, 0.0) > 0
        and not (offer.spot or offer.partner or offer.covered_only)
        and _place_of(hours, rule, offer.machine) != lost
        for offer in hours.problem.elastic
    )


def _place(hours: Hours, rule: Survival, pool: There) -> str:
    return _place_of(hours, rule, pool.machine)


def _place_of(hours: Hours, rule: Survival, machine: Machine) -> str:
    """What a machine is lost with; every site is a place of its own."""
    for site in hours.problem.sites:
        if machine.key in {server.machine.key for server in site.servers}:
            return f"site {site.key}"
    return machine.provider if rule.loss_of == "provider" else f"{machine.provider} {machine.region}"


def _helps(hours: Hours, w: int, pool: There, gang: Gang, name: str) -> bool:
    workload, key = hours.problem.workloads[w], pool.machine.key
    able = workload.units_per_hour.get(key, 0.0) > 0 and gang.pools.get(key) == name
    limits = hours.problem.limits
    shares = {"spot": limits.spot_share_max, "partner": limits.partner_share_max}
    if shares.get(pool.kind) == 0:
        return False
    return able and (pool.kind != "spot" or workload.interruptible_fraction > 0)


def _busy(hours: Hours, w: int, piece: Piece) -> bool:
    """Whether a workload has work to do in a piece."""
    workload = hours.problem.workloads[w]
    if isinstance(workload.demand, WorkDemand):
        return alive(workload, piece.month)
    return load(workload, piece) > 0
