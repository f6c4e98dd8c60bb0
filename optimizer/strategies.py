"""Well-known strategies as restrictions of a problem: the ways to follow each, or why there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .problem import Elastic, Machine, Problem, RateDemand, Site
from .reduce import reduce
from .spend import SpendPlan
from .timegrid import Window

NO_COMMITMENT = "none: no commitment was found to cost less than on demand alone"
FIRST_MONTH = Window(0.0, 1.0)
NEVER = Window(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to follow a strategy: the restricted problem, and what a note calls it."""

    label: str
    problem: Problem


Strategy = Callable[[Problem], list[Candidate] | str]


def all_on_demand(problem: Problem) -> list[Candidate] | str:
    """Catalogue machines by the hour only; what is owned stays."""
    if not any(_is_on_demand(e) for e in problem.elastic):
        return "no machine is offered on demand"
    return [Candidate("", _on_demand(problem))]


def best_single_commitment(problem: Problem) -> list[Candidate] | str:
    """On demand, and any quantity of one reservation or spend plan, bought at the start of the plan."""
    if not (problem.reservations or problem.spend_plans):
        return "no reservation is offered"
    base = _on_demand(problem)
    now = [replace(r, window=FIRST_MONTH) for r in problem.reservations if r.window.start <= 0 < r.window.end]
    useful = reduce(replace(base, reservations=tuple(now))).problem.reservations
    found = [Candidate(r.key, replace(base, reservations=(r,))) for r in useful]
    found += _spending(problem, base)
    return found or [Candidate(NO_COMMITMENT, base)]


def _spending(problem: Problem, base: Problem) -> Iterator[Candidate]:
    """One plan to spend under, from the plan's start, with the machines sold under it only."""
    for plan in problem.spend_plans:
        if plan.window.start <= 0 < plan.window.end:
            only = tuple(e for e in problem.elastic if e.covered_only and e.key in plan.rates)
            now = replace(plan, window=FIRST_MONTH)
            others = tuple(own for own in base.spend_plans if own.key != plan.key)
            restricted = replace(base, elastic=(*base.elastic, *only), spend_plans=(now, *others))
            if any(left.key == plan.key for left in reduce(restricted).problem.spend_plans):
                yield Candidate(plan.key, restricted)


def all_self_hosted(problem: Problem) -> list[Candidate] | str:
    """Own sites and what is owned; nothing from the catalogue, no partner."""
    if not problem.sites:
        return "the plan names no site"
    return [Candidate("", replace(problem, elastic=(), reservations=(), blocks=(), spend_plans=()))]


def all_cloud(problem: Problem) -> list[Candidate] | str:
    """The catalogue and committed machines already owned; no site, no partner."""
    if not (any(not e.partner for e in problem.elastic) or problem.reservations or problem.blocks):
        return "the catalogue offers nothing that can be used"
    return [Candidate("", _cloud(problem))]


def no_partner(problem: Problem) -> list[Candidate] | str:
    """Everything but partners."""
    if not any(e.partner for e in problem.elastic):
        return "the plan names no partner"
    return [Candidate("", replace(problem, elastic=tuple(e for e in problem.elastic if not e.partner)))]


def cheapest_single_provider(problem: Problem) -> list[Candidate] | str:
    """Everything bought from one provider's catalogue; committed machines already owned stay."""
    cloud = _cloud(problem)
    names = {machine.provider for machine in _bought(cloud)}
    if not names:
        return "the catalogue offers nothing that can be used"
    restricted = [Candidate(name, _only(cloud, name)) for name in sorted(names)]
    return [candidate for candidate in restricted if _can_serve(candidate.problem)]


STRATEGIES: dict[str, Strategy] = {
    "all_on_demand": all_on_demand,
    "best_single_commitment": best_single_commitment,
    "all_self_hosted": all_self_hosted,
    "all_cloud": all_cloud,
    "no_partner": no_partner,
    "cheapest_single_provider": cheapest_single_provider,
}


def _is_on_demand(elastic: Elastic) -> bool:
    return not elastic.spot and not elastic.partner and not elastic.covered_only


def _on_demand(problem: Problem) -> Problem:
    return replace(
        problem,
        elastic=tuple(e for e in problem.elastic if _is_on_demand(e)),
        reservations=(),
        blocks=(),
        spend_plans=_owned_money(problem),
        sites=tuple(_sites_as_they_are(problem)),
    )


def _owned_money(problem: Problem) -> tuple[SpendPlan, ...]:
    """Plans under which money is committed already, to which no more can be."""
    return tuple(replace(plan, window=NEVER) for plan in problem.spend_plans if plan.is_owned)


def _sites_as_they_are(problem: Problem) -> Iterator[Site]:
    """Sites with owned servers, at which nothing new can be in service before the plan ends."""
    kept = {owned.server.key for owned in problem.owned if owned.server is not None}
    late = problem.horizon.months
    for site in problem.sites:
        servers = tuple(replace(s, lead_months=late) for s in site.servers if s.key in kept)
        if servers:
            yield replace(site, servers=servers)


def _cloud(problem: Problem) -> Problem:
    return replace(
        problem,
        elastic=tuple(e for e in problem.elastic if not e.partner),
        sites=(),
        owned=tuple(o for o in problem.owned if o.machine is not None),
    )


def _only(cloud: Problem, provider: str) -> Problem:
    return replace(
        cloud,
        elastic=tuple(e for e in cloud.elastic if e.machine.provider == provider),
        reservations=tuple(r for r in cloud.reservations if r.machine.provider == provider),
        blocks=tuple(b for b in cloud.blocks if b.machine.provider == provider),
        spend_plans=tuple(
            plan if plan.provider == provider else replace(plan, window=NEVER)
            for plan in cloud.spend_plans
            if plan.provider == provider or plan.is_owned
        ),
    )


def _bought(problem: Problem) -> list[Machine]:
    found = [e.machine for e in problem.elastic] + [r.machine for r in problem.reservations]
    return found + [b.machine for b in problem.blocks]


def _can_serve(problem: Problem) -> bool:
    """Whether every workload that needs anything has a machine; a quick look before any model is built."""
    bought = (*_bought(problem), *(o.machine for o in problem.owned if o.machine is not None))
    machines = {machine.key for machine in bought}
    for load in problem.workloads:
        demand = load.demand
        needed = demand.peak_per_hour if isinstance(demand, RateDemand) else demand.total
        if needed > 0 and not any(load.units_per_hour.get(key, 0.0) > 0 for key in machines):
            return False
    return True
