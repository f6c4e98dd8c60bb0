"""Limits that clash, in words with numbers: what is needed, what is allowed, what would have to change."""

import math
from collections import Counter
from collections.abc import Sequence

from advisor.demand.accelerator_names import CPU
from advisor.demand.workload import Workload
from advisor.planning.case import Case
from advisor.planning.gang_notes import gang_row
from advisor.planning.latency_notes import too_far
from advisor.planning.losses import PATH, loss_figures, loss_words
from advisor.planning.result_rows import Conflict
from advisor.planning.risk_words import scenario_words
from advisor.planning.words import amount, percent
from optimizer.clash import Clash
from optimizer.limited import SURVIVE

_MONEY = ("capex_total", "cash_per_month")
_CARBON = "carbon_tonnes_total"
_ALL = {"spot": "spot", "partner": "partners"}


def conflict_rows(case: Case, clashes: Sequence[Clash]) -> tuple[Conflict, ...]:
    """One row for each limit of each set that clashes; at least one, also where none was found in time."""
    sizes = Counter(clash.group for clash in clashes)
    rows = tuple(_row(case, clash, alone=sizes[clash.group] == 1) for clash in clashes)
    if rows:
        return rows
    message = "No plan can hold all limits together; which of them clash could not be worked out in time."
    return (
        Conflict(
            limit="limits", where="", needed=None, available=None, relaxation=message, cost_of_relaxation=None
        ),
    )


def _row(case: Case, clash: Clash, *, alone: bool) -> Conflict:
    if clash.limit == "gang":
        return gang_row(case, clash)
    if clash.limit == "demand" and (row := _latency(case, clash)) is not None:
        return row
    if clash.limit == SURVIVE:
        return _loss(case, clash)
    path, words = _demand(case, clash) if clash.limit == "demand" else _limit(case, clash)
    suffix = "" if alone else " with the others" if clash.limit == "demand" else " (the others kept)"
    month = case.plan.month_at(clash.month) if clash.month is not None else ""
    return Conflict(
        group=clash.group,
        limit=path,
        where=clash.where or month,
        needed=clash.needed,
        available=clash.available,
        unit=_unit(case, clash),
        relaxation=f"{words}{suffix}{_scenario(case, clash)}.",
        cost_of_relaxation=None,
    )


def _loss(case: Case, clash: Clash) -> Conflict:
    """A place that cannot be lost: what is needed without it, and what could meet it."""
    needed, available, unit = loss_figures(case, clash)
    return Conflict(
        group=clash.group,
        limit=PATH,
        where=clash.where,
        needed=needed,
        available=available,
        unit=unit,
        relaxation=f"{loss_words(case, clash)} (the others kept).",
        cost_of_relaxation=None,
    )


def _scenario(case: Case, clash: Clash) -> str:
    """In which scenario they clash; empty where it is in all of them together."""
    risk = case.problem.risk
    if risk is None or clash.scenario is None:
        return ""
    scenario = risk.scenarios[clash.scenario]
    words = scenario_words(scenario.demand_factors, scenario.price_factor)
    return f", in the scenario with {words}" if words else ""


def _factor(case: Case, clash: Clash) -> float:
    """What the workload's demand is multiplied by where it clashes."""
    risk = case.problem.risk
    if risk is None or clash.scenario is None:
        return 1.0
    return risk.scenarios[clash.scenario].demand_factor(clash.where)


def _latency(case: Case, clash: Clash) -> Conflict | None:
    """A demand that machines could serve, were they not all too far from its users."""
    position, workload = next((n, w) for n, w in enumerate(case.plan.workloads) if w.name == clash.where)
    nearest = too_far(case, workload)
    if nearest is None or workload.latency is None:
        return None
    path, bound = f"workloads[{position}].latency.max_ms", workload.latency.max_ms
    return Conflict(
        group=clash.group,
        limit=path,
        where=workload.name,
        needed=nearest.ms,
        available=bound,
        unit="ms",
        relaxation=f"{path}: needed at least {math.ceil(nearest.ms)} ms, limit {bound:g} ms; the nearest "
        f"that could serve {workload.name} is {nearest.name}, an estimated {nearest.ms:.0f} ms away "
        f"from {nearest.user}.",
        cost_of_relaxation=None,
    )


