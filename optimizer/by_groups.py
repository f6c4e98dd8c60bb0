"""Groups of a small fleet: what each buys, what runs with it, and each for itself for the proof.

With more than one thread the hardest group comes first, and whoever has nothing left to do looks for a better
plan of it. What comes out does not depend on which thread is faster, unless time runs out.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from .alike import Roles, merge, roles
from .alone import alone, buy_alone
from .bought_first import buy, run_with
from .cases import Case
from .clock import Deadline
from .decompose import STRATEGIC, Decomposition
from .groups import FallenApart, put_together
from .highs import Effort, SolverAnswer
from .likely import likely
from .listening import Report
from .matrix import Array
from .parallel import each
from .rounding import rounded_plan, whole_plan
from .searching import Search

ROUND_SHARE = 0.35  # of the time left, at most, for a first plan
BUYING_SHARE = 0.4  # of the time left, at most, for what is bought
RUNNING_SHARE = 0.25  # of the time left then, at most, for what runs
MENDING_SHARE = 0.3  # of the time left then, at most, for limits that groups break together
MENDING_GAP = 0.3  # of the gap asked for: months in which groups break a limit together
STEPS_GAP = 0.5  # of a group's: what the purchases of a workload alone may leave open
PROVING_SHARE = 0.95  # of the time left, at most, for groups
SITES_SHARE = 0.6  # the same where other choices of sites may win
RUNNING_GAP = 0.3  # of the gap asked for: what runs, as it is what the proof begins with
LEAST_ROOM = 0.2  # of the gap asked for: what a group is solved to at the closest
GROUP_GAP = 0.7  # of the gap asked for: what groups may leave open, as prices of shared limits leave some

BESIDE = -1  # not a group: what is done beside the hardest

Solve = Callable[[int, Effort], SolverAnswer]


class GroupSearch:
    """The groups of one choice of sites: what is proven of each, and its best point yet."""

    def __init__(self, state: Search, cut: Decomposition, case: Case, apart: FallenApart) -> None:
        self.state, self.cut, self.case, self.apart = state, cut, case, apart
        self.bought = cut.part_of_column == STRATEGIC
        self.groups = apart.groups
        own = roles(state.built, state.matrix)
        self.merged = [
            replace(state.merged, matrix=g.matrix)
            if g.matrix is case.matrix
            else merge(g.matrix, Roles(own.works[g.columns], own.capacity[g.rows], own.linking[g.rows]))
            for g in apart.groups
        ]
        self.lone = [alone(state.built, cut, group) for group in self.groups]
        self.least = [-math.inf] * len(self.groups)
        self.points = self._of_all(state.values)
        self.threads = state.effort.threads
        hard = [n for n, lone in enumerate(self.lone) if lone is None]
        self.hardest = max(hard, key=lambda n: len(self.groups[n].columns), default=None)
        self.room = math.inf  # gap that a group may leave open
        self.is_over = False  # the hardest is solved

    def search(self, others: Sequence[float]) -> float:
        """The bound that groups prove, in a share of the time left. Plans go to the search.

        `others`: bounds of other choices of sites, which need time of their own where they may still win.
        """
        self._buy()
        won = all(self.state.proven(bound) for bound in others)
        if self._has_time() and not self.state.proven(self.bound()):
            self._prove(PROVING_SHARE if won else SITES_SHARE)
        return self.bound()

    def bound(self) -> float:
        """What the groups prove together."""
        return self.apart.constant + sum(self.least)

    def _tell(self, which: int, bound: float) -> None:
        """Tell the caller of a better bound of one group, once something is known of all."""
        better = self.bound() - self.least[which] + max(self.least[which], bound)
        if math.isfinite(better):
            self.state.tell(better)

    def _learn(self, which: int, bound: float) -> None:
        self._tell(which, bound)
        self.least[which] = max(self.least[which], bound)

    def _buy(self) -> None:
        """Purchases of each group, and what runs with them."""
        chosen = self._each_group(BUYING_SHARE, self._purchases)
        for which, answer in chosen.items():
            self._learn(which, answer.bound)
        point = self._joined([chosen[which].values for which in range(len(self.groups))])
        if point is not None and self._has_time():
            self._run_what_is_bought(point)

    def _purchases(self, which: int, effort: Effort) -> SolverAnswer:
        group, lone = self.groups[which], self.lone[which]
        if lone is not None:
            exact = buy_alone(self.state.built, group, lone, replace(effort, gap=STEPS_GAP * effort.gap))
            if exact.values is not None:
                return exact
        return buy(self.merged[which], self.bought[group.columns], effort)

    def _run_what_is_bought(self, point: Array) -> None:
        """What runs with the purchases of a point: group by group; where that is not enough, part by part of
        time, or all at once."""
        state, matrix = self.state, self.case.matrix

        def solve(which: int, effort: Effort) -> SolverAnswer:
            own, merged = self.groups[which].columns, self.merged[which]
            running = replace(effort, gap=RUNNING_GAP * state.effort.gap)
            return run_with(merged, merged.matrix, self.bought[own], point[own], running)

        solved = self._each_group(RUNNING_SHARE, solve)
        for which, answer in solved.items():
            self._keep(which, answer.values)
        if self._offer() and all(answer.optimal for answer in solved.values()):
            return
        rounding = Deadline.after(ROUND_SHARE * state.left(), state.effort.cancelled)
        near = replace(self.case.relaxed, values=point)
        known = rounded_plan(state.built, matrix, self.cut, near, bought=point, deadline=rounding)
        state.offer(known)
        for which, start in enumerate(self._of_all(known)):
            self._keep(which, start)
        if state.values is None and len(self.groups) > 1:
            effort = replace(state.effort, seconds=max(0.1, RUNNING_SHARE * state.left()), progress=None)
            state.offer(run_with(state.merged, matrix, self.bought, point, effort).values)

    def _prove(self, share: float) -> None:
        """Each group for itself, from its best point; beside the hardest, the offers likely in its plan."""
        if self.groups[0].matrix is self.case.matrix and self.threads == 1:
            return  # all of the model, which comes next
        self.room = self._room()
        beside = (BESIDE,) if self.threads > 1 and self.hardest is not None else ()
        solved = self._each_group(share, self._solve_whole, beside)
        better = solved.pop(BESIDE, None)
        for which, answer in solved.items():
            self._learn(which, answer.bound)
            self._keep(which, answer.values)
        if better is not None and self.hardest is not None and not solved[self.hardest].optimal:
            self._keep(self.hardest, better.values)
        self._offer(1.0)

    def _room(self) -> float:
        """The gap of each group that proves the plan, dearer than its groups where limits on all bind."""
        found = zip(self.groups, self.points, strict=True)
        groups = [group.cost(point) for group, point in found if point is not None]
        gap, cost = self.state.effort.gap, self.state.cost
        if len(groups) < len(self.groups) or not math.isfinite(cost):
            return gap
        spent = cost - self.apart.constant - sum(groups)
        return max(LEAST_ROOM * gap, (gap * abs(cost) - spent) / max(sum(map(abs, groups)), 1e-9))

    def _solve_whole(self, which: int, effort: Effort) -> SolverAnswer:
        if which == BESIDE:
            return self._beside(effort)
        group, start = self.merged[which], self.points[which]
        gap = min(effort.gap, self.room)
        proving = replace(effort, gap=gap, progress=self._heard(which), lean=start is not None)
        try:
            return self._settled(which, start, proving) or group.run(group.matrix, proving, start)
        finally:
            self.is_over = self.is_over or which == self.hardest

    def _beside(self, effort: Effort) -> SolverAnswer:
        """A better point of the hardest group, while that is not solved."""
        group, hardest = self.merged[self.hardest or 0], self.groups[self.hardest or 0]
        few = likely(self.state.built, self.case.matrix, self.case.relaxed, self.state.values)
        some = replace(group.matrix, high=np.minimum(group.matrix.high, few.high[hardest.columns]))
        looking = replace(effort, cancelled=lambda: self.is_over or self.state.effort.is_cancelled())
        return group.run(some, looking, self.points[self.hardest or 0])

    def _settled(self, which: int, point: Array | None, effort: Effort) -> SolverAnswer | None:
        """The answer that a point is, where no more is to be proven of it."""
        if point is None:
            return None
        cost, least = self.groups[which].cost(point), self.least[which]
        if cost - least > effort.gap * abs(cost):
            return None
        return SolverAnswer(True, False, least, cost, point, 0)

    def _heard(self, which: int) -> Report | None:
        if self.state.effort.progress is None:
            return None
        return lambda progress: self._tell(which, progress.bound)

    def _each_group(self, share: float, solve: Solve, also: Sequence[int] = ()) -> dict[int, SolverAnswer]:
        """Answers of all groups, and of what is to be done also, in a share of the time left; those that wait
        share the rest.

        One after the other, small ones come first; otherwise the hardest does.
        """
        waiting = len(self.groups)
        deadline = Deadline.after(share * self.state.left(), self.state.effort.cancelled)

        def one(which: int) -> SolverAnswer:
            nonlocal waiting
            seconds = deadline.left() / max(1, math.ceil(waiting / self.threads))
            waiting -= 1
            return solve(which, self._effort(seconds))

        sizes = {which: len(group.columns) for which, group in enumerate(self.groups)}
        if self.threads == 1:
            order = sorted(sizes, key=lambda which: sizes[which])
            return dict(zip(order, map(one, order), strict=True))
        order = [*sorted(sizes, key=lambda which: (which != self.hardest, sizes[which])), *also]
        return dict(zip(order, each(one, order, self.state.effort.cancelled), strict=True))

    def _effort(self, seconds: float) -> Effort:
        asked = self.state.effort
        return replace(asked, gap=GROUP_GAP * asked.gap, seconds=max(0.1, seconds), progress=None)

    def _has_time(self) -> bool:
        return not self.state.effort.is_cancelled()

    def _of_all(self, values: Array | None) -> list[Array | None]:
        return [None if values is None else values[group.columns] for group in self.groups]

    def _keep(self, which: int, point: Array | None) -> None:
        """A group's best point, at its prices."""
        known, group = self.points[which], self.groups[which]
        if point is not None and (known is None or group.cost(point) < group.cost(known)):
            self.points[which] = point

    def _joined(self, points: list[Array | None]) -> Array | None:
        found = [point for point in points if point is not None]
        return put_together(self.apart, found) if len(found) == len(points) else None

    def _offer(self, share: float = MENDING_SHARE) -> bool:
        """Keep the best points of all groups as a plan, if it can be made to keep the limits on all."""
        point, state = self._joined(self.points), self.state
        if point is None:
            return False
        mending = Deadline.after(share * state.left(), state.effort.cancelled)
        duals, gap = self.case.relaxed.row_duals, MENDING_GAP * state.effort.gap
        found = whole_plan(state.built, self.case.matrix, self.cut, point, duals, mending, gap)
        state.offer(found)
        return found is not None
