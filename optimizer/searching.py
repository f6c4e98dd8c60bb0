"""What a search knows so far, and the steps that several searches take."""

import math
import time
from dataclasses import dataclass, replace

from .alike import Merged, merge, roles
from .build import Built
from .cases import Case
from .clock import Deadline
from .decompose import Decomposition
from .highs import Effort, SolverAnswer, run
from .matrix import Array, Matrix
from .result import Progress
from .rounding import down, nearest, rounded_plan, tightened, up

ROOM = (0.01, 0.04)  # under shared ceilings, as a fraction, when rounding breaks them


@dataclass(slots=True)
class Search:
    """What is known so far: the best plan and its cost."""

    built: Built
    matrix: Matrix
    effort: Effort
    started: float
    values: Array | None = None
    cost: float = math.inf
    nodes: int = 0
    _merged: Merged | None = None

    @property
    def merged(self) -> Merged:
        """The model with machines that do the same work made one."""
        if self._merged is None:
            self._merged = merge(self.matrix, roles(self.built, self.matrix))
        return self._merged

    def left(self) -> float:
        """Seconds left of the time limit."""
        return self.effort.seconds - (time.perf_counter() - self.started)

    def offer(self, values: Array | None) -> None:
        """Keep a plan if it is the best yet."""
        if values is not None:
            cost = float(self.matrix.cost @ values) + self.matrix.offset
            if cost < self.cost:
                self.values, self.cost = values, cost

    def proven(self, bound: float) -> bool:
        """Whether the best plan is within the gap asked for of a bound."""
        if self.values is None:
            return False
        return self.cost - bound <= self.effort.gap * max(abs(self.cost), 1e-9) + 1e-9

    def tell(self, bound: float) -> None:
        """Report progress."""
        if self.effort.progress is not None:
            gap = (self.cost - bound) / self.cost if math.isfinite(self.cost) and self.cost else math.inf
            seconds = time.perf_counter() - self.started
            self.effort.progress(Progress(seconds, self.cost, bound, gap))

    def answer(self, bound: float, infeasible: bool = False) -> SolverAnswer:
        """The best plan with the best bound."""
        bound = min(bound, self.cost)
        found = self.values is not None
        return SolverAnswer(
            found and self.proven(bound), infeasible, bound, self.cost, self.values, self.nodes
        )


def round_case(state: Search, cut: Decomposition, case: Case, deadline: Deadline) -> None:
    """A plan from a case's relaxation: rounded to nearest, down, or with some room under shared ceilings."""
    gap = 0.3 * state.effort.gap
    gangs = any(scene.variables.together for scene in state.built.scenes)
    for rounder in (nearest, up, down) if gangs else (nearest, down):
        found = rounded_plan(
            state.built, case.matrix, cut, case.relaxed, rounder=rounder, gap=gap, deadline=deadline
        )
        if found is not None:
            state.offer(found)
            return
    for room in ROOM:
        if case.relaxed.values is None or deadline.passed():
            return
        roomy = tightened(case.matrix, cut, case.relaxed.values, room)
        relaxed = run(roomy, replace(state.effort, seconds=max(1.0, state.left())), mip=False)
        found = rounded_plan(state.built, case.matrix, cut, relaxed, rounder=down, gap=gap, deadline=deadline)
        if found is not None:
            state.offer(found)
            return


def without_hopeless(state: Search, cases: list[Case], rest: float = math.inf) -> tuple[Matrix, float]:
    """The model to branch on, and the least bound of the cases it leaves out (infinite when none)."""
    hopeful = [case for case in cases if not state.proven(case.bound)]
    if len(hopeful) != 1 or not (rest == math.inf or state.proven(rest)):
        return state.matrix, math.inf
    return hopeful[0].matrix, min((c.bound for c in cases if c is not hopeful[0]), default=rest)


def whole(state: Search, matrix: Matrix, bound: float, dropped: float) -> SolverAnswer:
    """Hand the model to the solver, with the best plan as its start; what was left out bounds the proof.

    The plan may be one of what was left out: the solver is then told what bound is enough.
    """
    effort = replace(state.effort, seconds=max(1.0, state.left()), lean=state.values is not None)
    if state.values is not None:
        effort = replace(effort, enough=state.cost - effort.gap * abs(state.cost))
    found = state.merged.run(matrix, effort, state.values)
    state.nodes = found.nodes
    if found.infeasible and state.values is None:
        return found
    state.offer(found.values)
    return state.answer(max(bound, min(found.bound, dropped)))
