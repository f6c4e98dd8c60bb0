"""A problem with only some of its limits: what is left when the others are set aside.

Limits go by the names that `build(problem, relax=True)` gives their slacks: "demand:chat", "capex_total",
"cash_per_month", "carbon_tonnes_total", "power:SITE", "racks:SITE", "share:provider:aws",
"share:country:DE", "share:spot", "share:partner", "survive:aws/eu-west-1" (losing it is survived).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .problem import Limits, Problem
from .survival import Survival

# What each family's name means in `Limits`.
SHARES = {
    "share:spot": "spot_share_max",
    "share:partner": "partner_share_max",
    "share:country": "country_share_max",
    "share:provider": "provider_share_max",
}
SURVIVE = "survive"
MONEY_AND_CARBON = {
    "capex_total": "capex_total",
    "carbon_tonnes_total": "carbon_kg_total",
    "cash_per_month": "cash_per_month",
}


def family(name: str) -> str:
    """The kind of a limit: "share:provider" of "share:provider:aws", "power" of "power:SITE"."""
    parts = name.split(":")
    return ":".join(parts[:2]) if parts[0] == "share" else parts[0]


def subject(name: str) -> str:
    """Whom a limit is about: a workload, site, provider or country; empty for the plan as a whole."""
    return name[len(family(name)) + 1 :]


def only(problem: Problem, names: Iterable[str]) -> Problem:
    """The problem without the kinds of limits, and the workloads, that `names` do not name.

    Workloads stay while a share is bounded, since other work dilutes it; so does every provider's bound
    when one is named.
    """
    names = set(names)
    families = {family(name) for name in names}
    known = SHARES | MONEY_AND_CARBON
    dropped = {field: None for name, field in known.items() if name not in families}
    limits: Limits = replace(problem.limits, **dropped)  # type: ignore[arg-type]  # all of them may be None
    limits = replace(limits, survival=_survived(limits.survival, names))
    loads = problem.workloads
    if not families & SHARES.keys():
        loads = tuple(load for load in loads if f"demand:{load.name}" in names)
    sites = tuple(
        replace(
            site,
            limit_kw=site.limit_kw if f"power:{site.key}" in names else None,
            limit_racks=site.limit_racks if f"racks:{site.key}" in names else None,
        )
        for site in problem.sites
    )
    return replace(problem, limits=limits, workloads=loads, sites=sites)


def _survived(rule: Survival | None, names: set[str]) -> Survival | None:
    """The rule on losses for the named places only; for all of them where it is named as a whole."""
    if rule is None or SURVIVE in names:
        return rule
    places = frozenset(subject(name) for name in names if family(name) == SURVIVE)
    return replace(rule, domains=places) if places else None


def demands(problem: Problem) -> list[str]:
    """Names of the workloads' demands."""
    return [f"demand:{load.name}" for load in problem.workloads]


def growing(problem: Problem) -> Iterator[list[str]]:
    """Names of more and more kinds of limits, those that keep the model small first; all of them last.

    Shares of providers stand for all of them, and come last: they forbid most reductions.
    """
    names = demands(problem)
    yield list(names)
    bounded = [f"power:{site.key}" for site in problem.sites if site.limit_kw is not None]
    bounded += [f"racks:{site.key}" for site in problem.sites if site.limit_racks is not None]
    if bounded:
        names += bounded
        yield list(names)
    for name, field in MONEY_AND_CARBON.items():
        if getattr(problem.limits, field) is not None:
            names.append(name)
            yield list(names)
    if problem.limits.survival is not None:
        names.append(SURVIVE)
        yield list(names)
    for name, field in SHARES.items():
        if getattr(problem.limits, field) is not None:
            names.append(name)
            yield list(names)
