"""Branch on where and when gangs are held, before all else: a relaxation says least about that.

A relaxation holds a fraction of a gang in many months, beside machines that are there anyway. So the choices
on gangs are branched on with the relaxation alone: first those that no plan can make are barred; then one
path down, always raising the largest fraction, for a plan in any case; then best first, until the best ways
of holding all are known.
"""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import highspy
import numpy as np

from .build import Built
from .cases import Case
from .clock import Deadline
from .highs import Effort, SolverAnswer, pass_model, run
from .matrix import Array, Matrix

MOST_NODES = 400
MOST_LEAVES = 4  # ways of holding all gangs that are followed up
CLOSE = 0.003  # relative; ways that much dearer than the best are not
GROWING_SHARE = 0.3  # of the time left, at most, once there is one way
TRACE = 1e-6
MOSTLY = 0.6  # on the path down, gangs held to at least this part are decided together
MISSES = 3  # choices that can be made, in a row: then no more are looked at to be barred
WARM_COLUMNS = 4000  # of a relaxation that is solved from the one before; larger ones begin anew


@dataclass(frozen=True, slots=True)
class Decided:
    """The best cases in which all choices on gangs are made, and a bound of every other plan.

    No case and an infinite bound: no plan can make all choices.
    """

    cases: list[Case]
    rest: float


def gang_cases(built: Built, cases: list[Case], gap: float, deadline: Deadline) -> Decided:
    """Cases with gangs decided, best first; the cases themselves where there are no gangs, or no time.

    Ways that are cheaper than the best by less than half the relative `gap` are not looked for.
    """
    tables = [
        table for scene in built.scenes for table in (scene.variables.together, scene.variables.in_blocks)
    ]
    variables = [variable for table in tables for variable in table.values()]
    columns = np.array([variable.index for variable in variables], np.int64)
    if not len(columns) or not cases:
        return Decided(cases, math.inf)
    tree = _Tree(columns, deadline)
    for case in cases:
        tree.plant(case)
    tree.grow(gap / 2, deadline.within((GROWING_SHARE if tree.leaves else 1.0) * deadline.left()))
    if not tree.leaves:
        return Decided([] if tree.is_exhausted() else cases, math.inf)
    found = sorted(tree.leaves, key=lambda case: case.bound)
    near = [case for case in found if case.bound <= found[0].bound + CLOSE * abs(found[0].bound)]
    kept = near[:MOST_LEAVES]
    left_out = [case.bound for case in found[len(kept) :]]
    return Decided(kept, min([*left_out, *tree.open_bounds()], default=math.inf))


@dataclass(frozen=True, slots=True)
class _Node:
    """Choices made so far, and the relaxation under them."""

    live: "_Live"
    low: Array
    high: Array
    answer: SolverAnswer


