"""Groups of a small fleet: what each buys, what runs with it, and each for itself for the proof.

With more than one thread the hardest group goes to the solver whole at once, on a thread of its own. What
comes out does not depend on which thread is faster, unless time runs out.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

import numpy as np

from .alone import alone, buy_alone
from .beside import Beside
from .bought_first import buy, run_with
from .cases import Case
from .clock import Deadline
from .decompose import STRATEGIC, Decomposition
from .groups import FallenApart, put_together
from .highs import Effort, SolverAnswer, run
from .likely import likely
from .listening import Report
from .matrix import Array, some_rows
from .parallel import each
from .rounding import rounded_plan, whole_plan
from .searching import Search

ROUND_SHARE = 0.35  # of the time left, at most, for a first plan
BUYING_SHARE = 0.4  # of the time left, at most, for what is bought
MOST_WITH_CUTS = 5000  # columns of a group: purchases of larger ones without cuts that no relaxation broke
RUNNING_SHARE = 0.5  # of the time left then, at most, for what runs
MENDING_SHARE = 0.3  # of the time left then, at most, for limits that groups break together
STEPS_GAP = 0.5  # of a group's: what the purchases of a workload alone may leave open
PROVING_SHARE = 0.95  # of the time left, at most, for groups
SITES_SHARE = 0.6  # the same where other choices of sites may win
GROUP_GAP = 0.7  # of the gap asked for: what groups may leave open, as prices of shared limits leave some

Solve = Callable[[int, Effort], SolverAnswer]


class GroupSearch:
    """The groups of one choice of sites: what is proven of each, and its best point yet."""

    def __init__(self, state: Search, cut: Decomposition, case: Case, apart: FallenApart) -> None:
        self.state, self.cut, self.case, self.apart = state, cut, case, apart
        self.bought = cut.part_of_column == STRATEGIC
        self.groups = apart.groups
        self.lone = [alone(state.built, cut, group) for group in self.groups]
        self.least = [-math.inf] * len(self.groups)
        self.points = self._of_all(state.values)
        self.threads = state.effort.threads
        self.beside: Beside | None = None
        hard = [n for n, lone in enumerate(self.lone) if lone is None]
        self.hardest = max(hard, key=lambda n: len(self.groups[n].columns), default=None)

    def search(self, others: Sequence[float]) -> float:
        """The bound that groups prove, in a share of the time left. Plans go to the search.

        `others`: bounds of other choices of sites, which need time of their own where they may still win.
        """
        with self._beside() or nullcontext() as self.beside:
            self._buy()
            won = all(self.state.proven(bound) for bound in others)
            share = (PROVING_SHARE if won else SITES_SHARE) * self.state.left()
            if self._has_time() and not self.state.proven(self.bound()):
                self._prove(Deadline.after(share, self.state.effort.cancelled))
        return self.bound()

    def bound(self) -> float:
        """What the groups prove together."""
        return self.apart.constant + sum(self.least)

    def _beside(self) -> Beside | None:
        hardest = self.hardest
        if self.threads == 1 or hardest is None:
            return None
        self.threads -= 1
        effort = self._effort(PROVING_SHARE * self.state.left())
        return Beside(self.groups[hardest].matrix, effort, lambda bound: self._tell(hardest, bound))

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
        for which, answer in enumerate(chosen):
            self._learn(which, answer.bound)
        points = [answer.values for answer in chosen]
        point = self._joined(points)
        if point is not None and self._has_time():
            self._run_what_is_bought(point)

    def _purchases(self, which: int, effort: Effort) -> SolverAnswer:
        group, lone = self.groups[which], self.lone[which]
        if lone is not None:
            exact = buy_alone(self.state.built, group, lone, replace(effort, gap=STEPS_GAP * effort.gap))
            if exact.values is not None:
                return exact
        matrix = group.matrix
        if len(group.columns) > MOST_WITH_CUTS:
            matrix = some_rows(matrix, np.flatnonzero(self.case.needed[group.rows]))
        return buy(matrix, self.bought[group.columns], effort)

    def _run_what_is_bought(self, point: Array) -> None:
        """What runs with the purchases of a point: part by part of time, then group by group; and all at once
        where limits on all bind."""
        state, matrix = self.state, self.case.matrix
        rounding = Deadline.after(ROUND_SHARE * state.left(), state.effort.cancelled)
        near = replace(self.case.relaxed, values=point)
        known = rounded_plan(state.built, matrix, self.cut, near, bought=point, deadline=rounding)
        state.offer(known)
        starts = self._of_all(known)

        def solve(which: int, effort: Effort) -> SolverAnswer:
            own = self.groups[which].columns
            settled = self._settled(which, starts[which], effort)
            return settled or run_with(
                self.groups[which].matrix, self.bought[own], point[own], effort, starts[which]
            )

        running = self._each_group(RUNNING_SHARE, solve)
        for which, (answer, start) in enumerate(zip(running, starts, strict=True)):
            self._keep(which, answer.values)
            self._keep(which, start)
        if not self._offer() and len(self.groups) > 1:
            effort = replace(state.effort, seconds=max(0.1, RUNNING_SHARE * state.left()), progress=None)
            state.offer(run_with(matrix, self.bought, point, effort).values)

    def _prove(self, until: Deadline) -> None:
        """Each group for itself, from its best point; then the likely offers, while the hardest is solved."""
        if len(self.groups) > 1 or self.beside is not None:
            share = until.left() / max(self.state.left(), 1e-9)
            solved = self._each_group(share, lambda which, effort: self._solve_whole(which, effort, until))
            for which, answer in enumerate(solved):
                self._learn(which, answer.bound)
                self._keep(which, answer.values)
            self._offer(1.0)

    def _solve_whole(self, which: int, effort: Effort, until: Deadline) -> SolverAnswer:
        group, start = self.groups[which], self.points[which]
        settled = self._settled(which, start, effort)
        if settled is not None:
            return settled
        if which != self.hardest or self.beside is None:
            proving = replace(effort, progress=self._heard(which), lean=start is not None)
            return run(group.matrix, proving, start=start)
        few = likely(self.state.built, self.case.matrix, self.case.relaxed, self.state.values)
        some = replace(group.matrix, high=np.minimum(group.matrix.high, few.high[group.columns]))
        better = run(some, replace(effort, cancelled=self._is_over), start=start).values
        answer = self.beside.answer(until)
        if not answer.optimal:
            self._keep(which, better)
        return answer

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

    def _is_over(self) -> bool:
        """Whether nothing is to be found any more while the hardest is solved."""
        return self.state.effort.is_cancelled() or (self.beside is not None and self.beside.is_done())

    def _each_group(self, share: float, solve: Solve) -> list[SolverAnswer]:
        """Answers of all groups in a share of the time left; those that wait share the rest.

        Small ones come first, and what is solved beside is the last.
        """
        waiting = len(self.groups)
        deadline = Deadline.after(share * self.state.left(), self.state.effort.cancelled)

        def one(which: int) -> SolverAnswer:
            nonlocal waiting
            seconds = deadline.left() / math.ceil(waiting / self.threads)
            waiting -= 1
            return solve(which, self._effort(seconds))

        last = self.hardest if self.beside is not None else None
        order = sorted(
            range(len(self.groups)), key=lambda which: (which == last, len(self.groups[which].columns))
        )
        answers = map(one, order) if self.threads == 1 else each(one, order, self.state.effort.cancelled)
        found = dict(zip(order, answers, strict=True))
        return [found[which] for which in range(len(self.groups))]

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
        found = whole_plan(
            state.built, self.case.matrix, self.cut, point, self.case.relaxed.row_duals, mending
        )
        state.offer(found)
        return found is not None
