"""Machines that do the same work at speeds in one proportion: who works on which is settled afterwards.

A model says for each workload and source how much of it works where. Where the sources of a slice do the same
work in proportion (one kind of accelerator at several prices, in several places, by one, two or eight), only
the sum matters: `merge` gives each such class one column for each workload and one row of capacity. The
smaller model has the same plans at the same costs, and the solver proves them several times as fast. MODEL.md
has the proof.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from .built import Built
from .constraints.linking import LEAST_FRACTION, MOST_WHOLE
from .highs import Effort, SolverAnswer, run
from .matrix import Array, Matrix, some_rows

DIGITS = 9  # of proportions that count as equal
MOST_COLUMNS = 50_000  # of a model worth the search for classes

Row = tuple[dict[int, float], float]  # terms, and what they are at least


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns and rows of a model are, as far as classes need it: masks."""

    works: Array  # columns: a workload's work on a source
    capacity: Array  # rows: the work on a source within its machines
    linking: Array  # rows: cuts on one such column


@dataclass(frozen=True, slots=True)
class Member:
    """A source of a class: its row of capacity, its size beside the class's reference, its columns of work by
    workload and the machines behind it (column -> how many of itself)."""

    row: int
    size: float
    works: tuple[int, ...]
    machines: dict[int, float]


def roles(built: Built, matrix: Matrix) -> Roles:
    """Roles in a model that was just built. Scenarios write rows in an order of their own: none is told."""
    works = np.zeros(matrix.columns, bool)
    capacity, linking = np.zeros(matrix.rows, bool), np.zeros(matrix.rows, bool)
    if not built.uncertain and matrix.columns <= MOST_COLUMNS:
        works[[x.index for x in built.variables.serve.values()]] = True
        capacity[built.rows_of({"capacity"})] = True
        linking[built.rows_of({"linking"})] = True
    return Roles(works, capacity, linking)


@dataclass(frozen=True, slots=True)
class Merged:
    """A model and the smaller one that stands for it. `kept`: the model's column for each of the smaller."""

    matrix: Matrix
    smaller: Matrix
    kept: Array
    classes: tuple[tuple[Member, ...], ...]

    def run(self, matrix: Matrix, effort: Effort, start: Array | None = None) -> SolverAnswer:
        """Solve `matrix`: the model, but for bounds and whole columns of what is bought and what runs."""
        if not self.classes:
            return run(matrix, effort, start=start)
        kept = self.kept
        changed = replace(
            self.smaller, low=matrix.low[kept], high=matrix.high[kept], whole=matrix.whole[kept]
        )
        found = run(changed, effort, start=None if start is None else self.contracted(start))
        return found if found.values is None else replace(found, values=self.expanded(found.values))

    def contracted(self, values: Array) -> Array:
        """A point of the smaller model from one of the model: work of a class in machines of its first."""
        summed = values.copy()
        for members in self.classes:
            for at, column in enumerate(members[0].works):
                summed[column] = sum(member.size * values[member.works[at]] for member in members)
        return np.asarray(summed[self.kept])

    def expanded(self, values: Array) -> Array:
        """A point of the model from one of the smaller one: work fills one source after the other."""
        found = np.zeros(self.matrix.columns)
        found[self.kept] = values
        for members in self.classes:
            _spread(found, members)
        return found


def _spread(values: Array, members: tuple[Member, ...]) -> None:
    """Deal the work of a class, which stands at its first source, out among all of them."""
    left = [float(values[column]) for column in members[0].works]
    values[list(members[0].works)] = 0.0
    rooms = [m.size * sum(count * values[x] for x, count in m.machines.items()) for m in members]
    largest = int(np.argmax(rooms))
    rooms[largest] += max(0.0, sum(left) - sum(rooms))  # no more than the solver's tolerance
    for member, room in zip(members, rooms, strict=True):
        for at, column in enumerate(member.works):
            done = min(left[at], max(room, 0.0))
            values[column] = done / member.size
            left[at] -= done
            room -= done


def as_it_is(matrix: Matrix) -> Merged:
    """A model without classes."""
    return Merged(matrix, matrix, np.arange(matrix.columns), ())


