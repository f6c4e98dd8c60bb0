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
MOST_SHARING = 12  # workloads: what one of more needs alone, the others' machines have room for
MOST_OF_MANY = 3  # sizes of which more are needed: of more cuts the solver gains nothing but work
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
    users: dict[int, list[int]] = {}
    for w, q in pairs:
        users.setdefault(w, []).append(q)
    groups = _sharing(users)
    for group in groups:
        yield from _references_of(index, i, users, group)
    for w in sorted(w for group in groups if 1 < len(group) <= MOST_SHARING for w in group):
        for need, sizes in _references_of(index, i, users, [w]):
            if need / max(sizes.values()) <= MOST_ALONE:
                yield need, sizes


def _references_of(
    index: Index, i: int, users: dict[int, list[int]], group: list[int]
) -> Iterator[Reference]:
    """The whole load on all sources; and where spot may help, what it may not serve on the others."""
    loads = {w: index.loads[w, i] for w in group}
    yield _reference(index, users, loads)
    left = {w: load * (1.0 - index.problem.workloads[w].interruptible_fraction) for w, load in loads.items()}
    steady = {w: [q for q in users[w] if not is_spot(index.sources[q])] for w in group}
    left = {w: load for w, load in left.items() if load > 0 and steady[w]}
    if any(len(steady[w]) < len(users[w]) for w in left):
        yield _reference(index, steady, left)


def _sharing(users: dict[int, list[int]]) -> list[list[int]]:
    """Workloads in groups: those that share a source, directly or through others."""
    groups: list[tuple[set[int], set[int]]] = []  # workloads, sources
    for w, sources in users.items():
        together = ({w}, set(sources))
        apart = []
        for group in groups:
            if group[1].isdisjoint(together[1]):
                apart.append(group)
            else:
                together = (together[0] | group[0], together[1] | group[1])
        groups = [*apart, together]
    return sorted(sorted(workloads) for workloads, _ in groups)


def _reference(index: Index, users: dict[int, list[int]], loads: dict[int, float]) -> Reference:
    need, sizes = 0.0, dict[int, float]()
    for w, load in loads.items():
        units = [index.units(w, q) for q in users[w]]
        fastest = max(units)
        need += load / fastest
        for q, speed in zip(users[w], units, strict=True):
            size = speed / fastest * usable(index.sources[q])
            sizes[q] = max(sizes.get(q, 0.0), size)
    return need, sizes


def _rounded(index: Index, v: Variables, i: int, need: float, sizes: dict[int, float]) -> Iterator[Row]:
    if need < LEAST_MACHINES * max(sizes.values()):
        return
    columns = _columns(index, v, i, need, sizes)
    if any(size == need for size in columns.values()):
        yield {variable: size / need for variable, size in columns.items()}, 1.0
    for divisor in _divisors(need, sorted({round(size, 9) for size in columns.values()})):
        right = need / divisor
        fraction = right - math.floor(right + 1e-9)
        terms: Terms = {}
        for variable, size in columns.items():
            whole = math.floor(size / divisor + 1e-9)
            part = max(0.0, size / divisor - whole)
            terms[variable] = whole + min(1.0, part / fraction)
        yield terms, float(math.ceil(right - 1e-9))


def _divisors(need: float, sizes: list[float]) -> list[float]:
    """Sizes worth a cut: all of which few machines do, and of others those that round up by most."""
    gains: dict[float, float] = {}
    for size in sizes:
        right = need / size
        fraction = right - math.floor(right + 1e-9)
        if LEAST_GAIN <= fraction <= 1.0 - 1e-6:
            gains[size] = (1.0 - fraction) / right
    many = [size for size in gains if need / size > MOST_ALONE]
    dropped = sorted(many, key=lambda size: (-gains[size], size))[MOST_OF_MANY:]
    return [size for size in gains if size not in dropped]


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
