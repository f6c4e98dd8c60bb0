"""The model cut along time: strategic columns (what is bought), and parts (slices) that only they connect.

With scenarios, each slice of each scenario is a part.

Rows that touch one part only belong to it, with or without strategic columns; rows that touch several parts
(amounts of work, shares, ceilings on a month or the whole plan) couple them; rows without any part are
strategic.
"""

from dataclasses import dataclass, replace

import numpy as np

from .build import Built
from .matrix import Array, Matrix

STRATEGIC = -1


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Which part each column and row of a model belongs to."""

    part_of_column: Array  # STRATEGIC for what is bought
    rows: list[list[int]]  # rows of each part
    coupling: list[int]
    strategic: list[int]
    members: dict[int, list[int]]  # coupling row -> parts it touches


def decompose(built: Built, matrix: Matrix) -> Decomposition:
    """Cut a model along time."""
    part_of_column, count = _parts(built, matrix)
    owner = np.repeat(np.arange(matrix.rows), np.diff(matrix.start))
    part = part_of_column[matrix.column]
    free = part != STRATEGIC
    lowest = np.full(matrix.rows, count)
    highest = np.full(matrix.rows, STRATEGIC)
    np.minimum.at(lowest, owner[free], part[free])
    np.maximum.at(highest, owner[free], part[free])
    priced = np.zeros(matrix.rows, bool)  # what measures the tail of risk never binds a part
    priced[list(built.tail.rows) if built.tail is not None else []] = True
    rows: list[list[int]] = [[] for _ in range(count)]
    for row in np.flatnonzero((lowest == highest) & (highest >= 0) & ~priced).tolist():
        rows[int(lowest[row])].append(row)
    coupling = np.flatnonzero((highest > lowest) | (priced & (highest >= 0))).tolist()
    members: dict[int, set[int]] = {row: set() for row in coupling}
    for row in coupling:
        span = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
        members[row] = {p for p in part[span].tolist() if p != STRATEGIC}
    strategic = np.flatnonzero(highest == STRATEGIC).tolist()
    return Decomposition(
        part_of_column, rows, coupling, strategic, {row: sorted(found) for row, found in members.items()}
    )


def _parts(built: Built, matrix: Matrix) -> tuple[Array, int]:
    found = np.full(matrix.columns, STRATEGIC, np.int64)
    for scene in built.scenes:
        v, first = scene.variables, scene.first_part
        for columns_of_three in (v.serve, v.covered):
            for (_, _, i), variable in columns_of_three.items():
                found[variable.index] = first + i
        for columns in (v.running, v.used):
            for (_, i), variable in columns.items():
                found[variable.index] = first + i
        for (_, i), variable in v.relief.items():
            found[variable.index] = first + i
    return found, built.parts


def submatrix(
    matrix: Matrix, columns: Array, rows: list[int], cost: Array, row_low: Array, row_high: Array
) -> Matrix:
    """Some columns and rows of a model, with their own cost and right sides; other columns drop out."""
    position = np.full(matrix.columns, -1, np.int64)
    position[columns] = np.arange(len(columns))
    pieces = [np.arange(matrix.start[row], matrix.start[row + 1]) for row in rows]
    entries = np.concatenate(pieces) if pieces else np.zeros(0, np.int64)
    owner = np.repeat(np.arange(len(rows)), [len(piece) for piece in pieces])
    inside = position[matrix.column[entries]] >= 0
    counts = np.bincount(owner[inside], minlength=len(rows))
    return replace(
        matrix,
        cost=cost,
        offset=0.0,
        low=matrix.low[columns],
        high=matrix.high[columns],
        whole=matrix.whole[columns],
        row_low=row_low,
        row_high=row_high,
        start=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        column=position[matrix.column[entries[inside]]].astype(np.int32),
        value=matrix.value[entries[inside]],
    )


def weighted(matrix: Matrix, rows: list[int], duals: Array) -> Array:
    """Sum over rows of dual x coefficient, by column."""
    found = np.zeros(matrix.columns)
    for row in rows:
        span = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
        np.add.at(found, matrix.column[span], duals[row] * matrix.value[span])
    return found
