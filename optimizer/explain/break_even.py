"""Own servers against the cloud: how busy they must be to cost less, and when they have paid for themselves.

Both sides serve the same demand, each in its best way: all of it from the month on in which own servers can
serve all workloads. The servers stay as bought while the demand shrinks; the cloud is decided anew each time.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, replace

from ..account import Account
from ..index import owned_in, server_begin
from ..problem import HOURS_PER_MONTH, Problem
from ..result import Plan, Run, Status
from ..strategies import Strategy, all_cloud, all_self_hosted
from ..verify import verify
from .again import Again, Finding
from .scaling import demand

STEP = 0.01  # of the plan's demand: how closely the break-even is found
WIDEST = 0.1  # of the plan's demand: closer than this it is told even where time ran out
OUT_OF_TIME = "time ran out before it was found"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """`utilisation`: use of the servers' hours (0 to 1) from which on they cost no more than the cloud.

    `tolerance`: it is at most this much too high. `use`: at the plan's own demand. `month`: the first from
    which on, to the plan's end, they have cost less so far. `from_month`: where the comparison begins. Why a
    figure is None is in its reason.
    """

    utilisation: float | None = None
    tolerance: float | None = None
    use: float | None = None
    utilisation_reason: str = ""
    month: int | None = None
    month_reason: str = ""
    from_month: int = 0


def break_even(again: Again) -> BreakEven:
    """Both figures, or why there is none."""
    problem = again.base.problem
    begin = first_month_served(problem)
    if isinstance(begin, str):
        return _neither(begin)
    later = from_month(problem, begin)
    if not later.workloads:
        return _neither("own servers would come too late for every workload", begin)
    own = _side(again, later, all_self_hosted, "own servers alone cannot serve it within the limits")
    if isinstance(own, str):
        return _neither(own, begin)
    cloud = _side(again, later, all_cloud, "the cloud alone cannot serve it within the limits")
    if isinstance(cloud, str):
        return _neither(cloud, begin)
    month = _month(verify(own.problem, _plan(own)), verify(cloud.problem, _plan(cloud)), problem)
    found = _utilisation(again, later, own, cloud)
    return replace(
        found,
        month=month,
        month_reason="" if month is not None else "own servers have not cost less so far by the plan's end",
        from_month=begin,
    )


def first_month_served(problem: Problem) -> int | str:
    """First month in which own servers could serve all workloads; words when they never can."""
    if not problem.sites:
        return "the plan names no site"
    begins: list[int] = []
    for load in problem.workloads:
        months = [
            server_begin(server, site, 0)
            for site in problem.sites
            for server in site.servers
            if load.units_per_hour.get(server.machine.key, 0.0) > 0
        ]
        months += [
            owned.first_month
            for owned in problem.owned
            if owned.server and load.units_per_hour.get(owned.server.machine.key)
        ]
        if not months:
            return f"no server of the plan can serve {load.name}"
        begins.append(min(months))
    begin = max(begins, default=0)
    return begin if begin < problem.horizon.months else "own servers cannot serve within the plan"


def from_month(problem: Problem, month: int) -> Problem:
    """The problem with no demand before `month`; work that had to be done by then is left out."""
    loads = tuple(
        replace(load, demand=replace(load.demand, first_month=max(month, load.demand.first_month)))
        for load in problem.workloads
        if load.demand.last_month is None or load.demand.last_month >= month
    )
    return replace(problem, workloads=loads)


def _neither(reason: str, begin: int = 0) -> BreakEven:
    return BreakEven(utilisation_reason=reason, month_reason=reason, from_month=begin)


def _side(again: Again, problem: Problem, strategy: Strategy, why_not: str) -> Finding | str:
    """One side's best plan, or why it has none."""
    candidates = strategy(problem)
    if isinstance(candidates, str):
        return candidates
    found = again.solve(candidates[0].problem)
    if found is None:
        return OUT_OF_TIME
    return why_not if found.status is Status.INFEASIBLE or found.plan is None else found


def _plan(found: Finding) -> Plan:
    if found.plan is None:
        raise LookupError("a side of the comparison has a plan")
    return found.plan


