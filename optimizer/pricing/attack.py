"""Large problems: relax and price on finer and finer grids, branch on sites, round, until the gap holds."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..build import Built
from ..clock import Deadline
from ..decompose import decompose
from ..highs import Effort
from ..matrix import Array, Matrix
from ..problem import Problem
from ..result import Progress
from ..rounding import down, nearest, rounded_plan
from .branch import Node, Tree, best_choice, has_point, root
from .catalogue import Catalogue, read
from .fine import Fine, fine
from .grid import Grid, make_grid
from .loop import Relaxation, start
from .whole import buy_whole, purchases

STEPS = (  # months of a period, blocks at most, workloads x slices at most
    (12, 4, 5000),
    (6, 6, 5000),
    (3, 12, 5000),
    (1, 48, 11_000),
)
FINER = ((1, 8, 16_000), (1, 12, 24_000))  # the same, for time left after a plan
MORE_THAN = 1.3  # times what a plan took: time left for another
CLOSER_SHARE = 0.5  # of the time left, at most, for purchases nearer to the best
CLOSER_SECONDS = 2.0  # worth while from here on
READING_SHARE = 0.02  # of the time, kept for reading the plan back
GUIDES = 3  # months: grids of longer periods are followed by finer ones
FEWEST_BLOCKS = 6  # a grid of single months with fewer says less than one of quarters with more
QUICK_PAIRS = 500  # of source and workload: up to here the first grid leads to a plan of its own
WIDE_GAP = 0.01  # asked for: from here on one plan is enough, of the last grid
GRIDS_SHARE = 0.55  # of the time, at most, for relaxations: the rest is for a plan
LOOSE = 0.08  # of the gap asked for: what offers left out of a relaxation could still save
TIGHT = 1e-5  # the same at least, of the optimum
LOOSE_GUIDE = 1e-3  # the same, of the optimum, where years and half years only guide finer grids
WHOLE_SECONDS = 15.0
WHOLE_SHARE = 0.3  # of the time left, at most
WHOLE_GAP = 0.002
PART_GAP = 0.001  # what a slice may cost too much
PART_SHARE = 0.3  # the same, of the gap asked for, if that is more
MANY_MACHINES = 1000  # bought: rounding each offer's to the nearest number costs less than time to do better


@dataclass(slots=True)
class Answer:
    """The best plan found, in the columns of its own model, and the least cost proven (thousands)."""

    bound: float = -np.inf
    cost: float = np.inf
    built: Built | None = None
    matrix: Matrix | None = None
    values: Array | None = None
    nodes: int = 0
    seconds: float = 0.0

    def gap(self) -> float:
        """Relative gap that is proven."""
        if self.values is None:
            return np.inf
        return (self.cost - self.bound) / max(abs(self.cost), 1e-9)


def attack(problem: Problem, effort: Effort, *, is_last: bool = False) -> Answer:
    """Best plan and bound within the effort; no plan when the relaxation leads to none.

    `is_last`: no other search follows, so that time left goes into a better plan.
    """
    deadline, begin = Deadline.after(effort.seconds, effort.cancelled), time.perf_counter()
    proving, catalogue, answer = deadline.within(GRIDS_SHARE * effort.seconds), read(problem), Answer()
    nodes: list[Node] | None = None
    tree: Tree | None = None
    found: Relaxation | None = None
    rounded: Relaxation | None = None
    quick = len(catalogue.pair_source) <= QUICK_PAIRS
    part_gap = max(PART_GAP, PART_SHARE * effort.gap)
    for grid in _grids(problem, STEPS):
        tree = _tree(catalogue, grid, nodes, effort.gap, deadline)
        finished = _prove(tree, answer, effort, proving, deadline)
        if not finished:
            if has_point(tree.relaxation) and _buys_many(tree.relaxation):
                found = tree.relaxation  # not solved to its end, but nearer the best than a coarser grid's
            break
        found = tree.relaxation
        if quick and effort.gap < WIDE_GAP and nodes is None and has_point(found):
            rounded = found
            _round(problem, found, answer, part_gap, deadline)
            if answer.gap() <= effort.gap:
                break
        nodes = tree.to_do()
    if quick and found is not None and found is not rounded and has_point(found):
        _round(problem, found, answer, part_gap, deadline)
    elif not quick and found is not None and tree is not None and has_point(found):
        rounding = time.perf_counter()
        _round(problem, found, answer, part_gap, deadline)
        _tell(effort, answer, deadline)
        if answer.gap() > effort.gap:
            last = _finer(problem, catalogue, tree, answer, effort, deadline, time.perf_counter() - rounding)
            if is_last:
                _closer(problem, last, answer, effort, deadline)
    answer.seconds = time.perf_counter() - begin
    return answer


def _prove(tree: Tree, answer: Answer, effort: Effort, proving: Deadline, deadline: Deadline) -> bool:
    """Whether the tree led to its best choice of sites in time; what it proves is kept anyway."""
    finished = best_choice(tree, proving) is not None
    answer.bound = max(answer.bound, tree.bound())
    answer.nodes += len(tree.done) + len(tree.nodes)
    _tell(effort, answer, deadline)
    return finished


def _finer(
    problem: Problem,
    catalogue: Catalogue,
    tree: Tree,
    answer: Answer,
    effort: Effort,
    deadline: Deadline,
    rounding_seconds: float,
) -> Relaxation:
    """With time left and too wide a gap: the last grid to its very end, then finer ones; the last one solved.

    A plan from each of the finer.
    """
    part_gap = max(PART_GAP, PART_SHARE * effort.gap)
    proving = deadline.within(deadline.left() - READING_SHARE * effort.seconds)
    again = Tree(tree.relaxation, TIGHT)
    for node in tree.to_do():
        again.push(node)
    solved, known = tree.relaxation, tree.relaxation.master.grid.slices
    finer = [grid for grid in _grids(problem, FINER) if grid.slices > known]
    for grid in (None, *finer):
        if answer.gap() <= effort.gap or proving.passed():
            break
        if grid is not None:
            again = _tree(catalogue, grid, again.to_do(), effort.gap, deadline)
        again.relaxation.enough = answer.cost - effort.gap * abs(answer.cost)
        if not _prove(again, answer, effort, proving, deadline):
            break
        solved = again.relaxation
        is_time = proving.left() > MORE_THAN * rounding_seconds
        if grid is not None and answer.gap() > effort.gap and is_time and has_point(again.relaxation):
            _round(problem, again.relaxation, answer, part_gap, deadline)
    return solved


def _closer(
    problem: Problem, relaxation: Relaxation, answer: Answer, effort: Effort, deadline: Deadline
) -> None:
    """With time left still: purchases, then slices, nearer to the best."""
    seconds = CLOSER_SHARE * deadline.left()
    if answer.gap() <= effort.gap or seconds < CLOSER_SECONDS or not has_point(relaxation):
        return
    gap = PART_SHARE * effort.gap
    buy_whole(relaxation, gap=gap, deadline=deadline.within(seconds))
    _round_slices(problem, relaxation, answer, gap, deadline)


def _tree(catalogue: Catalogue, grid: Grid, nodes: list[Node] | None, gap: float, deadline: Deadline) -> Tree:
    relaxation = start(catalogue, grid, deadline, first=nodes is None)
    guides = len(grid.periods[0]) > GUIDES
    tree = Tree(relaxation, max(TIGHT, LOOSE * gap, LOOSE_GUIDE * guides))
    for node in nodes or [root(relaxation)]:
        tree.push(node)
    return tree


def _grids(problem: Problem, steps: Sequence[tuple[int, int, int]]) -> Iterator[Grid]:
    """Grids from coarse to fine, as far as they stay small enough to be solved again and again."""
    for months, most, cells in steps:
        if months > 1 and 2 * months > problem.horizon.months:
            continue
        blocks = len(make_grid(problem, months, None).blocks)
        periods = -(-problem.horizon.months // months)
        chosen = min(blocks, most, max(1, cells // (periods * len(problem.workloads))))
        if months > 1 or chosen == blocks or chosen >= FEWEST_BLOCKS:
            yield make_grid(problem, months, chosen)


def _round(problem: Problem, relaxation: Relaxation, answer: Answer, gap: float, deadline: Deadline) -> None:
    """A plan from the relaxation's point: purchases whole first, then each slice on its own."""
    if _buys_many(relaxation) and _round_slices(problem, relaxation, answer, gap, deadline):
        return
    buying = min(WHOLE_SECONDS, WHOLE_SHARE * deadline.left())
    buy_whole(relaxation, gap=WHOLE_GAP, deadline=deadline.within(buying))
    _round_slices(problem, relaxation, answer, gap, deadline)


def _buys_many(relaxation: Relaxation) -> bool:
    return float(relaxation.master.lp.values[purchases(relaxation)].sum()) > MANY_MACHINES


def _round_slices(
    problem: Problem, relaxation: Relaxation, answer: Answer, gap: float, deadline: Deadline
) -> bool:
    """Whether rounding what is bought, if it is not whole yet, and fitting each slice leads to a plan."""
    model = fine(problem, relaxation)
    cut = decompose(model.built, model.matrix)
    for rounder in (nearest, down):
        values = rounded_plan(
            model.built, model.matrix, cut, model.relaxed, rounder=rounder, gap=gap, deadline=deadline
        )
        if values is not None:
            _keep(answer, model, values)
            return True
    return False


def _keep(answer: Answer, model: Fine, values: Array) -> None:
    cost = float(model.matrix.cost @ values) + model.matrix.offset
    if cost < answer.cost:
        answer.cost, answer.built, answer.matrix, answer.values = cost, model.built, model.matrix, values


def _tell(effort: Effort, answer: Answer, deadline: Deadline) -> None:
    if effort.progress is not None:
        seconds = effort.seconds - deadline.left()
        effort.progress(Progress(seconds, answer.cost, answer.bound, answer.gap()))
