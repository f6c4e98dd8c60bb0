"""Solving a changed problem, and how far its cost is from the answer's."""

import math
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Self

from ..build import build
from ..clock import Deadline
from ..highs import Effort, run
from ..matrix import matrix_of
from ..model import MONEY
from ..problem import Problem
from ..reduce import reduce
from ..result import Outcome, Plan, Status
from ..solve import solve
from ..verify import PlanRefused, verify

WIDE_GAP = 0.005  # comparisons need less proof than the answer
QUICK_GAP = 0.02  # where there is no time for more at first
BOUNDING_SHARE = 0.5  # of the longest time for one solve, at most, for a bound that may do without it
FEW_COLUMNS = 500  # of the answer's model: with no more, the close gap costs nothing
SAME = 1e-6  # relative to the cost, at least of one unit of money: differences below are rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A changed problem's proven answer: its cost lies between `bound` and `npv` (plan currency)."""

    status: Status
    problem: Problem
    npv: float | None = None
    bound: float = -math.inf
    plan: Plan | None = None

    @property
    def gap(self) -> float | None:
        """Proven relative gap; None without a plan."""
        if self.npv is None or not math.isfinite(self.bound):
            return None
        return max(0.0, self.npv - self.bound) / max(abs(self.npv), 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a change costs more (negative: less), and the least and most it can be by the two proofs."""

    npv: float
    low: float
    high: float

    @property
    def is_proven(self) -> bool:
        """Whether the two proofs exclude that there is no difference."""
        return self.low > 0 or self.high < 0


def difference(base: Finding, other: Finding) -> Difference | None:
    """The cost of `other` less that of `base`; None where one of them has no plan."""
    if base.npv is None or other.npv is None:
        return None
    trace = SAME * max(1.0, abs(base.npv))

    def clean(figure: float) -> float:
        return 0.0 if abs(figure) <= trace else figure

    return Difference(
        npv=clean(other.npv - base.npv),
        low=clean(other.bound - base.npv),
        high=clean(other.npv - base.bound),
    )


class Again:
    """Solves variations of one problem until a deadline; None for what is not reached in time.

    `gap` is asked for where the model is small or a difference depends on it, else `WIDE_GAP`; with `quick`
    only `QUICK_GAP`.
    """

    def __init__(
        self,
        problem: Problem,
        outcome: Outcome,
        *,
        gap: float,
        deadline: Deadline,
        most_seconds: float,
        threads: int = 1,
        told: Callable[[], None] | None = None,
    ) -> None:
        self.base = _finding(problem, outcome)
        self.deadline = deadline
        self.most_seconds = most_seconds
        self._gap, self._threads, self._told = gap, threads, told
        self._is_small = outcome.record.columns <= FEW_COLUMNS
        self._first_gap = gap if self._is_small else max(gap, WIDE_GAP)
        self.is_quick = False

    def within(self, fraction: float) -> Self:
        """The same with a part of the time left."""
        part = copy(self)
        part.deadline = self.deadline.within(fraction * self.deadline.left())
        return part

    def quick(self, most_seconds: float) -> Self:
        """The same with each solved once, to 2 %, in so many seconds at most."""
        quick = copy(self)
        quick.most_seconds = min(most_seconds, self.most_seconds)
        quick._first_gap, quick.is_quick = max(self._gap, QUICK_GAP), True
        return quick

    def solve(self, problem: Problem, *, close: bool = False) -> Finding | None:
        """Least cost of a problem, with `close` as close as the answer's; None when the time is over."""
        if self._told is not None:
            self._told()
        if self.deadline.passed():
            return None
        outcome = solve(
            problem,
            gap=self._gap if close and not self.is_quick else self._first_gap,
            time_limit_seconds=min(self.most_seconds, self.deadline.left()),
            threads=self._threads,
            cancelled=self.deadline.passed,
        )
        found = _finding(problem, outcome)
        return None if found.status is Status.UNKNOWN else found

    def at_most(self, found: Finding) -> Finding:
        """The same, where the answer's own plan holds for its problem too and costs less there."""
        if self.base.plan is None:
            return found
        try:
            npv = verify(found.problem, self.base.plan).npv
        except PlanRefused:  # it does not hold there: nothing is learnt
            return found
        if found.npv is not None and found.npv <= npv:
            return found
        return replace(found, status=Status.FEASIBLE, npv=npv, plan=self.base.plan)

    def relaxed(self, problem: Problem, *, close: bool = False) -> Finding | None:
        """The same for a problem in which the answer's plan holds at the same cost: never dearer.

        With `close` at once as close as the answer, where less was not enough.
        """

        def never_dearer(found: Finding) -> Finding:
            base = self.base
            if base.npv is None or (found.npv is not None and found.npv <= base.npv):
                return found
            return replace(found, status=Status.FEASIBLE, npv=base.npv, plan=base.plan)

        quick = None if close else self._bounded(problem)
        return quick if quick is not None else self._close_enough(problem, never_dearer, close)

    def _bounded(self, problem: Problem) -> Finding | None:
        """The answer's own plan, where without whole machines the problem is shown to cost no less."""
        base = self.base
        if self._is_small or self.is_quick or base.npv is None or self.deadline.passed():
            return None
        bound = least_cost(problem, self.deadline.within(BOUNDING_SHARE * self.most_seconds))
        if base.npv - bound > max(self._gap, base.gap or 0.0) * abs(base.npv):
            return None
        return Finding(status=base.status, problem=problem, npv=base.npv, bound=bound, plan=base.plan)

    def restricted(self, problem: Problem, *, close: bool = False) -> Finding | None:
        """The same for a problem whose every plan is one of the answer's problem: never cheaper."""
        return self._close_enough(problem, lambda f: replace(f, bound=max(f.bound, self.base.bound)), close)

    def _close_enough(
        self, problem: Problem, known: Callable[[Finding], Finding], close: bool
    ) -> Finding | None:
        """Solved again as close as the answer where a wider gap proves no difference, unless the time for one
        solve did not even suffice for that."""
        first = self.solve(problem, close=close)
        if first is None:
            return None
        found = known(first)
        gone = difference(self.base, found)
        cut_short = first.gap is not None and first.gap > self._first_gap
        is_enough = self.is_quick or close or self._first_gap <= self._gap or cut_short
        if is_enough or gone is None or gone.is_proven:
            return found
        closer = self.solve(problem, close=True)
        if closer is None:
            return found
        return known(replace(closer, bound=max(found.bound, closer.bound)))


def least_cost(problem: Problem, deadline: Deadline, mean_blocks: int | None = None) -> float:
    """What a problem costs at least, without whole machines; infinite where it cannot hold.

    With `mean_blocks` each month has so many loads at most, the means of its hours: less close, and sooner.
    """
    matrix = matrix_of(build(reduce(problem).problem, mean_blocks=mean_blocks).model.lp)
    answer = run(matrix, Effort(gap=0.0, seconds=deadline.left(), cancelled=deadline.passed), mip=False)
    if answer.infeasible:
        return math.inf
    return answer.bound / MONEY if answer.optimal else -math.inf


def _finding(problem: Problem, outcome: Outcome) -> Finding:
    return Finding(
        status=outcome.status,
        problem=problem,
        npv=outcome.objective_npv,
        bound=outcome.record.bound,
        plan=outcome.plan,
    )
