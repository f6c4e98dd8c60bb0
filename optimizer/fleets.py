"""Small fleets: so few machines run that whole numbers matter more than time."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .alone import alone, buy_alone
from .bought_first import buy, run_with
from .built import Built
from .cases import Case
from .clock import Deadline
from .decompose import STRATEGIC, Decomposition, decompose
from .groups import FallenApart, Group, fall_apart, put_together, undivided
from .highs import Effort, SolverAnswer, run
from .likely import likely
from .listening import Report
from .matrix import Array, Matrix, some_rows
from .parallel import each
from .result import Progress
from .rounding import rounded_plan, whole_plan
from .searching import Search, round_case, whole, without_hopeless

SMALL_FLEET = 60  # machines running at once, on average: up to here whole numbers matter more than time
FLEET_COLUMNS = 20_000  # of a model that the solver takes whole
ROUND_SHARE = 0.15  # of the time left, at most, for a first plan
LIKELY_SHARE = 0.5  # of the time left, at most, for the likely offers, where one core does all
BUYING_SHARE = 0.4  # of the time left, at most, for what is bought
RUNNING_SHARE = 0.5  # of the time left then, at most, for what runs
PROVING_SHARE = 0.9  # of the time left then, at most, for groups
SITES_SHARE = 0.6  # the same where other choices of sites may win
MENDING_SHARE = 0.3  # of the time left then, at most, for limits that groups break together
STEPS_GAP = 0.5  # of a group's: what the purchases of a workload alone may leave open
GROUP_GAP = 0.7  # of the gap asked for: what groups may leave open, as prices of shared limits leave some


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

    def others() -> bool:
        return not all(state.proven(bound) for bound in (*(case.bound for case in cases[1:]), rest))

    best.bound = max(best.bound, _by_groups(state, cut, best, apart, others))
    if state.values is None:
        round_case(state, cut, best, Deadline.after(ROUND_SHARE * state.left(), state.effort.cancelled))
    bound = min(*(case.bound for case in cases), rest)
    state.tell(bound)
    if state.proven(bound) or state.left() < 1.0 or state.effort.is_cancelled():
        return state.answer(bound)
    return _likely_and_whole(state, cases, rest, bound)


def _by_groups(
    state: Search, cut: Decomposition, case: Case, apart: FallenApart, others: Callable[[], bool]
) -> float:
    """What each group buys, then what runs with it; then each group for itself. The bound they prove.

    `others` tells whether other choices of sites may still win.
    """
    bought = cut.part_of_column == STRATEGIC

    def purchases(group: Group, effort: Effort) -> SolverAnswer:
        lone = alone(state.built, cut, group)
        if lone is not None:
            exact = buy_alone(state.built, group, lone, replace(effort, gap=STEPS_GAP * effort.gap))
            if exact.values is not None:
                return exact
        needed = some_rows(group.matrix, np.flatnonzero(case.needed[group.rows]))
        return buy(needed, bought[group.columns], effort)

    chosen = _each_group(state, apart, BUYING_SHARE, purchases)
    least = [answer.bound for answer in chosen]
    bound = apart.constant + sum(least)
    point = _joined(apart, [answer.values for answer in chosen])
    known = [_of(group, state.values) for group in apart.groups]
    if point is not None and not state.effort.is_cancelled():
        known = _run_what_is_bought(state, cut, case, apart, point)
    state.tell(bound)
    if len(apart.groups) == 1 or state.proven(bound) or state.effort.is_cancelled():
        return bound
    starts = dict(zip(apart.groups, zip(known, least, strict=True), strict=True))

    def prove(group: Group, effort: Effort) -> SolverAnswer:
        start, proven = starts[group]
        cost = math.inf if start is None else group.cost(start)
        if cost - proven <= effort.gap * abs(cost):
            return SolverAnswer(True, False, proven, cost, start, 0)
        return run(group.matrix, effort, start=start)

    proofs = _each_group(state, apart, SITES_SHARE if others() else PROVING_SHARE, prove, least)
    _offer_joined(state, cut, case, apart, [answer.values for answer in proofs], share=1.0)
    best = (max(early, late.bound) for early, late in zip(least, proofs, strict=True))
    return apart.constant + sum(best)


def _run_what_is_bought(
    state: Search, cut: Decomposition, case: Case, apart: FallenApart, point: Array
) -> list[Array | None]:
    """What runs with the purchases of a point: part by part of time, then group by group; and all at once
    where limits on all bind. The best known of each group."""
    bought = cut.part_of_column == STRATEGIC
    rounding = Deadline.after(ROUND_SHARE * state.left(), state.effort.cancelled)
    near = replace(case.relaxed, values=point)
    known = rounded_plan(state.built, case.matrix, cut, near, bought=point, deadline=rounding)
    state.offer(known)

    def solve(group: Group, effort: Effort) -> SolverAnswer:
        start, own = _of(group, known), group.columns
        return run_with(group.matrix, bought[own], point[own], effort, start)

    running = _each_group(state, apart, RUNNING_SHARE, solve)
    best = [
        _cheapest(group, answer.values, _of(group, known), _of(group, state.values))
        for group, answer in zip(apart.groups, running, strict=True)
    ]
    if not _offer_joined(state, cut, case, apart, best) and len(apart.groups) > 1:
        effort = replace(state.effort, seconds=max(0.1, RUNNING_SHARE * state.left()), progress=None)
        state.offer(run_with(case.matrix, bought, point, effort).values)
    return best


def _cheapest(group: Group, *points: Array | None) -> Array | None:
    return min((point for point in points if point is not None), key=group.cost, default=None)


def _joined(apart: FallenApart, points: list[Array | None]) -> Array | None:
    found = [point for point in points if point is not None]
    return put_together(apart, found) if len(found) == len(points) else None


def _offer_joined(
    state: Search,
    cut: Decomposition,
    case: Case,
    apart: FallenApart,
    points: list[Array | None],
    share: float = MENDING_SHARE,
) -> bool:
    """Keep a point put together from groups, if it can be made to keep the limits on all of them."""
    point = _joined(apart, points)
    if point is None:
        return False
    mending = Deadline.after(share * state.left(), state.effort.cancelled)
    found = whole_plan(state.built, case.matrix, cut, point, case.relaxed.row_duals, mending)
    state.offer(found)
    return found is not None


def _of(group: Group, values: Array | None) -> Array | None:
    return None if values is None else values[group.columns]


def _each_group(
    state: Search,
    apart: FallenApart,
    share: float,
    solve: Callable[[Group, Effort], SolverAnswer],
    least: list[float] | None = None,
) -> list[SolverAnswer]:
    """Answers of all groups in a share of the time left, small ones first; those that wait share the rest.

    With `least`, what is proven of each group, the caller is told of every better bound.
    """
    waiting = len(apart.groups)
    deadline = Deadline.after(share * state.left(), state.effort.cancelled)

    def one(which: int) -> SolverAnswer:
        nonlocal waiting
        seconds = deadline.left() / math.ceil(waiting / state.effort.threads)
        waiting -= 1
        gap = GROUP_GAP * state.effort.gap
        told = None if least is None or state.effort.progress is None else heard(which, least)
        effort = replace(state.effort, gap=gap, seconds=max(0.1, seconds), progress=told)
        return solve(apart.groups[which], effort)

    def heard(which: int, bounds: list[float]) -> Report:
        def tell(progress: Progress) -> None:
            if progress.bound > bounds[which]:
                bounds[which] = progress.bound
                state.tell(apart.constant + sum(bounds))

        return tell

    order = sorted(range(len(apart.groups)), key=lambda which: len(apart.groups[which].columns))
    answers = map(one, order) if state.effort.threads == 1 else each(one, order, state.effort.cancelled)
    found = dict(zip(order, answers, strict=True))
    return [found[which] for which in range(len(apart.groups))]


def _likely_and_whole(state: Search, cases: list[Case], rest: float, bound: float) -> SolverAnswer:
    """The likely offers for a better plan, and the whole model for the proof."""
    few = likely(state.built, cases[0].matrix, cases[0].relaxed, state.values)
    matrix, dropped = without_hopeless(state, cases, rest)
    if state.effort.threads == 1:
        seconds = LIKELY_SHARE * max(1.0, state.left())
        state.offer(run(few, replace(state.effort, seconds=seconds), start=state.values).values)
        return whole(state, matrix, bound, dropped)
    effort, start = replace(state.effort, seconds=max(1.0, state.left())), state.values

    def solve(which: int) -> SolverAnswer:
        told = state.effort.progress if which == 0 else None
        return run((matrix, few)[which], replace(effort, progress=told), start=start)

    every, better = each(solve, range(2), state.effort.cancelled)
    state.nodes = every.nodes
    if every.infeasible and start is None and dropped == math.inf:
        return every
    state.offer(better.values)
    state.offer(every.values)
    return state.answer(max(bound, min(every.bound, dropped)))