def merge(matrix: Matrix, own: Roles) -> Merged:
    """The smaller model of a model whose columns and rows have these roles."""
    classes = _classes(matrix, own)
    if not classes:
        return as_it_is(matrix)
    others = [x for members in classes for member in members[1:] for x in member.works]
    kept = np.setdiff1d(np.arange(matrix.columns), others)
    gone = {x for members in classes for member in members for x in member.works}
    linking = _rows_with(matrix, own.linking, gone)
    capacity = [member.row for members in classes for member in members]
    rest = np.setdiff1d(np.arange(matrix.rows), np.concatenate((linking, capacity)))
    rows: list[Row] = [_together(members) for members in classes]
    most = _most(matrix, own)
    rows += [row for members in classes for row in _linking(members, most)]
    return Merged(matrix, _written(matrix, kept, rest, rows), kept, classes)


def _together(members: tuple[Member, ...]) -> Row:
    """The work of a class within all of its machines."""
    terms: dict[int, float] = defaultdict(float)
    for column in members[0].works:
        terms[column] = -1.0
    for member in members:
        for x, count in member.machines.items():
            terms[x] += member.size * count
    return terms, 0.0


def _linking(members: tuple[Member, ...], most: Array) -> Iterator[Row]:
    """Each workload's work on a class, said as tightly as whole machines allow, for each size of machine.

    z <= b and z <= sum of sizes * machines. With b - z >= 0 for what is missing, mixed-integer rounding of
    sum + (b - z) >= b divided by a size.
    """
    for column in members[0].works:
        b = float(most[column])
        if not math.isfinite(b) or b <= 0:
            continue
        for size in sorted({round(m.size * count, DIGITS) for m in members for count in m.machines.values()}):
            right = b / size
            fraction = right - math.floor(right + 1e-9)
            if math.floor(right + 1e-9) > MOST_WHOLE or not LEAST_FRACTION <= fraction <= 1 - LEAST_FRACTION:
                continue
            terms: dict[int, float] = defaultdict(float)
            for member in members:
                for x, count in member.machines.items():
                    part = min(member.size * count, b) / size
                    whole = math.floor(part + 1e-9)
                    terms[x] += whole + min(1.0, max(0.0, part - whole) / fraction)
            terms[column] = -1.0 / (size * fraction)
            yield terms, math.ceil(right - 1e-9) - right / fraction


def _classes(matrix: Matrix, own: Roles) -> tuple[tuple[Member, ...], ...]:
    """Sources with the same work in proportion; alone, a source makes no class."""
    found: dict[tuple[object, ...], list[Member]] = defaultdict(list)
    for pattern, member in _members(matrix, own):
        found[pattern].append(member)
    classes = []
    for members in found.values():
        if len(members) > 1:
            largest = max(members, key=lambda member: member.size)
            members.sort(key=lambda member: member is not largest)
            scale = 1.0 / largest.size
            classes.append(tuple(replace(member, size=member.size * scale) for member in members))
    return tuple(classes)


def _members(matrix: Matrix, own: Roles) -> Iterator[tuple[tuple[object, ...], Member]]:
    """Sources that may be in a class, each with what must be equal; sizes are their first entries."""
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    elsewhere = np.flatnonzero(own.works[matrix.column] & ~own.capacity[owner] & ~own.linking[owner])
    entries: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for column, row, value in zip(
        *(of[elsewhere].tolist() for of in (matrix.column, owner, matrix.value)), strict=True
    ):
        entries[column].append((row, value))
    rows = np.setdiff1d(_plain(matrix, own, owner), list(_oddly_linked(matrix, own)))
    part = some_rows(matrix, rows)
    works, columns, values = own.works[part.column].tolist(), part.column.tolist(), part.value.tolist()
    cost, ends = matrix.cost.tolist(), part.start.tolist()
    for row, first, last in zip(rows.tolist(), ends, ends[1:], strict=False):
        span = range(first, last)
        at_work = sorted((columns[at] for at in span if works[at]), key=lambda x: entries[x])
        size = next((abs(value) for x in at_work for _, value in entries[x]), 0.0)
        if size > 0:
            where = tuple(r for x in at_work for r in (-1, *(r for r, _ in entries[x])))
            numbers = (n for x in at_work for n in (cost[x], *(value for _, value in entries[x])))
            alike = tuple(float(f"{n / size:.{DIGITS}g}") for n in numbers)
            machines = {columns[at]: -values[at] for at in span if not works[at]}
            yield (where, alike), Member(row, size, tuple(at_work), machines)