class _Tree:
    """All ways of making the choices, as far as looked at."""

    def __init__(self, columns: Array, deadline: Deadline) -> None:
        self.columns, self.deadline = columns, deadline
        self.leaves: list[Case] = []
        self.nodes = 0
        self._open: list[tuple[float, int, _Node]] = []
        self._unsolved: list[float] = []

    def open_bounds(self) -> Iterator[float]:
        """Bounds of what was not looked at."""
        yield from (bound for bound, _, _ in self._open)
        yield from self._unsolved

    def is_exhausted(self) -> bool:
        """Whether every way of making the choices was looked at."""
        return not self._open and not self._unsolved

    def plant(self, case: Case) -> None:
        """Begin with a case, and follow one path down unless a leaf is better than any of its plans."""
        live = _Live(case.matrix, self.deadline)
        node = self._barred(_Node(live, case.matrix.low, case.matrix.high, case.relaxed))
        if node is not None:
            self._push(node)
        best = min((leaf.bound for leaf in self.leaves), default=math.inf)
        while node is not None and node.answer.objective < best and not self.deadline.passed():
            raised = self._undecided(node)
            if not len(raised):
                self._keep(node)
                return
            values = node.answer.values
            count = 1 if values is None else max(1, int((values[raised] >= MOSTLY).sum()))
            down = self._child(node, raised[:count], 1.0)
            node = down or (self._barred(node) if count == 1 else self._child(node, raised[:1], 0.0))

    def _barred(self, node: _Node) -> _Node | None:
        """The same plans without choices that none of them makes; None where there are no plans, or no time.

        Only while the largest fraction is such a choice: then all others are looked at as well.
        """
        while len(raised := self._undecided(node)) and self._cannot(node, int(raised[0])):
            barred, misses = [int(raised[0])], 0
            rest = self._open_columns(node)
            for column in (*raised[1:].tolist(), *rest[~np.isin(rest, raised)].tolist()):
                if misses == MISSES or self.deadline.passed():
                    break
                cannot = self._cannot(node, column)
                misses = 0 if cannot else misses + 1
                barred += [column] if cannot else []
            child = self._child(node, np.array(barred), 0.0)
            if child is None:
                return None
            node = child
        return node

    def _cannot(self, node: _Node, column: int) -> bool:
        """Whether it is proven that no plan of a node makes a choice."""
        low = node.low.copy()
        low[column] = 1.0
        return node.live.solve(low, node.high).infeasible

    def grow(self, gap: float, deadline: Deadline) -> None:
        """Best first, until the best leaf cannot be undercut by more than a relative gap, or it is enough."""
        while self._open and self.nodes < MOST_NODES and not deadline.passed():
            best = min((leaf.bound for leaf in self.leaves), default=math.inf)
            if self._open[0][0] >= best - gap * abs(best):
                return
            _, _, node = heapq.heappop(self._open)
            raised = self._undecided(node)[:1]
            held = self._child(node, raised, 1.0)
            if held is not None:
                self._push(held)
            other = self._barred(node) if held is None else self._child(node, raised, 0.0)
            if other is not None:
                self._push(other)

    def _push(self, node: _Node) -> None:
        """A leaf is kept, any other node waits for its turn."""
        if not len(self._undecided(node)):
            self._keep(node)
            return
        self.nodes += 1
        heapq.heappush(self._open, (node.answer.objective, self.nodes, node))

    def _undecided(self, node: _Node) -> Array:
        """Choices that the relaxation makes by halves, the largest part first."""
        values = node.answer.values
        if values is None:
            return self.columns[:0]
        left = self._open_columns(node)
        left = left[(values[left] > TRACE) & (values[left] < 1 - TRACE)]
        return np.asarray(left[np.argsort(-values[left], kind="stable")])

    def _open_columns(self, node: _Node) -> Array:
        """Choices that are not made yet."""
        return np.asarray(self.columns[node.high[self.columns] > node.low[self.columns] + 0.5])

    def _child(self, node: _Node, columns: Array, value: float) -> _Node | None:
        """A node with some choices made; None where nothing is left, or time is up."""
        low, high = node.low.copy(), node.high.copy()
        low[columns] = high[columns] = value
        answer = node.live.solve(low, high)
        if answer.infeasible:
            return None
        if answer.values is None:
            self._unsolved.append(node.answer.objective)
            return None
        return _Node(node.live, low, high, answer)

    def _keep(self, node: _Node) -> None:
        """A leaf: what is held stays held, and nothing else is."""
        values = node.answer.values
        if values is None:
            return
        low, high = node.low.copy(), node.high.copy()
        low[self.columns] = high[self.columns] = np.round(values[self.columns])
        matrix = replace(node.live.matrix, low=low, high=high)
        same = (np.array_equal(leaf.matrix.low, low) and np.array_equal(leaf.matrix.high, high)
                for leaf in self.leaves)  # fmt: skip
        if not any(same):
            self.leaves.append(Case(matrix, node.answer, node.answer.objective))


class _Live:
    """A relaxation that stays in the solver, so that the next one begins where the last ended; unless it is
    large: then presolving each anew is faster, above all where it cannot hold."""

    def __init__(self, matrix: Matrix, deadline: Deadline) -> None:
        self.matrix, self.deadline = matrix, deadline
        self._highs = highspy.Highs()
        for name, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            self._highs.setOptionValue(name, setting)
        if matrix.columns <= WARM_COLUMNS:
            pass_model(self._highs, matrix, mip=False)
        self._low, self._high = matrix.low.copy(), matrix.high.copy()

    def solve(self, low: Array, high: Array) -> SolverAnswer:
        """The relaxation within these bounds."""
        if self.matrix.columns > WARM_COLUMNS:
            return self._anew(low, high)
        changed = np.flatnonzero((low != self._low) | (high != self._high)).astype(np.int32)
        self._highs.changeColsBounds(len(changed), changed, low[changed], high[changed])
        self._low, self._high = low.copy(), high.copy()
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(0.1, self.deadline.left()))
        self._highs.run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        infeasible = status in (
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        )
        if status != highspy.HighsModelStatus.kOptimal:
            return SolverAnswer(False, infeasible, -math.inf, math.inf, None, 0)
        solution, cost = self._highs.getSolution(), float(info.objective_function_value)
        values, duals = np.array(solution.col_value), np.array(solution.row_dual)
        return SolverAnswer(True, False, cost, cost, values, 0, duals, np.array(solution.col_dual))

    def _anew(self, low: Array, high: Array) -> SolverAnswer:
        effort = Effort(gap=0.0, seconds=self.deadline.left(), cancelled=self.deadline.cancelled)
        answer = run(replace(self.matrix, low=low, high=high), effort, mip=False)
        if answer.optimal or answer.infeasible:
            return answer
        return SolverAnswer(False, False, -math.inf, math.inf, None, 0)
