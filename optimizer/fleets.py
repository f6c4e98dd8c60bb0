"""Small fleets: so few machines run that whole numbers matter more than time."""

import math
from dataclasses import replace

from .built import Built
from .by_groups import GroupSearch
from .cases import Case
from .clock import Deadline
from .decompose import decompose
from .groups import fall_apart, undivided
from .highs import SolverAnswer
from .likely import likely
from .matrix import Matrix
from .parallel import each
from .searching import Search, round_case, whole, without_hopeless

SMALL_FLEET = 60  # machines running at once, on average: up to here whole numbers matter more than time
FLEET_COLUMNS = 20_000  # of a model that the solver takes whole
ROUND_SHARE = 0.15  # of the time left, at most, for a first plan
LIKELY_SHARE = 0.5  # of the time left, at most, for the likely offers, where one core does all


def few_machines(built: Built, matrix: Matrix, case: Case) -> bool:
    """Whether so few machines run in the relaxation that rounding them says little.

    Gangs and losses to survive have searches of their own.
    """
    own = any(scene.variables.together or scene.variables.relief for scene in built.scenes)
    if own or case.relaxed.values is None or matrix.columns > FLEET_COLUMNS:
        return False
    columns = [x.index for scene in built.scenes for x in scene.variables.running.values()]
    return float(case.relaxed.values[columns].sum()) <= SMALL_FLEET * built.parts


def small_fleet(state: Search, cases: list[Case], rest: float) -> SolverAnswer:
    """Groups of workloads one by one; then all of it, while time is left."""
    cut, best = decompose(state.built, state.matrix), cases[0]
    state.tell(min(best.bound, rest))
    apart = fall_apart(state.built, best.matrix, best.relaxed) or undivided(best.matrix)

    others = (*(case.bound for case in cases[1:]), rest)
    best.bound = max(best.bound, GroupSearch(state, cut, best, apart).search(others))
    if state.values is None:
        round_case(state, cut, best, Deadline.after(ROUND_SHARE * state.left(), state.effort.cancelled))
    bound = min(*(case.bound for case in cases), rest)
    state.tell(bound)
    if state.proven(bound) or state.left() < 1.0 or state.effort.is_cancelled():
        return state.answer(bound)
    return _likely_and_whole(state, cases, rest, bound)


def _likely_and_whole(state: Search, cases: list[Case], rest: float, bound: float) -> SolverAnswer:
    """The likely offers for a better plan, and the whole model for the proof."""
    few = likely(state.built, cases[0].matrix, cases[0].relaxed, state.values)
    matrix, dropped = without_hopeless(state, cases, rest)
    if state.effort.threads == 1:
        seconds = LIKELY_SHARE * max(1.0, state.left())
        state.offer(state.merged.run(few, replace(state.effort, seconds=seconds), state.values).values)
        return whole(state, matrix, bound, dropped)
    effort, start = replace(state.effort, seconds=max(1.0, state.left())), state.values

    def solve(which: int) -> SolverAnswer:
        told = state.effort.progress if which == 0 else None
        return state.merged.run((matrix, few)[which], replace(effort, progress=told), start)

    every, better = each(solve, range(2), state.effort.cancelled)
    state.nodes = every.nodes
    if every.infeasible and start is None and dropped == math.inf:
        return every
    state.offer(better.values)
    state.offer(every.values)
    return state.answer(max(bound, min(every.bound, dropped)))
