"""Plans that differ in substance from the answer: what each would cost and buy."""

import math
from collections.abc import Iterable
from dataclasses import replace

from ..clock import Deadline
from ..problem import Machine, Problem
from ..result import Status
from .again import Again, Finding, least_cost
from .scaling import never

BOUNDING_SHARE = 0.3  # of the time left, at most, for bounds that put the countries in order
QUICK_BLOCKS = 2  # loads of a month, for such bounds where there is little time


def without_provider(problem: Problem, provider: str) -> Problem:
    """Nothing of a provider's catalogue; committed machines already owned stay."""
    return replace(
        problem,
        elastic=tuple(e for e in problem.elastic if e.machine.provider != provider),
        reservations=tuple(r for r in problem.reservations if r.machine.provider != provider),
        blocks=tuple(b for b in problem.blocks if b.machine.provider != provider),
        spend_plans=tuple(p for p in problem.spend_plans if p.provider != provider),
        also_cut_at=problem.availabilities(),
    )


def without_capex(problem: Problem) -> Problem:
    """No money for sites or servers."""
    return replace(problem, limits=replace(problem.limits, capex_total=0.0))


def without_commitments(problem: Problem) -> Problem:
    """No reservation, capacity block or spend commitment; what is owned stays."""
    owned = tuple(replace(p, window=never(problem)) for p in problem.spend_plans if p.is_owned)
    return replace(
        problem, reservations=(), blocks=(), spend_plans=owned, also_cut_at=problem.availabilities()
    )


def only_country(problem: Problem, country: str) -> Problem:
    """Everything in one country, own and owned capacity too."""

    def there(machine: Machine | None) -> bool:
        return machine is not None and machine.country == country

    sites = (replace(s, servers=tuple(t for t in s.servers if there(t.machine))) for s in problem.sites)
    return replace(
        problem,
        elastic=tuple(e for e in problem.elastic if there(e.machine)),
        reservations=tuple(r for r in problem.reservations if there(r.machine)),
        blocks=tuple(b for b in problem.blocks if there(b.machine)),
        sites=tuple(site for site in sites if site.servers),
        owned=tuple(o for o in problem.owned if there(o.machine or (o.server and o.server.machine) or None)),
        also_cut_at=problem.availabilities(),
    )


def countries(problem: Problem) -> list[str]:
    """Where every workload could be served by something, in order of name."""
    machines = [e.machine for e in problem.elastic] + [r.machine for r in problem.reservations]
    machines += [b.machine for b in problem.blocks]
    machines += [server.machine for site in problem.sites for server in site.servers]
    machines += [owned.machine for owned in problem.owned if owned.machine is not None]
    by_country: dict[str, set[str]] = {}
    for machine in machines:
        by_country.setdefault(machine.country, set()).add(machine.key)
    return sorted(
        country
        for country, keys in by_country.items()
        if all(any(load.units_per_hour.get(key, 0.0) > 0 for key in keys) for load in problem.workloads)
    )


def cheapest_country(again: Again, names: Iterable[str]) -> tuple[str, Finding] | str | None:
    """The country in which all of it costs least, most promising first; None when time ran out."""
    problem = again.base.problem
    bounds = _bounds(again, [(name, only_country(problem, name)) for name in names])
    if bounds is None:
        return None
    best: tuple[str, Finding] | None = None
    least = math.inf
    for name, bound in sorted(bounds.items(), key=lambda item: (item[1], item[0])):
        if bound == math.inf or (best is not None and bound >= (best[1].npv or 0.0)):
            least = min(least, bound)
            continue
        found = again.restricted(only_country(problem, name))
        if found is None:
            return None
        least = min(least, math.inf if found.status is Status.INFEASIBLE else found.bound)
        if found.npv is not None and (best is None or found.npv < (best[1].npv or 0.0)):
            best = (name, found)
    if best is None:
        return "no country can hold the whole plan"
    return best[0], replace(best[1], bound=min(best[1].bound, least))


def _bounds(again: Again, problems: list[tuple[str, Problem]]) -> dict[str, float] | None:
    """What each costs at least, without whole machines; infinite where it cannot hold."""
    deadline: Deadline = again.deadline.within(BOUNDING_SHARE * again.deadline.left())
    blocks = QUICK_BLOCKS if again.is_quick else None
    found: dict[str, float] = {}
    for name, problem in problems:
        if deadline.passed():
            return None
        found[name] = least_cost(problem, deadline, blocks)
    return found
