"""Rounding cuts: whole machines must cover each slice's load. Valid for every plan, so nothing is lost."""

import math
from collections import defaultdict
from collections.abc import Iterator

from ..index import Index, is_spot, usable
from ..model import Model, Terms, add_term
from ..variables import Variables
from .capacity import least_running, machines_held, switch
from .presence import LEAST_MACHINES

MOST_ALONE = 12  # machines for one workload; of more, rounding up adds little
LEAST_GAIN = 0.02  # cuts that round up by less than this share of a machine are not written

Reference = tuple[float, dict[int, float]]  # what is needed, and the size of each source's machines
Row = tuple[Terms, float]  # terms, and what they are at least


def add_cover(model: Model, index: Index, v: Variables) -> int:
    """sum_q size[q] * machines[q,i] >= need[i], rounded (mixed-integer rounding) for each size of machine.

    With a reference machine r, size[q] = max_w units[w,q] / units[w,r], no more than the need, and need[i] =
    sum_w load[w,i] / units[w,r]; of non-spot machines alone, the part of the load that spot may not serve.
    Summing the demand and capacity rows gives the plain inequality; since machines are whole, dividing by a
    size d and rounding gives: sum (floor(a) + min(1, frac(a) / frac(b))) * machines >= ceil(b) with a = size
    / d and b = need / d.
    """
    if model.relax:
        return 0
    users: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for w, q, i in index.serves:
        if (w, i) in index.loads:
            users[i].append((w, q))
    rows = 0
    for i, pairs in users.items():
        for needs, sizes in _references(index, i, pairs):
            for terms, right in _rounded(index, v, i, needs, sizes):
                model.at_least(terms, right)
                rows += 1
    return rows


def _references(index: Index, i: int, pairs: list[tuple[int, int]]) -> Iterator[Reference]:
    """Need and sizes of the sources: for workloads that share some together, and for each alone."""
    steady = [(w, q) for w, q in pairs if not is_spot(index.sources[q])]
    groups = _sharing(pairs)
    for group in groups:
        yield from _references_of(index, i, pairs, steady, group)
    for w in sorted({w for w, _ in pairs}):
        if [w] not in groups:
            for need, sizes in _references_of(index, i, pairs, steady, [w]):
                if need / max(sizes.values()) <= MOST_ALONE:
                    yield need, sizes


def _references_of(
    index: Index, i: int, pairs: list[tuple[int, int]], steady: list[tuple[int, int]], group: list[int]
) -> Iterator[Reference]:
    """The whole load on all sources; and where spot may help, what it may not serve on the others."""
    loads = {w: index.loads[w, i] for w in group}
    yield _reference(index, pairs, loads)
    left = {w: load * (1.0 - index.problem.workloads[w].interruptible_fraction) for w, load in loads.items()}
    able = {w for w, _ in steady}
    left = {w: load for w, load in left.items() if load > 0 and w in able}
    if left and any(w in left and is_spot(index.sources[q]) for w, q in pairs):
        yield _reference(index, steady, left)


def _sharing(pairs: list[tuple[int, int]]) -> list[list[int]]:
    """Workloads in groups: those that share a source, directly or through others."""
    groups: list[tuple[set[int], set[int]]] = []  # workloads, sources
    for w, q in pairs:
        together = ({w}, {q})
        apart = []
        for group in groups:
            if w in group[0] or q in group[1]:
                together = (together[0] | group[0], together[1] | group[1])
            else:
                apart.append(group)
        groups = [*apart, together]
    return sorted(sorted(workloads) for workloads, _ in groups)


def _reference(index: Index, pairs: list[tuple[int, int]], loads: dict[int, float]) -> Reference:
    fastest = {w: max(index.units(w, q) for x, q in pairs if x == w) for w in loads}
    sizes: dict[int, float] = {}
    for w, q in pairs:
        if w in fastest:
            size = index.units(w, q) / fastest[w] * usable(index.sources[q])
            sizes[q] = max(sizes.get(q, 0.0), size)
    return sum(load / fastest[w] for w, load in loads.items()), sizes


def _rounded(index: Index, v: Variables, i: int, need: float, sizes: dict[int, float]) -> Iterator[Row]:
    if need < LEAST_MACHINES * max(sizes.values()):
        return
    columns = _columns(index, v, i, need, sizes)
    if any(size == need for size in columns.values()):
        yield {variable: size / need for variable, size in columns.items()}, 1.0
    for divisor in sorted({round(size, 9) for size in columns.values()}):
        right = need / divisor
        fraction = right - math.floor(right + 1e-9)
        if fraction < LEAST_GAIN or fraction > 1.0 - 1e-6:
            continue
        terms: Terms = {}
        for variable, size in columns.items():
            whole = math.floor(size / divisor + 1e-9)
            part = max(0.0, size / divisor - whole)
            terms[variable] = whole + min(1.0, part / fraction)
        yield terms, float(math.ceil(right - 1e-9))


def _columns(index: Index, v: Variables, i: int, need: float, sizes: dict[int, float]) -> Terms:
    """Size of each column of machines, no more than the need; an offer that covers it once taken is one."""
    columns: Terms = {}
    for q, size in sizes.items():
        taken = switch(index, v, q, i)
        if taken is not None and least_running(index, q) * size >= need:
            columns[taken] = need
            continue
        for variable, count in machines_held(index, v, q, i).items():
            add_term(columns, variable, min(size * count, need))
    return columns
