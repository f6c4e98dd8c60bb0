"""The order of attack: branch on sites, relax, round, prove; and let the solver branch on what is left."""

import math
import time
from dataclasses import dataclass, replace

from .bounding import part_bound
from .build import Built
from .cases import Case, site_cases
from .clock import Deadline
from .decompose import Decomposition, decompose
from .gang_cases import gang_cases
from .highs import Effort, SolverAnswer, run
from .likely import likely
from .matrix import Array, Matrix
from .parallel import each
from .result import Progress
from .rounding import down, nearest, rounded_plan, tightened, up
from .spread import spread_purchases

SMALL_COLUMNS = 4000  # up to here the solver is tried on the whole model first
SMALL_SECONDS = 10.0
ROOM = (0.01, 0.04)  # under shared ceilings, as a fraction, when rounding breaks them
SMALL_FLEET = 60  # machines running at once, on average: up to here whole numbers matter more than time
FLEET_COLUMNS = 20_000  # of a model that the solver takes whole
ROUND_SHARE = 0.15  # of the time left, at most, for a first plan of a small fleet
LIKELY_SHARE = 0.5  # of the time left, at most, for the likely offers, where one core does all
PART_SHARE = 0.8  # of the time left, at most, for rounding and proving part by part


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


def search(built: Built, matrix: Matrix, effort: Effort, start: Array | None = None) -> SolverAnswer:
    """Best plan and bound of a model within the effort; `start` is a plan already known."""
    state = Search(built, matrix, effort, time.perf_counter())
    state.offer(start)
    if matrix.columns <= SMALL_COLUMNS:
        quick = run(matrix, replace(effort, seconds=min(effort.seconds, SMALL_SECONDS)), start=start)
        if quick.infeasible or quick.optimal or effort.seconds <= SMALL_SECONDS:
            return quick
        state.offer(quick.values)
    cases = site_cases(built, matrix, replace(effort, seconds=max(1.0, state.left())))
    if not cases:
        return _whole(state, matrix, -math.inf, math.inf)
    choosing = Deadline.after(PART_SHARE * state.left(), effort.cancelled)
    decided = gang_cases(built, cases, effort.gap, choosing)
    cases = decided.cases
    if _few_machines(built, matrix, cases[0]):
        return _small_fleet(state, cases, decided.rest)
    bound = min(_by_parts(state, cases), decided.rest)
    if state.proven(bound) or state.left() < 1.0 or _cancelled(effort):
        return state.answer(bound)
    matrix, dropped = _without_hopeless(state, cases, decided.rest)
    return _whole(state, matrix, bound, dropped)


def _few_machines(built: Built, matrix: Matrix, case: Case) -> bool:
    """Whether so few machines run in the relaxation that rounding them says little.

    Gangs and losses to survive have searches of their own.
    """
    own = any(scene.variables.together or scene.variables.relief for scene in built.scenes)
    if own or case.relaxed.values is None or matrix.columns > FLEET_COLUMNS:
        return False
    columns = [x.index for scene in built.scenes for x in scene.variables.running.values()]
    return float(case.relaxed.values[columns].sum()) <= SMALL_FLEET * built.parts


def _small_fleet(state: Search, cases: list[Case], rest: float) -> SolverAnswer:
    """A rounded plan; then the likely offers for a better one, and the whole model for the proof."""
    deadline = Deadline.after(ROUND_SHARE * state.left(), state.effort.cancelled)
    _round(state, decompose(state.built, state.matrix), cases[0], deadline)
    bound = min(*(case.bound for case in cases), rest)
    state.tell(bound)
    if state.proven(bound) or _cancelled(state.effort):
        return state.answer(bound)
    few = likely(state.built, cases[0].matrix, cases[0].relaxed, state.values)
    if state.effort.threads == 1:
        found = run(
            few, replace(state.effort, seconds=LIKELY_SHARE * max(1.0, state.left())), start=state.values
        )
        state.offer(found.values)
        matrix, dropped = _without_hopeless(state, cases, rest)
        return _whole(state, matrix, bound, dropped)
    matrix, dropped = _without_hopeless(state, cases, rest)
    effort, start = replace(state.effort, seconds=max(1.0, state.left())), state.values

    def solve(which: int) -> SolverAnswer:
        told = state.effort.progress if which == 0 else None
        return run((matrix, few)[which], replace(effort, progress=told), start=start)

    whole, better = each(solve, range(2), state.effort.cancelled)
    state.nodes = whole.nodes
    if whole.infeasible and start is None and dropped == math.inf:
        return whole
    state.offer(better.values)
    state.offer(whole.values)
    return state.answer(max(bound, min(whole.bound, dropped)))


def _cancelled(effort: Effort) -> bool:
    return effort.cancelled is not None and effort.cancelled()


def _by_parts(state: Search, cases: list[Case]) -> float:
    """Round the relaxation of each promising case, then prove; the bound is the least over all cases."""
    cut = decompose(state.built, state.matrix)
    deadline = Deadline.after(PART_SHARE * state.left(), state.effort.cancelled)
    for case in cases:
        state.tell(cases[0].bound)
        if state.proven(case.bound) or deadline.is_cancelled():
            break
        if _spread(state, cut, case, deadline):
            state.tell(cases[0].bound)
        _round(state, cut, case, deadline)
    for case in cases:
        if state.proven(case.bound) or deadline.passed():
            continue
        gap = 0.3 * state.effort.gap
        case.bound = max(case.bound, part_bound(case.matrix, cut, case.relaxed, gap=gap, deadline=deadline))
        state.tell(min(other.bound for other in cases))
    return min(case.bound for case in cases)


def _spread(state: Search, cut: Decomposition, case: Case, deadline: Deadline) -> bool:
    """A plan from purchases rounded together, where losses must be survived; whether there was one."""
    bought = spread_purchases(state.built, case.matrix, cut, case.relaxed, deadline)
    if bought is None:
        return False
    gap = 0.3 * state.effort.gap
    found = rounded_plan(
        state.built, case.matrix, cut, case.relaxed, gap=gap, deadline=deadline, bought=bought
    )
    state.offer(found)
    return found is not None


def _round(state: Search, cut: Decomposition, case: Case, deadline: Deadline) -> None:
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


def _without_hopeless(state: Search, cases: list[Case], rest: float = math.inf) -> tuple[Matrix, float]:
    """The model to branch on, and the least bound of the cases it leaves out (infinite when none)."""
    hopeful = [case for case in cases if not state.proven(case.bound)]
    if len(hopeful) != 1 or not (rest == math.inf or state.proven(rest)):
        return state.matrix, math.inf
    return hopeful[0].matrix, min((c.bound for c in cases if c is not hopeful[0]), default=rest)


def _whole(state: Search, matrix: Matrix, bound: float, dropped: float) -> SolverAnswer:
    """Hand the model to the solver, with the best plan as its start; what was left out bounds the proof."""
    effort = replace(state.effort, seconds=max(1.0, state.left()))
    found = run(matrix, effort, start=state.values)
    state.nodes = found.nodes
    if found.infeasible and state.values is None:
        return found
    state.offer(found.values)
    return state.answer(max(bound, min(found.bound, dropped)))
