"""Gangs over several machines: held together in every month in which the job works on them."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce

from ..gang import Gang
from ..index import ElasticSource, FirmSource, Index, wanted
from ..model import Model, Terms
from ..problem import WorkDemand
from ..timegrid import Slice, cell_hours
from ..variables import Variables


@dataclass(slots=True)
class Pool:
    """One pool of a workload: sources that help to hold the gang, and those that only work as part of it."""

    name: str
    sources: set[int] = field(default_factory=set)
    parts: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # slice -> smaller sources


def add_gang(model: Model, index: Index, v: Variables) -> int:
    """For each workload with a gang, each pool and month in which smaller machines could work for it:

    sum_q accelerators[q] * machines[q,i] >= gang * together   in every slice i in which it has work to do
    sum_q accelerators[q] * committed[q,i] >= gang * in_blocks   in parts of a month that a block covers
    sum_{q smaller} units * serve <= most[i] * (together + in_blocks[part of i])
    """
    return sum(
        _Rows(model, index, v, w, load.gang, pool).add()
        for w, load in enumerate(index.problem.workloads)
        if load.gang is not None
        for pool in pools_of(index, w, load.gang)
    )


def pools_of(index: Index, w: int, gang: Gang) -> list[Pool]:
    """Pools in which smaller machines than the gang could work for a workload, in order of their names."""
    found: dict[str, Pool] = {}
    for x, q, i in index.serves:
        machine = index.sources[q].machine
        if x == w and machine.key in gang.pools:
            pool = found.setdefault(gang.pools[machine.key], Pool(gang.pools[machine.key]))
            pool.sources.add(q)
            if not gang.fits(machine.accelerators):
                pool.parts[i].add(q)
    return [found[name] for name in sorted(found) if found[name].parts]


class _Rows:
    """Rows of one workload in one pool."""

    def __init__(self, model: Model, index: Index, v: Variables, w: int, gang: Gang, pool: Pool) -> None:
        self.model, self.index, self.v = model, index, v
        self.w, self.gang, self.pool = w, gang, pool
        self.demand = index.problem.workloads[w].demand
        self.fastest = max(index.units(w, q) for found in pool.parts.values() for q in found)
        self.sizes = {q: index.sources[q].machine.accelerators for q in pool.sources}
        self.step = _step(self.sizes.values())

    def add(self) -> int:
        """All rows; how many."""
        return sum(self._month(month) for month in sorted({self._slice(i).month for i in self.pool.parts}))

    def _slice(self, i: int) -> Slice:
        return self.index.slices[i]

    def _month(self, month: int) -> int:
        load = self.index.problem.workloads[self.w]
        slices = [
            i for i in self.index.by_slice[month] if wanted(load, self.w, self._slice(i), self.index.loads)
        ]
        key = (self.w, self.pool.name, month)
        together = self.v.together[key] = self.v.whole(1)
        rows = 0
        seen: set[frozenset[tuple[int, float]]] = set()
        for i in slices:
            terms = self._held(i, committed=False)
            terms[together] = -self._needed(i)
            shape = frozenset((id(variable), amount) for variable, amount in terms.items())
            if shape not in seen:  # hours in which only commitments hold it are alike
                seen.add(shape)
                self.model.at_least(terms, 0.0)
                rows += 1
        return rows + self._in_blocks(slices) + self._work(month, slices)

    def _held(self, i: int, *, committed: bool) -> Terms:
        """Accelerators held in a slice, in steps."""
        terms: Terms = {}
        piece = self._slice(i)
        for q in sorted(self.pool.sources):
            source, size = self.index.sources[q], self.sizes[q] / self.step
            if isinstance(source, ElasticSource):
                if (q, i) in self.v.running and not committed:
                    terms[self.v.running[q, i]] = size
                continue
            if (q, piece.month) in self.v.held:
                terms[self.v.held[q, piece.month]] = size
            for block in source.blocks if isinstance(source, FirmSource) else ():
                if block.window.covers(piece.start, piece.end) and block.key in self.v.blocks:
                    terms[self.v.blocks[block.key]] = size
        return terms

    def _needed(self, i: int) -> float:
        """The gang in steps; whole, since machines are. Of hours with a mean load, the part with a load."""
        steps = self.gang.accelerators / self.step
        whole = float(math.ceil(steps - 1e-9)) if _is_whole(self.sizes.values()) else steps
        return whole * (loaded_fraction(self.index, self.w, i) if self.index.mean else 1.0)

    def _in_blocks(self, slices: list[int]) -> int:
        """Parts of the month in which blocks that do not cover all of it could hold the gang."""
        rows = 0
        for i in slices:
            piece = self._slice(i)
            key = (self.w, self.pool.name, piece.start)
            if key not in self.v.in_blocks and self._partly_blocked(piece):
                in_blocks = self.v.in_blocks[key] = self.v.whole(1)
                terms = self._held(i, committed=True)
                self.model.at_least({**terms, in_blocks: -self._needed(i)}, 0.0)
                rows += 1
        return rows

    def _partly_blocked(self, piece: Slice) -> bool:
        """Whether a block covers the slice but not all of its month."""
        sources = (self.index.sources[q] for q in self.pool.sources)
        return any(
            block.window.covers(piece.start, piece.end)
            and not block.window.covers(piece.month, piece.month + 1)
            for source in sources
            if isinstance(source, FirmSource)
            for block in source.blocks
        )

    def _work(self, month: int, slices: list[int]) -> int:
        """Smaller machines work only where the gang is held: in each slice, and over the month."""
        every: Terms = {}
        held: Terms = {}
        rows = 0
        for i in slices:
            piece = self._slice(i)
            holding = {self.v.together[self.w, self.pool.name, month]: 1.0}
            in_blocks = self.v.in_blocks.get((self.w, self.pool.name, piece.start))
            if in_blocks is not None:
                holding[in_blocks] = 1.0
            held |= holding
            sources = self.pool.parts.get(i)
            if not sources:
                continue
            terms = {
                self.v.serve[self.w, q, i]: self.index.units(self.w, q) / self.fastest
                for q in sorted(sources)
            }
            every |= {serve: share * piece.hours / 730.0 for serve, share in terms.items()}
            most = self._most(piece)
            self.model.at_most({**terms, **dict.fromkeys(holding, -most)}, 0.0)
            rows += 1
        if rows < 2 or not isinstance(self.demand, WorkDemand):
            return rows
        most = self.demand.total / (730.0 * self.fastest)
        self.model.at_most({**every, **dict.fromkeys(held, -most)}, 0.0)
        return rows + 1

    def _most(self, piece: Slice) -> float:
        """Machines of the fastest kind that could be at work for the workload."""
        if isinstance(self.demand, WorkDemand):
            return self.demand.total / (piece.hours * self.fastest)
        return self.index.loads[self.w, piece.index] / self.fastest


def loaded_fraction(index: Index, w: int, i: int) -> float:
    """Share of a slice's hours in which a workload has something to do."""
    demand = index.problem.workloads[w].demand
    if isinstance(demand, WorkDemand):
        return 1.0
    cells = index.slices[i].cells
    hours = [cell_hours(cell) for cell in cells]
    loaded = (h for h, cell in zip(hours, cells, strict=True) if demand.shape.level(cell) > 0)
    return sum(loaded) / sum(hours)


def _is_whole(sizes: Iterable[float]) -> bool:
    return all(size == round(size) for size in sizes)


def _step(sizes: Iterable[float]) -> float:
    """Largest number of accelerators of which every machine has a multiple; the largest machine if none."""
    counts = list(sizes)
    return float(reduce(math.gcd, map(round, counts))) if _is_whole(counts) else max(counts)
