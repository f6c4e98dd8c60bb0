"""A set of limits that clash with numbers: how far each of them would have to give way."""

from dataclasses import dataclass

from .built import Built
from .clock import Deadline
from .index import triples
from .limited import family, only, subject
from .problem import Problem
from .reduce import reduce
from .relaxation import Relaxation, relaxed
from .shortfall import Amount, amount
from .shortlist import LARGE
from .sizes import written

ALONE_SHARE = 0.4  # of the time left, at most, for the set alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One limit of a set (`group`) that cannot hold together; any of them giving way makes room for the rest.

    `limit` is demand, gang, capex_total, cash_per_month, carbon_tonnes_total, power, racks, share:provider,
    share:country, share:spot, share:partner or survive; `where` the workload, site, provider, country or lost
    place it is about;
    `month` (from 0) the worst month, where there is one. `needed` is the least value of the limit with which
    all others can hold, those of other sets set aside, `available` the value it has; for a demand, `needed`
    is all of it (1.0) and `available` the largest share of it that can be served. So also for the loss of a
    place, of the loads that are left to serve; `loads` are those (units per hour) of the worst hour. None:
    time ran out first; of a gang that with all other limits, which could hold without it, none can be held.
    `exact` is false where time did not suffice: then at least `needed`, and at most `available` of a demand,
    is proven.
    `scenario` is the one of `problem.risk`, were it certain, in which they clash; None: in all together.
    """

    limit: str
    where: str
    needed: float | None
    available: float | None
    unit: str
    group: int = 1
    month: int | None = None
    exact: bool = True
    place: str = ""  # of a gang: the pool that can hold most of it
    loads: tuple[tuple[str, float], ...] = ()
    scenario: int | None = None


def sized(
    problem: Problem, names: frozenset[str], aside: frozenset[str], group: int, deadline: Deadline
) -> list[Clash]:
    """The set with numbers: what makes room for the whole plan, the limits `aside` of other sets set aside.

    Where that is too much to work out, or nothing does, what makes room for the set alone: no more than that.
    """
    ordered = sorted(names, key=lambda name: (family(name) != "demand", name))
    built = relaxed(only(problem, names))
    found = _amounts(built, ordered, names, deadline.within(ALONE_SHARE * deadline.left()))
    if written(problem, triples(reduce(problem).problem)) <= LARGE:
        whole = relaxed(problem)
        found |= _amounts(whole, ordered, frozenset(whole.model.slacks) - aside, deadline)
    rough = Relaxation(built, whole=False, deadline=deadline)
    return [_clash(name, found.get(name) or Amount.unknown(rough, name), group) for name in ordered]


def _amounts(
    built: Built, ordered: list[str], every: frozenset[str], deadline: Deadline
) -> dict[str, Amount]:
    """How far each of some limits must give way while `every` other one holds: quick figures first, then in
    the time left those of whole machines. Without those that time or the others leave none."""
    rough = Relaxation(built, whole=False, deadline=deadline)
    held = every & rough.columns.keys()
    quick = {name: amount(rough, name, held - {name}) for name in ordered}
    exact = Relaxation(built, whole=True, deadline=deadline)
    found: dict[str, Amount] = {}
    for position, name in enumerate(ordered):
        exact.deadline = deadline.within(deadline.left() / (len(ordered) - position))
        best = amount(exact, name, held - {name}) or quick[name]
        if best is not None:
            found[name] = best
    return found


def _clash(name: str, amount: Amount, group: int) -> Clash:
    return Clash(
        limit=family(name),
        where=subject(name),
        needed=amount.needed,
        available=amount.available,
        unit=amount.unit,
        group=group,
        month=amount.month,
        exact=amount.exact,
        loads=amount.loads,
    )