def _plain(matrix: Matrix, own: Roles, owner: Array) -> Array:
    """Rows of capacity that say: the sum of work, each up to anything, is at most that of machines."""
    works = own.works[matrix.column]
    free = (matrix.low == 0) & (matrix.high > 1e29)
    odd = np.where(works, (matrix.value != 1.0) | ~free[matrix.column], matrix.value >= 0)
    is_odd = np.bincount(owner, weights=odd, minlength=matrix.rows) > 0
    has_work = np.bincount(owner, weights=works, minlength=matrix.rows) > 0
    sides = (matrix.row_high == 0.0) & (matrix.row_low < -1e29)
    return np.flatnonzero(own.capacity & sides & has_work & ~is_odd)


def _oddly_linked(matrix: Matrix, own: Roles) -> set[int]:
    """Rows of capacity of sources whose work is linked to more than their machines, such as a switch."""
    behind: dict[int, set[int]] = {}
    capacity_of: dict[int, int] = {}
    for row in np.flatnonzero(own.capacity).tolist():
        columns = matrix.column[matrix.start[row] : matrix.start[row + 1]]
        behind[row] = set(columns.tolist())
        capacity_of |= dict.fromkeys(columns[own.works[columns]].tolist(), row)
    odd = set()
    for row in np.flatnonzero(own.linking).tolist():
        columns = matrix.column[matrix.start[row] : matrix.start[row + 1]]
        of = {capacity_of.get(x) for x in columns[own.works[columns]].tolist()} - {None}
        odd |= {x for x in of if x is not None and not behind[x].issuperset(columns.tolist())}
    return odd


def _most(matrix: Matrix, own: Roles) -> Array:
    """The most that rows of sums allow each column of work."""
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    bad = (matrix.value < 0) | (matrix.low[matrix.column] < 0)
    sums = np.bincount(owner, weights=bad, minlength=matrix.rows) == 0
    sums &= (matrix.row_high < 1e29) & ~own.capacity & ~own.linking
    at = np.flatnonzero(own.works[matrix.column] & sums[owner] & (matrix.value > 0))
    most = np.full(matrix.columns, np.inf)
    np.minimum.at(most, matrix.column[at], matrix.row_high[owner[at]] / matrix.value[at])
    return most


def _rows_with(matrix: Matrix, which: Array, columns: set[int]) -> Array:
    """Those of some rows that have one of the columns."""
    inside = np.zeros(matrix.columns, bool)
    inside[list(columns)] = True
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    return np.unique(owner[inside[matrix.column] & which[owner]])


def _written(matrix: Matrix, kept: Array, rest: Array, rows: list[Row]) -> Matrix:
    """The kept columns and the rest of the rows, without entries of other columns; and more rows."""
    position = np.full(matrix.columns, -1, np.int64)
    position[kept] = np.arange(len(kept))
    part = some_rows(matrix, rest)
    owner = np.repeat(np.arange(part.rows), np.diff(part.start))
    inside = position[part.column] >= 0
    counts = np.concatenate(
        (np.bincount(owner[inside], minlength=part.rows), [len(terms) for terms, _ in rows])
    )
    added = np.array([x for terms, _ in rows for x in terms], np.int64)
    values = np.array([value for terms, _ in rows for value in terms.values()])
    return Matrix(
        cost=matrix.cost[kept],
        offset=matrix.offset,
        low=matrix.low[kept],
        high=matrix.high[kept],
        whole=matrix.whole[kept],
        row_low=np.concatenate((part.row_low, [least for _, least in rows])),
        row_high=np.concatenate((part.row_high, np.full(len(rows), np.inf))),
        start=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        column=np.concatenate((position[part.column[inside]], position[added])).astype(np.int32),
        value=np.concatenate((part.value[inside], values)),
    )
