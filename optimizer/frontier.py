"""The least that whole machines cost which cover a need: it rises in steps, one for each dearer choice."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .matrix import Array

MOST_POINTS = 2000  # of a frontier; more are joined, which only makes it cheaper
TRACE = 1e-9  # of the largest need, that no machine is bought for


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines of one offer: what each does of the need, what it costs (not negative), how many there are."""

    size: float
    cost: float
    most: int


@dataclass(frozen=True, slots=True)
class Frontier:
    """Choices of whole machines of which none does more at less cost; both rise from one to the next."""

    size: Array
    cost: Array

    def least_cost(self, needs: Array) -> Array:
        """Of covering each need; infinite where all machines together do not."""
        at = np.searchsorted(self.size, needs - TRACE * self.size[-1])
        found: Array = np.append(self.cost, np.inf)[at]
        return found


def frontier(offers: Iterable[Machines], need: float) -> Frontier:
    """All choices of machines worth while, up to a need; what does more counts as doing the need."""
    found = Frontier(np.zeros(1), np.zeros(1))
    for offer in offers:
        counts = np.arange(min(offer.most, int(np.ceil(need / offer.size - TRACE))) + 1)
        found = together(found, Frontier(counts * offer.size, counts * offer.cost), need)
    return found


def together(one: Frontier, other: Frontier, need: float) -> Frontier:
    """A choice of each: what they do adds up, to no more than `need`, and what they cost."""
    size = np.minimum(np.add.outer(one.size, other.size).ravel(), need)
    cost = np.add.outer(one.cost, other.cost).ravel()
    order = np.lexsort((cost, -size))
    size, cost = size[order], cost[order]
    better = np.append(True, cost[1:] < np.minimum.accumulate(cost)[:-1] - 1e-12)
    found = Frontier(size[better][::-1], cost[better][::-1])
    return found if len(found.size) <= MOST_POINTS else _thinned(found)


def _thinned(found: Frontier) -> Frontier:
    """Neighbours joined where there are too many: the size of the largest at the cost of the cheapest."""
    each = -(-len(found.size) // MOST_POINTS)
    first = np.append(0, np.arange(1, len(found.size), each))  # what costs nothing stays alone
    last = np.append(first[1:], len(found.size)) - 1
    return Frontier(found.size[last], found.cost[first])
