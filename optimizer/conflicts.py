"""Why no plan is possible: smallest sets of limits that clash, and how far each would have to give way."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from .checks import check
from .clash import Clash, sized
from .clock import Deadline
from .gang_limits import too_few
from .gang_shortlist import can_be_held, is_in_many_places
from .index import Index, build_index, triples
from .limited import SHARES, family, growing, only
from .problem import Problem, WorkDemand
from .reduce import reduce
from .relaxation import HOLDS, Relaxation, relaxed
from .risk.futures import as_in
from .risk.hopeless import hopeless_scenario
from .sizes import HUGE, written

MOST_GROUPS = 5
REFINING_SHARE = 0.4  # of the time left, at most, for making a set smaller with whole machines
FURTHER_SHARE = 0.5  # of the time in all, at most, for further sets
WORK, LOAD, TOGETHER = "share of the work", "share of the load", "accelerators held together"
GANGS = "gangs"  # in place of a set of limits: that it is gangs is all that is known


def clashes(
    problem: Problem,
    *,
    time_limit_seconds: float = 60.0,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Clash, ...]:
    """Sets of limits of a problem proven infeasible; empty for one that turns out to hold.

    Each further set is found with the limits of the sets before it set aside (demands only where a set
    consists of nothing else), and without counting whole machines. When time runs out a set may not be the
    smallest. Raises `InvalidProblem` for a problem that is none.
    """
    check(problem)
    unserved = no_machine(problem) or no_gang(problem)
    if unserved:
        return unserved
    start = time.perf_counter()
    deadline = Deadline(start + time_limit_seconds, cancelled)
    if problem.risk is not None:
        worst = hopeless_scenario(problem, problem.risk, deadline)
        if worst is not None:
            alone = as_in(problem, problem.risk.scenarios[worst])
            found_in = clashes(alone, time_limit_seconds=deadline.left(), cancelled=cancelled)
            return tuple(replace(clash, scenario=worst) for clash in found_in)
        if written(problem, triples(reduce(problem).problem)) > HUGE:
            return ()
    groups: list[frozenset[str]] = []
    aside: frozenset[str] = frozenset()
    while len(groups) < MOST_GROUPS and not deadline.is_cancelled():
        enough = Deadline(start + (FURTHER_SHARE if groups else 1.0) * time_limit_seconds, cancelled)
        names = _one_set(problem, aside, enough, first=not groups)
        if GANGS in names:
            return tuple(_gangs(problem))
        if not names:
            break
        groups.append(names)
        aside |= frozenset(name for name in names if family(name) != "demand") or names
    found: list[Clash] = []
    for group, names in enumerate(groups, start=1):
        if deadline.is_cancelled():
            return ()
        share = deadline.within(deadline.left() / (len(groups) - group + 1))
        others = frozenset[str]().union(*groups) - names
        found += sized(problem, names, others, group, share)
    return tuple(found)


def _gangs(problem: Problem) -> Iterator[Clash]:
    """All gangs: without holding them whole the limits can hold, and with them they cannot."""
    for load in problem.workloads:
        if load.gang is not None:
            yield Clash(
                limit="gang",
                where=load.name,
                needed=load.gang.accelerators,
                available=None,
                unit=TOGETHER,
                exact=False,
            )


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


def no_gang(problem: Problem) -> tuple[Clash, ...]:
    """Workloads whose gang no pool can hold: seen without a solve."""
    found = too_few(build_index(problem))
    return tuple(
        Clash(
            limit="gang",
            where=problem.workloads[few.workload].name,
            needed=few.wanted,
            available=few.held,
            unit=TOGETHER,
            group=position,
            month=few.month,
            place=few.pool,
        )
        for position, few in enumerate(found, start=1)
    )


def _unserved(index: Index, w: int) -> Sequence[int | None]:
    """The first month in which nothing can serve a load; None for work that nothing can do at all."""
    demand = index.problem.workloads[w].demand
    served = {i for x, _, i in index.serves if x == w}
    if isinstance(demand, WorkDemand):
        return [None] if demand.total > 0 and not served else []
    loads = [i for (x, i), load in index.loads.items() if x == w and load > 0]
    return [index.slices[i].month for i in sorted(loads) if i not in served][:1]


def _one_set(problem: Problem, aside: frozenset[str], deadline: Deadline, *, first: bool) -> frozenset[str]:
    """A smallest set outside `aside` that cannot hold; empty when all can.

    Kinds of limits are added one after the other, until the model without whole numbers, which is exact and
    quick, cannot hold; only if it always can are machines counted as whole.
    """
    for names in growing(problem):
        if deadline.is_cancelled() or (not first and deadline.passed()):
            return frozenset()
        relaxation = Relaxation(relaxed(only(problem, names)), whole=False, deadline=deadline)
        every = frozenset(relaxation.columns.keys() - aside)
        if relaxation.cannot_hold(every):
            found = relaxation.least(every)
            suspects = found.support if found is not None and found.least > HOLDS else every
            fewest = _fewest(problem, suspects, whole=False, deadline=deadline)
            refining = deadline.within(REFINING_SHARE * deadline.left())
            return _fewest(problem, fewest, whole=True, deadline=refining)
    return _of_whole_machines(problem, frozenset(names), every, deadline) if first else frozenset()


def _of_whole_machines(
    problem: Problem, kinds: frozenset[str], every: frozenset[str], deadline: Deadline
) -> frozenset[str]:
    """A smallest set where only whole machines, or gangs, keep all limits from holding; none without time,
    or only that it is gangs.

    Where time did not suffice to see that they cannot hold, the caller still knows it.
    """
    many = is_in_many_places(problem)
    names = kinds if many else every
    cannot = _cannot_hold(problem, names, whole=True, deadline=deadline)
    if cannot is False or (many and not cannot):
        return frozenset()
    found = _fewest(problem, names, whole=True, deadline=deadline)
    if not deadline.passed():
        return found
    return frozenset({GANGS}) if many else frozenset()


def _cannot_hold(problem: Problem, names: frozenset[str], *, whole: bool, deadline: Deadline) -> bool | None:
    """Whether it is proven that these limits cannot hold together; None when time ran out.

    Gangs in many places are looked at on a coarse grid, which counts no other machines as whole.
    """
    part = only(problem, names)
    if whole and is_in_many_places(part):
        held = can_be_held(part, deadline)
        return None if held is None else not held
    return Relaxation(relaxed(part), whole=whole, deadline=deadline).cannot_hold(names)


def _fewest(problem: Problem, names: frozenset[str], *, whole: bool, deadline: Deadline) -> frozenset[str]:
    """Deletion filter: leave out each limit in turn, for good if the rest still cannot hold.

    Each trial is a model of its own, without what is left out: smaller, and so faster, than one with slacks.
    """
    kept = names
    for name in _ordered(names):
        trial = kept - {name}
        if not trial or deadline.passed():
            break
        if _cannot_hold(problem, trial, whole=whole, deadline=deadline):
            kept = trial
    return kept


def _ordered(names: Iterable[str]) -> list[str]:
    """Shares first, since they are hardest to explain and make the largest models, demands last."""
    rank = {"demand": 2, **dict.fromkeys(SHARES, 0)}
    return sorted(names, key=lambda name: (rank.get(family(name), 1), name))
