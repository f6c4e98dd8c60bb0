"""How far one limit must give way while others hold, in the limit's own unit."""

from dataclasses import dataclass
from typing import Self

from .ledger import Entry
from .limited import MONEY_AND_CARBON, SHARES, SURVIVE, family, subject
from .losses import worst_hour
from .matrix import Array
from .model import MONEY
from .relaxation import HOLDS, Relaxation

LEAST_TOTAL = 1e-9  # months with less work than this (hundreds of accelerators) have no shares
ROUNDS = 30
NO_FLOOR = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a limit is and what it would have to be; for a demand, and for one after a loss, all of it and the
    share that can be had, and `loads`: units per hour of each workload in the worst hour after the loss."""

    needed: float | None
    available: float | None
    unit: str
    month: int | None = None
    exact: bool = True
    loads: tuple[tuple[str, float], ...] = ()

    @classmethod
    def unknown(cls, relaxation: Relaxation, name: str) -> Self:
        """The limit as it is, when time ran out."""
        kind = family(name)
        if kind in ("demand", SURVIVE):
            return cls(needed=1.0, available=None, unit=_unit(relaxation, name), exact=False)
        available = _value(relaxation, name)
        return cls(needed=None, available=available, unit=_unit(relaxation, name), exact=False)


def amount(relaxation: Relaxation, name: str, others: frozenset[str]) -> Amount | None:
    """The least value of a limit with which `others` can hold, or where that is not proven, a bound of it.

    None when time ran out before there was one, or it says nothing: the limit as it is.
    """
    found = relaxation.least({name}, others)
    if found is None or found.bound <= HOLDS:
        return None
    unit, exact = _unit(relaxation, name), relaxation.whole and found.proven
    if family(name) == "demand":
        return Amount(needed=1.0, available=1.0 - found.bound, unit=unit, exact=exact)
    if family(name) == SURVIVE:
        month, loads = worst_hour(relaxation, name, found.values)
        left = max(0.0, 1.0 - found.bound)
        return Amount(needed=1.0, available=left, unit=unit, month=month, exact=exact, loads=loads)
    if not found.proven and (family(name) in SHARES or _months_differ(relaxation, name)):
        return None
    if family(name) in SHARES:
        share, proven = _least_share(relaxation, name, others, found.values)
        available = _value(relaxation, name)
        return Amount(needed=share, available=available, unit=unit, exact=exact) if proven else None
    excess = found.bound * _scale(relaxation, name)
    cash = name == "cash_per_month" and found.proven
    month = _worst_month(relaxation, found.values) if cash else None
    available = _value(relaxation, name, month)
    return Amount(needed=available + excess, available=available, unit=unit, month=month, exact=exact)


def _unit(relaxation: Relaxation, name: str) -> str:
    if name in ("capex_total", "cash_per_month"):
        return "plan currency"
    if family(name) in SHARES:
        return "share of the month's accelerator-hours at work"
    return relaxation.built.model.slacks[name].unit


def _scale(relaxation: Relaxation, name: str) -> float:
    """The limit's own unit for one unit of its slack."""
    return (
        1.0 / MONEY
        if name in ("capex_total", "cash_per_month")
        else relaxation.built.model.slacks[name].scale
    )


def _value(relaxation: Relaxation, name: str, month: int | None = None) -> float:
    """The limit itself, in its own unit."""
    problem = relaxation.built.index.problem
    kind = family(name)
    if kind in ("power", "racks"):
        site = next(site for site in problem.sites if site.key == subject(name))
        value = site.limit_kw if kind == "power" else site.limit_racks
    elif name == "cash_per_month":
        cash = problem.limits.cash_per_month or ()
        value = min(cash) if month is None else cash[month]
    else:
        value = getattr(problem.limits, (SHARES | MONEY_AND_CARBON)[kind])
    if value is None:
        raise LookupError(f"{name} is not a limit of this problem")
    return float(value) / 1000.0 if name == "carbon_tonnes_total" else float(value)


def _months_differ(relaxation: Relaxation, name: str) -> bool:
    """Whether an excess means different things in different months."""
    cash = relaxation.built.index.problem.limits.cash_per_month or ()
    return name == "cash_per_month" and len(set(cash)) > 1


def _worst_month(relaxation: Relaxation, values: Array) -> int:
    """The month whose payments exceed its ceiling most."""
    ceilings = relaxation.built.index.problem.limits.cash_per_month or ()
    paid = [_excess(scene.entries, ceilings, values) for scene in relaxation.built.scenes]
    excess = [max(months) for months in zip(*paid, strict=True)]
    return max(range(len(excess)), key=lambda month: round(excess[month], 2))


def _excess(entries: list[Entry], ceilings: tuple[float, ...], values: Array) -> list[float]:
    """Payments of each month beyond its ceiling, in one scenario."""
    excess = [-ceiling for ceiling in ceilings]
    for entry in entries:
        count = float(values[entry.variable.index])
        for month in (entry.flow.opex.keys() | entry.flow.capex.keys()) if count else ():
            if month < len(excess):
                excess[month] += count * entry.flow.cash(month)
    return excess


def _least_share(
    relaxation: Relaxation, name: str, others: frozenset[str], values: Array
) -> tuple[float, bool]:
    """Least largest share, and whether that is proven: each round undercuts the one before (Dinkelbach).

    A month's share is a group's hours over all hours, so the limit's row, hours - share * all <= slack, has
    the share itself as coefficient; the best slack below zero for one share shows a plan with less.
    """
    scenes = relaxation.built.scenes
    sums = {int(total.index) for scene in scenes for total in scene.variables.month_sums.values()}
    cells = [(row, next(c for c in relaxation.row(row) if c in sums)) for row in relaxation.rows_of(name)]
    share = _largest_share(relaxation, name, cells, values)
    try:
        for _ in range(ROUNDS):
            relaxation.weigh(cells, -share)
            found = relaxation.least({name}, others, low=NO_FLOOR)
            if found is None:
                break
            smaller = _largest_share(relaxation, name, cells, found.values)
            if found.least >= -HOLDS or smaller >= share - HOLDS:
                return share, found.proven
            share = smaller
    finally:
        relaxation.weigh(cells, -_value(relaxation, name))
    return share, False


def _largest_share(relaxation: Relaxation, name: str, cells: list[tuple[int, int]], values: Array) -> float:
    """Largest of the group's hours over all hours, of any month with work."""
    shares = [0.0]
    for row, total in cells:
        terms = relaxation.row(row)
        group = sum(x * values[c] for c, x in terms.items() if c not in (total, relaxation.columns[name]))
        if values[total] > LEAST_TOTAL:
            shares.append(float(group / values[total]))
    return max(shares)
