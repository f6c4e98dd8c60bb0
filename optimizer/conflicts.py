"""Why no plan is possible: smallest sets of limits that clash, and how far each would have to give way."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .index import Index, build_index
from .limited import SHARES, family, growing, only, subject
from .problem import Problem, WorkDemand
from .relaxation import Relaxation, relaxed
from .shortfall import Amount, amount

MOST_GROUPS = 5
REFINING_SHARE = 0.4  # of the time left, at most, for making a set smaller with whole machines
FURTHER_SHARE = 0.5  # of the time in all, at most, for further sets
WORK, LOAD = "share of the work", "share of the load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One limit of a set (`group`) that cannot hold together; any of them giving way makes room for the rest.

    `limit` is demand, capex_total, cash_per_month, carbon_tonnes_total, power, racks, share:provider,
    share:country, share:spot or share:partner; `where` the workload, site, provider or country it is about;
    `month` (from 0) the worst month, where there is one. `needed` is the least value of the limit with which
    the others of the set can hold, `available` the value it has; for a demand, `needed` is all of it (1.0)
    and `available` the largest share of it that can be served. None: time ran out first. `exact` is false
    where machines were not counted as whole: then even more is needed, or even less can be served.
    """

    limit: str
    where: str
    needed: float | None
    available: float | None
    unit: str
    group: int = 1
    month: int | None = None
    exact: bool = True


def clashes(
    problem: Problem,
    *,
    time_limit_seconds: float = 60.0,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Clash, ...]:
    """Sets of limits of a problem proven infeasible; empty for one that turns out to hold.

    Each further set is found with the limits of the sets before it set aside (demands only where a set
    consists of nothing else), and without counting whole machines. When time runs out a set may not be the
    smallest; it is never empty.
    """
    unserved = no_machine(problem)
    if unserved:
        return unserved
    start = time.perf_counter()
    until = start + time_limit_seconds
    found: list[Clash] = []
    aside: set[str] = set()
    for group in range(1, MOST_GROUPS + 1):
        if cancelled is not None and cancelled():
            break
        enough = until if group == 1 else start + FURTHER_SHARE * time_limit_seconds
        names = _one_set(problem, aside, enough, first=group == 1)
        if not names:
            break
        found += _sized(problem, names, group, until)
        limits = {name for name in names if family(name) != "demand"}
        aside |= limits or names
    return tuple(found)


def no_machine(problem: Problem) -> tuple[Clash, ...]:
    """Workloads that nothing can serve, in some month or at all: seen without a solve."""
    index = build_index(problem)
    missing = [(w, month) for w in range(len(problem.workloads)) for month in _unserved(index, w)]
    return tuple(
        Clash(
            limit="demand",
            where=problem.workloads[w].name,
            needed=1.0,
            available=0.0,
            unit=WORK if isinstance(problem.workloads[w].demand, WorkDemand) else LOAD,
            group=position + 1,
            month=month,
        )
        for position, (w, month) in enumerate(missing)
    )


def _unserved(index: Index, w: int) -> Sequence[int | None]:
    """The first month in which nothing can serve a load; None for work that nothing can do at all."""
    demand = index.problem.workloads[w].demand
    served = {i for x, _, i in index.serves if x == w}
    if isinstance(demand, WorkDemand):
        return [None] if demand.total > 0 and not served else []
    loads = [i for (x, i), load in index.loads.items() if x == w and load > 0]
    return [index.slices[i].month for i in sorted(loads) if i not in served][:1]


def _one_set(problem: Problem, aside: set[str], until: float, *, first: bool) -> frozenset[str]:
    """A smallest set outside `aside` that cannot hold; empty when all can.

    Kinds of limits are added one after the other, until the model without whole numbers, which is exact and
    quick, cannot hold; only if it always can are machines counted as whole.
    """
    for names in growing(problem):
        built = relaxed(only(problem, names))
        relaxation = Relaxation(built, whole=False, until=until)
        refuted = relaxation.refuted(relaxation.columns.keys() - aside)
        if refuted is not None:
            return _with_whole_machines(problem, _fewest(relaxation, refuted), until)
    if not first:
        return frozenset()
    exact = Relaxation(built, whole=True, until=until)
    every = frozenset(exact.columns)
    if exact.refuted(every) is not None:
        return _fewest(exact, every)
    # the caller knows that all of them cannot hold together, even where time did not suffice to see it
    return every if exact.least(every) is None else frozenset()


def _with_whole_machines(problem: Problem, names: frozenset[str], until: float) -> frozenset[str]:
    """What can still be left out of the set once machines are whole, in part of the time left."""
    now = time.perf_counter()
    exact = Relaxation(relaxed(only(problem, names)), whole=True, until=now + REFINING_SHARE * (until - now))
    return _fewest(exact, names)


def _fewest(relaxation: Relaxation, names: frozenset[str]) -> frozenset[str]:
    """Deletion filter: leave out each limit in turn, for good if the rest still cannot hold."""
    kept = names
    for name in _ordered(relaxation.columns, names):
        if name in kept and len(kept) > 1:
            kept = relaxation.refuted(kept - {name}) or kept
    return kept


def _ordered(columns: Iterable[str], names: frozenset[str]) -> list[str]:
    """Shares first, since they are hardest to explain, demands last."""
    rank = {"demand": 2, **dict.fromkeys(SHARES, 0)}
    return sorted((name for name in columns if name in names), key=lambda name: rank.get(family(name), 1))


def _sized(problem: Problem, names: frozenset[str], group: int, until: float) -> list[Clash]:
    built = relaxed(only(problem, names))
    rough = Relaxation(built, whole=False, until=until)
    exact = Relaxation(built, whole=True, until=until)
    ordered = sorted(_ordered(rough.columns, names), key=lambda name: family(name) != "demand")
    found = []
    for position, name in enumerate(ordered):
        now = time.perf_counter()
        exact.until = now + (until - now) / (len(ordered) - position + 1)
        others = names - {name}
        best: Amount = (
            amount(exact, name, others) or amount(rough, name, others) or Amount.unknown(rough, name)
        )
        found.append(
            Clash(
                limit=family(name),
                where=subject(name),
                needed=best.needed,
                available=best.available,
                unit=best.unit,
                group=group,
                month=best.month,
                exact=best.exact,
            )
        )
    return found
