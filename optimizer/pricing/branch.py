"""Which sites to open: best-first branching on the relaxation, every node priced over the whole catalogue."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from ..clock import Deadline
from .loop import Relaxation, Used, bring, converge, uses

INTEGRAL = 1e-5
UNSERVED = 1e-6


@dataclass(frozen=True, slots=True)
class Node:
    """Bounds on the sites (0, 1, or both) and the least cost proven for all plans within them (thousands)."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    bound: float
    used: Used | None = None  # by its point
    solved_here: bool = False  # on the grid of the tree, rather than on a coarser one

    def to_do(self) -> "Node":
        """The same node, for the tree of a finer grid."""
        return replace(self, solved_here=False)


@dataclass(slots=True)
class Tree:
    """Nodes that together hold every plan; the least of their bounds is a bound of the problem."""

    relaxation: Relaxation
    loose: float  # of the optimum: what a node's offers left out could still save
    nodes: list[tuple[float, int, Node]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)
    done: list[Node] = field(default_factory=list)  # looked at to the end, kept for their bounds

    def push(self, node: Node) -> None:
        """Put a node where its bound belongs."""
        heapq.heappush(self.nodes, (node.bound, next(self.order), node))

    def bound(self) -> float:
        """No plan costs less (thousands)."""
        return min(
            [node.bound for *_, node in self.nodes] + [node.bound for node in self.done],
            default=-float("inf"),
        )

    def to_do(self) -> list[Node]:
        """Every node, to go on from: on another grid, or with more time."""
        return [node.to_do() for node in [node for *_, node in self.nodes] + self.done]


def root(relaxation: Relaxation) -> Node:
    """Every choice of sites."""
    sites = len(relaxation.opened)
    return Node((0.0,) * sites, (1.0,) * sites, -float("inf"))


def best_choice(tree: Tree, deadline: Deadline) -> Node | None:
    """The choice of sites with the least relaxation; None when time runs out. The LP is left at its point, or
    at that of the last node it was solved for.
    """
    while tree.nodes and not deadline.passed():
        *_, node = heapq.heappop(tree.nodes)
        if not node.solved_here:
            tree.push(_solved(tree, node, deadline))
            continue
        fraction = _fixed(tree.relaxation, node, deadline)
        if fraction is None:
            tree.push(node)
            return None
        if max(fraction, default=0.0) <= INTEGRAL:
            tree.done.append(node)
            return node
        at = max(range(len(fraction)), key=lambda n: fraction[n])
        for value in (0.0, 1.0):
            low, high = list(node.low), list(node.high)
            low[at] = high[at] = value
            tree.push(Node(tuple(low), tuple(high), node.bound))
    return None


def _solved(tree: Tree, node: Node, deadline: Deadline) -> Node:
    """The node with what the relaxation of this grid proves for it."""
    relaxation = tree.relaxation
    _bound_sites(relaxation, node)
    if node.used is not None:
        bring(relaxation, node.used)
    relaxation.bound = node.bound
    if converge(relaxation, deadline, tolerance=tree.loose):
        return Node(node.low, node.high, relaxation.bound, uses(relaxation), solved_here=True)
    return Node(node.low, node.high, relaxation.bound, node.used, solved_here=True)


def has_point(relaxation: Relaxation) -> bool:
    """Whether the LP was solved for some whole choice of sites, with all work done, if not to its end."""
    values = relaxation.master.lp.values
    opened = values[relaxation.opened] if len(values) else np.array([np.nan])
    return bool((np.minimum(opened, 1.0 - opened) <= INTEGRAL).all()) and relaxation.unserved <= UNSERVED


def _fixed(relaxation: Relaxation, node: Node, deadline: Deadline) -> list[float] | None:
    """How far each site is from open or closed at the node's point."""
    _bound_sites(relaxation, node)
    if not relaxation.master.lp.solve(deadline.left()):
        return None
    values = relaxation.master.lp.values[relaxation.opened].tolist()
    return [min(value, 1.0 - value) for value in values]


def _bound_sites(relaxation: Relaxation, node: Node) -> None:
    for column, low, high in zip(relaxation.opened.tolist(), node.low, node.high, strict=True):
        relaxation.master.lp.set_bounds(column, low, high)
