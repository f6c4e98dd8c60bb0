"""Large models with gangs: where and when gangs are held is decided on a coarse grid of time first.

The relaxation is that of `shortlist.py`, with fewer blocks and without losses to survive, so that choices on
gangs can be branched on there; its bound holds for the whole problem. The exact model then has only the
places and months of the best ways of holding them.
"""

import math
from dataclasses import dataclass, replace

from .build import Built, build
from .cases import Case, site_cases
from .clock import Deadline
from .gang_cases import gang_cases
from .highs import Effort
from .index import triples
from .matrix import Matrix, matrix_of
from .problem import Problem
from .reduce import reduce
from .risk.futures import as_in

BLOCKS = 2  # a month
TREE_SHARE = 0.4  # of the time, at most, for the choices
ONE_SHARE = 0.6  # of the time, at most, for a scenario that may be impossible by itself
MANY = 4_000  # triples of workload, source and slice; below, the exact model is branched on

Holding = tuple[str, int, str, float]
"""For a month or in blocks; workload, pool, and the month or the begin of its part."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The best ways of holding gangs, and a bound (thousands) of all; infinite where none is possible."""

    held: frozenset[Holding]
    bound: float

    def only(self, built: Built, matrix: Matrix) -> Matrix:
        """A model in which gangs are held in no other way."""
        high = matrix.high.copy()
        for key, column in _columns(built).items():
            if key not in self.held:
                high[column] = 0.0
        return replace(matrix, high=high)


def is_in_many_places(problem: Problem) -> bool:
    """Whether something has to be held together, and there are many ways to hold it."""
    held = any(load.gang is not None for load in problem.workloads)
    return held and triples(reduce(problem).problem) > MANY


def holdings(problem: Problem, effort: Effort) -> Holdings | None:
    """The best ways of holding all gangs on a coarse grid; None where it does not tell in time."""
    deadline = Deadline.after(effort.seconds, effort.cancelled)
    built = build(replace(problem, limits=replace(problem.limits, survival=None)), mean_blocks=BLOCKS)
    cases = site_cases(built, matrix_of(built.model.lp), effort)
    if not cases:
        return None
    decided = gang_cases(built, cases, effort.gap, deadline.within(TREE_SHARE * deadline.left()))
    held = frozenset(key for case in decided.cases for key in _held(built, case))
    bound = min([*(case.bound for case in decided.cases), decided.rest])
    return Holdings(held, bound) if held or bound == math.inf else None


def _columns(built: Built) -> dict[Holding, int]:
    v = built.variables
    months = {("month", *key): x.index for key, x in v.together.items()}
    return months | {("blocks", *key): x.index for key, x in v.in_blocks.items()}


def _held(built: Built, case: Case) -> list[Holding]:
    """What is held in a case in which all choices are made."""
    made = {key: case.matrix.low[column] for key, column in _columns(built).items()}
    open_ = {key for key, column in _columns(built).items() if case.matrix.high[column] > made[key]}
    return [] if open_ else [key for key, low in made.items() if low > 0.5]


def can_be_held(problem: Problem, deadline: Deadline) -> bool | None:
    """Whether the coarse grid leaves a way of holding all gangs; None where that is not seen in time."""
    built = build(replace(problem, limits=replace(problem.limits, survival=None)), mean_blocks=BLOCKS)
    effort = Effort(gap=1.0, seconds=deadline.left(), cancelled=deadline.cancelled)
    cases = site_cases(built, matrix_of(built.model.lp), effort)
    if not cases:
        return None if deadline.passed() else False
    decided = gang_cases(built, cases, effort.gap, deadline)
    if not decided.cases:
        return False
    return True if any(_held(built, case) for case in decided.cases) else None


def one_can_hold(problem: Problem, effort: Effort) -> bool:
    """False where the scenario with most to do, were it certain, leaves no way of holding gangs."""
    if problem.risk is None:
        return True
    most = max(problem.risk.scenarios, key=lambda scenario: sum(scenario.demand_factors.values()))
    enough = Deadline.after(ONE_SHARE * effort.seconds, effort.cancelled)
    return can_be_held(as_in(problem, most), enough) is not False