def _limit(case: Case, clash: Clash) -> tuple[str, str]:
    """Path of a limit in the plan, and `path: needed at least 6,000 USD, limit 4,000 USD`."""
    kind, _, group = clash.limit.partition(":")
    path, whose = f"limits.{kind}", ""
    if kind in ("power", "racks"):
        position = next(n for n, site in enumerate(case.plan.capacity.sites) if site.name == clash.where)
        path = f"capacity.sites[{position}].{'power.limit_kw' if kind == 'power' else 'racks_limit'}"
        whose = f" for {clash.where}"
    elif kind == "share":
        path, whose = f"limits.share_max.{group}", f" for {clash.where or _ALL.get(group, group)}"
    elif clash.month is not None:
        whose = f" in {case.plan.month_at(clash.month)}"
    limit = "" if clash.available is None else f", limit {_figure(case, clash, clash.available)}"
    if clash.needed is None:
        return path, f"{path}: more is needed{whose}{limit}"
    every = _every_month(case, clash)
    return path, f"{path}: needed at least {_figure(case, clash, clash.needed)}{whose}{limit}{every}"


def _every_month(case: Case, clash: Clash) -> str:
    """Where ceilings of months differ, what is needed is that each gives way by as much as the worst."""
    ceilings = {case.plan.limits.cash_in_month(month) for month in range(case.plan.months)}
    if clash.limit != "cash_per_month" or len(ceilings) < 2 or clash.needed is None:
        return ""
    more = clash.needed - (clash.available or 0.0)
    return f", and {amount(more)} {case.plan.currency} more in every other month"


def _figure(case: Case, clash: Clash, figure: float) -> str:
    if clash.limit.startswith("share"):
        return f"{percent(figure)} of a month's accelerator-hours"
    return f"{amount(figure)} {_unit(case, clash)}"


def _unit(case: Case, clash: Clash) -> str:
    """Unit of what is needed and of what the limit allows."""
    if clash.limit in _MONEY:
        return case.plan.currency
    if clash.limit == _CARBON:
        return "t CO2e"
    return "share of a month's accelerator-hours" if clash.limit.startswith("share") else clash.unit


def _demand(case: Case, clash: Clash) -> tuple[str, str]:
    position, workload = next((n, w) for n, w in enumerate(case.plan.workloads) if w.name == clash.where)
    needs = _needs(case, workload, _factor(case, clash))
    return f"workloads[{position}].demand", f"{needs}; {_served(case, workload, clash)}"


def _needs(case: Case, workload: Workload, factor: float) -> str:
    """`chat needs 12.4 H100 (or 9.1 H200) at its peak in 2029-12`."""
    hours = workload.hours_of_work()
    months = case.plan.months_of(workload)
    if hours is not None:
        machines = {spec.accelerator or CPU for spec in case.translation.specs.values()}
        there = machines & hours.keys() or hours.keys()
        amounts = {name: factor * hours[name] * (1.0 + workload.headroom) for name in there}
        span = f"from {case.plan.month_at(months.start)} to {case.plan.month_at(months.stop - 1)}"
        together = f", {workload.gang:,} at once in one region" if workload.gang > 1 else ""
        return f"{workload.name} needs {_alternatives(amounts, 'hours')} {span}{together}"
    growth = workload.demand.growth_per_month
    month = months.start if growth <= 0 else months.stop - 1
    profile = workload.demand.profile
    level = max(*profile.weekday, *profile.weekend)
    load = (
        factor
        * (workload.demand.peak_units or 0.0)
        * level
        * (1.0 + growth) ** month
        * (1.0 + workload.headroom)
    )
    amounts = {name: load / speed for name, speed in (workload.throughput or {}).items()}
    return f"{workload.name} needs {_alternatives(amounts, '')} at its peak in {case.plan.month_at(month)}"


def _alternatives(amounts: dict[str, float], unit: str) -> str:
    """The three types of which the fewest are needed: `12.4 H100 or 16.0 A100-80GB`."""
    fewest = sorted(amounts.items(), key=lambda item: item[1])[:3]
    return " or ".join(f"{amount(count)} {name}{' ' + unit if unit else ''}" for name, count in fewest)


def _served(case: Case, workload: Workload, clash: Clash) -> str:
    model = next(w for w in case.problem.workloads if w.name == workload.name)
    if not model.units_per_hour:
        return (
            "no offer, server or partner may serve it: look at its residency, regions, throughput and "
            "accelerators_per_replica, and at capacity.offers"
        )
    work = workload.hours_of_work() is not None
    part = "work can be done" if work else "load can be served"
    month = f" in {case.plan.month_at(clash.month)}" if clash.month is not None else ""
    if clash.available is None:
        return f"not all of its {part}{month}"
    if clash.available <= 0:
        return f"nothing can {'do its work' if work else 'serve it'}{month}"
    return f"only {percent(clash.available, down=True)} of its {part}{month}"