def _month(own: Account, cloud: Account, problem: Problem) -> int | None:
    """First month from which on the discounted payments so far of `own` are below those of `cloud`."""
    ahead = 0.0
    first: int | None = None
    for month in range(problem.horizon.months):
        paid = [side.cash[month] + side.carbon_charge[month] for side in (own, cloud)]
        ahead += (paid[1] - paid[0]) * problem.horizon.factor(month)
        if ahead <= 0:
            first = None
        elif first is None:
            first = month
    return first


def _utilisation(again: Again, later: Problem, own: Finding, cloud: Finding) -> BreakEven:
    use = utilisation(own.problem, _plan(own))
    if use <= 0:
        return BreakEven(utilisation_reason="own servers have nothing to do in this plan", use=use)
    if cloud.npv is not None and own.npv is not None and cloud.npv < own.npv:
        reason = f"at the plan's own demand, a use of {use:.0%}, the cloud costs less"
        return BreakEven(utilisation_reason=reason, use=use)
    low, high = (0.0, 0.0), (1.0, cloud.npv or 0.0)  # part of the demand, cost of the cloud
    rounds = 0
    while high[0] - low[0] > STEP:
        rounds += 1
        part = _next(low, high, own.npv or 0.0) if rounds % 3 else (low[0] + high[0]) / 2
        rival = _side(again, demand(later, part), all_cloud, "the cloud alone cannot serve it")
        if rival == OUT_OF_TIME and high[0] - low[0] <= WIDEST:
            break
        if isinstance(rival, str):
            return BreakEven(utilisation_reason=rival, use=use)
        point = (part, rival.npv or 0.0)
        low, high = (low, point) if _cost_of_part(own, part) <= point[1] else (point, high)
    return BreakEven(utilisation=high[0] * use, tolerance=(high[0] - low[0]) * use, use=use)


def _next(low: tuple[float, float], high: tuple[float, float], target: float) -> float:
    """Where a straight line meets the target, at least half a step from both ends."""
    rise = high[1] - low[1]
    part = low[0] + (high[0] - low[0]) * ((target - low[1]) / rise if rise > 0 else 0.5)
    return min(max(part, low[0] + STEP / 2), high[0] - STEP / 2)


def _cost_of_part(own: Finding, part: float) -> float:
    """Cost of the same servers at a part of the demand: they stay, but idle ones may draw less power."""
    return verify(demand(own.problem, part), shrunk(own.problem, _plan(own), part)).npv


def shrunk(problem: Problem, plan: Plan, part: float) -> Plan:
    """The plan of own servers with every piece of work times `part`, and as few servers at work as do it."""
    caps = {s.key: s.utilisation_cap_fraction for site in problem.sites for s in site.servers}
    work: dict[tuple[str, int], float] = defaultdict(float)
    for serve in plan.serves:
        work[serve.source, serve.slice] += part * serve.machines
    runs = (
        Run(
            option=r.option,
            slice=r.slice,
            quantity=math.ceil(work[r.option, r.slice] / caps[r.option] - 1e-9),
        )
        for r in plan.runs
    )
    serves = tuple(replace(serve, machines=part * serve.machines) for serve in plan.serves)
    return replace(plan, serves=serves, runs=tuple(run for run in runs if run.quantity > 0))


def utilisation(problem: Problem, plan: Plan) -> float:
    """Accelerator-hours own servers work, of those in which they are in service within the plan."""
    weights = {s.key: s.machine.accelerators for site in problem.sites for s in site.servers}
    hours = {piece.index: piece.hours for piece in plan.slices}
    worked = sum(weights.get(s.source, 0.0) * s.machines * hours[s.slice] for s in plan.serves)
    return worked / there if (there := sum(_machine_hours(problem, plan, weights))) > 0 else 0.0


def _machine_hours(problem: Problem, plan: Plan, weights: dict[str, float]) -> list[float]:
    sites = {server.key: (server, site) for site in problem.sites for server in site.servers}
    found = []
    for bought in plan.servers:
        server, site = sites[bought.option]
        begin = server_begin(server, site, bought.start)
        months = max(0, min(begin + server.life_months, problem.horizon.months) - begin)
        found.append(bought.quantity * months * HOURS_PER_MONTH * weights[bought.option])
    for owned in problem.owned:
        if owned.server is not None:
            kept = sum(
                plan.kept.get((owned.key, m), 0) for m in range(problem.horizon.months) if owned_in(owned, m)
            )
            found.append(kept * HOURS_PER_MONTH * weights[owned.server.key])
    return found
