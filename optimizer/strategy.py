"""The order of attack: branch on sites, relax, round, prove; and let the solver branch on what is left."""

import math
import time
from dataclasses import replace

from .alone import is_alone
from .bounding import part_bound
from .build import Built
from .cases import Case, site_cases
from .clock import Deadline
from .decompose import Decomposition, decompose
from .fleets import few_machines, small_fleet
from .gang_cases import gang_cases
from .highs import Effort, SolverAnswer
from .matrix import Array, Matrix
from .rounding import rounded_plan
from .searching import Search, round_case, whole, without_hopeless
from .spread import spread_purchases

SMALL_COLUMNS = 4000  # up to here the solver is tried on the whole model first
SMALL_SECONDS = 10.0
ALONE_SECONDS = 1.0  # where there is a better way than the whole model
WHOLE_COLUMNS = 30_000  # of machines that do the same work, made one: what the solver proves from a plan
FEW_WHOLE = 10  # whole columns that the solver decides faster than its heuristics find a plan
PART_SHARE = 0.8  # of the time left, at most, for rounding and proving part by part


def search(built: Built, matrix: Matrix, effort: Effort, start: Array | None = None) -> SolverAnswer:
    """Best plan and bound of a model within the effort; `start` is a plan already known."""
    state = Search(built, matrix, effort, time.perf_counter())
    state.offer(start)
    if matrix.columns <= SMALL_COLUMNS:
        seconds = ALONE_SECONDS if is_alone(built, matrix) else SMALL_SECONDS
        quick = _at_once(state, replace(effort, seconds=min(effort.seconds, seconds)))
        if quick.infeasible or quick.optimal or effort.seconds <= seconds:
            return quick
        state.offer(quick.values)
    cases = site_cases(built, matrix, replace(effort, seconds=max(1.0, state.left())))
    if not cases:
        return whole(state, matrix, -math.inf, math.inf)
    choosing = Deadline.after(PART_SHARE * state.left(), effort.cancelled)
    decided = gang_cases(built, cases, effort.gap, choosing)
    cases = decided.cases
    if not cases:
        return replace(state.answer(decided.rest), infeasible=state.values is None)
    if few_machines(built, matrix, cases[0]):
        return small_fleet(state, cases, decided.rest)
    bound = min(_by_parts(state, cases), decided.rest)
    if state.proven(bound) or state.left() < 1.0 or effort.is_cancelled():
        return state.answer(bound)
    matrix, dropped = without_hopeless(state, cases, decided.rest)
    return whole(state, matrix, bound, dropped)


def _is_plain(built: Built) -> bool:
    """Whether the solver proves it better than parts of time do: without scenarios, gangs and losses."""
    return not built.uncertain and not built.variables.together and not built.variables.relief


def _at_once(state: Search, effort: Effort) -> SolverAnswer:
    """What the solver makes of the whole model in a short time."""
    matrix = state.matrix
    return state.merged.run(matrix, replace(effort, tiny=int(matrix.whole.sum()) <= FEW_WHOLE), state.values)


def _by_parts(state: Search, cases: list[Case]) -> float:
    """Round the relaxation of each promising case, then prove, unless the solver does that better; the bound
    is the least over all cases."""
    cut = decompose(state.built, state.matrix)
    deadline = Deadline.after(PART_SHARE * state.left(), state.effort.cancelled)
    for case in cases:
        state.tell(cases[0].bound)
        if state.proven(case.bound) or deadline.is_cancelled():
            break
        if _spread(state, cut, case, deadline):
            state.tell(cases[0].bound)
        round_case(state, cut, case, deadline)
    if state.values is not None and _is_plain(state.built) and state.merged.smaller.columns <= WHOLE_COLUMNS:
        return min(case.bound for case in cases)
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
