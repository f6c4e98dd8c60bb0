"""Rounding cuts: whole machines must cover each slice's load. Valid for every plan, so nothing is lost."""

import math
from collections import defaultdict
from collections.abc import Iterator

from ..index import Index, usable
from ..model import Model, Terms, add_term
from ..variables import Variables
from .capacity import machines_held

MOST_ALONE = 12  # machines for one workload; of more, rounding up adds little
LEAST_GAIN = 0.02  # cuts that round up by less than this share of a machine are not written


def add_cover(model: Model, index: Index, v: Variables) -> int:
    """sum_q size[q] * machines[q,i] >= need[i], rounded (mixed-integer rounding) for each size of machine.

    With a reference machine r, size[q] = max_w units[w,q] / units[w,r] and need[i] = sum_w load[w,i] /
    units[w,r]. Summing the demand and capacity rows gives the plain inequality; since machines are whole,
    dividing by a size d and rounding gives: sum (floor(a) + min(1, frac(a) / frac(b))) * machines >= ceil(b)
    with a = size / d and b = need / d.
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


def _references(
    index: Index, i: int, pairs: list[tuple[int, int]]
) -> Iterator[tuple[float, dict[int, float]]]:
    """Need and sizes of the sources: for all workloads of the slice together, and for each alone."""
    workloads = sorted({w for w, _ in pairs})
    yield _reference(index, i, pairs, workloads)
    for w in workloads if len(workloads) > 1 else ():
        need, sizes = _reference(index, i, pairs, [w])
        if need / max(sizes.values()) <= MOST_ALONE:
            yield need, sizes


def _reference(
    index: Index, i: int, pairs: list[tuple[int, int]], workloads: list[int]
) -> tuple[float, dict[int, float]]:
    fastest = {w: max(index.units(w, q) for x, q in pairs if x == w) for w in workloads}
    sizes: dict[int, float] = {}
    for w, q in pairs:
        if w in fastest:
            size = index.units(w, q) / fastest[w] * usable(index.sources[q])
            sizes[q] = max(sizes.get(q, 0.0), size)
    return sum(index.loads[w, i] / fastest[w] for w in workloads), sizes


def _rounded(
    index: Index, v: Variables, i: int, need: float, sizes: dict[int, float]
) -> Iterator[tuple[Terms, float]]:
    for divisor in sorted({round(size, 9) for size in sizes.values()}):
        right = need / divisor
        fraction = right - math.floor(right + 1e-9)
        if fraction < LEAST_GAIN or fraction > 1.0 - 1e-6:
            continue
        terms: Terms = {}
        for q, size in sizes.items():
            whole = math.floor(size / divisor + 1e-9)
            part = max(0.0, size / divisor - whole)
            for variable, count in machines_held(index, v, q, i).items():
                add_term(terms, variable, (whole + min(1.0, part / fraction)) * count)
        yield terms, float(math.ceil(right - 1e-9))
