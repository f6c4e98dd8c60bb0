"""Limits that clash, in words with numbers: what is needed, what is allowed, what would have to change."""

from collections.abc import Sequence

from advisor.demand.workload import Workload
from advisor.planning.case import Case
from advisor.planning.result_rows import Conflict
from advisor.planning.words import amount, percent
from optimizer.conflicts import Clash

_MONEY = {"capex_total", "cash_per_month"}
_SHARES = {"provider": "one provider", "country": "one country", "spot": "spot", "partner": "partners"}


def conflict_rows(case: Case, clashes: Sequence[Clash]) -> tuple[Conflict, ...]:
    """One row for each limit of the clash; at least one, also where no set was found in time."""
    rows = tuple(_row(case, clash, alone=len(clashes) == 1) for clash in clashes)
    if rows:
        return rows
    message = "No plan can hold all limits together; which of them clash could not be worked out in time."
    return (
        Conflict(
            limit="limits", where="", needed=None, available=None, relaxation=message, cost_of_relaxation=None
        ),
    )


def _row(case: Case, clash: Clash, *, alone: bool) -> Conflict:
    kind, _, rest = clash.limit.partition(":")
    if kind == "demand":
        path, where, words = _demand(case, rest, clash)
    elif kind in ("power", "racks"):
        path, where, words = _site(case, kind, rest, clash)
    elif kind == "share":
        path, where, words = _share(rest, clash)
    else:
        path, where, words = f"limits.{kind}", clash.where, _raise(case, f"limits.{kind}", clash)
    suffix = "" if alone or kind == "demand" else " (the other limits named here kept)"
    return Conflict(
        limit=path,
        where=where,
        needed=clash.needed,
        available=clash.available,
        relaxation=words + suffix + ".",
        cost_of_relaxation=None,
    )


def _raise(case: Case, path: str, clash: Clash) -> str:
    kind = clash.limit.partition(":")[0]
    unit = case.plan.currency if kind in _MONEY else "t CO2e" if kind == "carbon_tonnes_total" else clash.unit
    if clash.needed is None:
        return f"{path} is too small: allow more {unit}"
    month = f" in {clash.where}" if clash.where else ""
    needed = f"at least {amount(clash.needed)} {unit}{month}"
    if clash.available is None:
        return f"{path}: {needed} needed"
    return f"{path}: needed {needed}, limit {amount(clash.available)} {unit}"


def _site(case: Case, kind: str, name: str, clash: Clash) -> tuple[str, str, str]:
    position = next(n for n, site in enumerate(case.plan.capacity.sites) if site.name == name)
    field = "power.limit_kw" if kind == "power" else "racks_limit"
    path = f"capacity.sites[{position}].{field}"
    return path, name, f"{name}: {_raise(case, path, clash)}"


def _share(group: str, clash: Clash) -> tuple[str, str, str]:
    kind, _, name = group.partition(":")
    path = f"limits.share_max.{kind}"
    whose = name or _SHARES.get(kind, kind)
    if clash.needed is None or clash.available is None:
        return path, name, f"{path}: {whose} would need a larger share of a month's capacity-hours"
    needed, most = percent(clash.needed), percent(clash.available)
    words = f"{path}: {whose} would need {needed} of a month's capacity-hours, limit {most}"
    return path, name, words


def _demand(case: Case, name: str, clash: Clash) -> tuple[str, str, str]:
    position, workload = next((n, w) for n, w in enumerate(case.plan.workloads) if w.name == name)
    path = f"workloads[{position}].demand"
    return path, name, f"{_needs(case, workload)}; {_served(case, workload, clash)}"


def _needs(case: Case, workload: Workload) -> str:
    """`chat needs 12.4 H100 (or 9.1 H200) at its peak in 2029-12`."""
    hours = workload.hours_of_work()
    months = case.plan.months_of(workload)
    if hours is not None:
        amounts = {name: total * (1.0 + workload.headroom) for name, total in hours.items()}
        span = f"from {case.plan.month_at(months.start)} to {case.plan.month_at(months.stop - 1)}"
        return f"{workload.name} needs {_alternatives(amounts, 'hours')} {span}"
    growth = workload.demand.growth_per_month
    month = months.start if growth <= 0 else months.stop - 1
    profile = workload.demand.profile
    level = max(*profile.weekday, *profile.weekend)
    load = (workload.demand.peak_units or 0.0) * level * (1.0 + growth) ** month * (1.0 + workload.headroom)
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
    part = "work can be done" if workload.hours_of_work() is not None else "load can be served"
    if clash.available is None:
        return f"not all of its {part}"
    return f"only {percent(clash.available, down=True)} of its {part}"
