"""The textbook two-phase simplex on dense rows, for linear programs of a dozen columns."""

from dataclasses import dataclass, field

EPS = 1e-9
Row = dict[int, float]


@dataclass(slots=True)
class Program:
    """Columns are numbers from 0; all are at least 0. Right-hand sides are at least 0."""

    columns: int = 0
    at_most: list[tuple[Row, float]] = field(default_factory=list)
    equal: list[tuple[Row, float]] = field(default_factory=list)

    def column(self) -> int:
        """A new column."""
        self.columns += 1
        return self.columns - 1

    def largest(self, goal: Row) -> float | None:
        """Largest value of a sum; None when the rows cannot hold. The program must be bounded."""
        rows, basis = self._table()
        first = self.columns + len(self.at_most)  # artificial columns begin here
        width = first + len(self.equal)
        lack = [0.0] * (width + 1)
        for row, base in zip(rows, basis, strict=True):
            if base >= first:
                lack = [a + b for a, b in zip(lack, row, strict=True)]
        for artificial in range(first, width):
            lack[artificial] = 0.0
        _climb(rows, basis, lack, first)
        if lack[-1] > EPS * max([1.0, *(right for _, right in self.equal)]):
            return None
        _leave(rows, basis, first)
        gains = [goal.get(j, 0.0) for j in range(width)] + [0.0]
        for row, base in zip(rows, basis, strict=True):
            factor = gains[base]
            if factor:
                gains = [a - factor * b for a, b in zip(gains, row, strict=True)]
        _climb(rows, basis, gains, first)
        return -gains[-1]

    def _table(self) -> tuple[list[list[float]], list[int]]:
        width = self.columns + len(self.at_most) + len(self.equal)
        rows, basis = [], []
        for position, (terms, right) in enumerate([*self.at_most, *self.equal]):
            row = [terms.get(j, 0.0) for j in range(self.columns)] + [0.0] * (width - self.columns) + [right]
            row[self.columns + position] = 1.0
            rows.append(row)
            basis.append(self.columns + position)
        return rows, basis


def _climb(rows: list[list[float]], basis: list[int], gains: list[float], columns: int) -> None:
    """Pivot until no column below `columns` gains; the smallest column first, so it never cycles (Bland)."""
    while True:
        column = next((j for j in range(columns) if gains[j] > EPS), None)
        if column is None:
            return
        ratios = [(row[-1] / row[column], basis[i], i) for i, row in enumerate(rows) if row[column] > EPS]
        if not ratios:
            raise AssertionError("unbounded: a test's own mistake")
        least = min(ratio for ratio, _, _ in ratios)
        _, _, chosen = min((b, b, i) for ratio, b, i in ratios if ratio <= least + EPS)
        _pivot(rows, basis, chosen, column)
        factor = gains[column]
        gains[:] = [a - factor * b for a, b in zip(gains, rows[chosen], strict=True)]


def _pivot(rows: list[list[float]], basis: list[int], chosen: int, column: int) -> None:
    scale = rows[chosen][column]
    rows[chosen] = [value / scale for value in rows[chosen]]
    for i, row in enumerate(rows):
        if i != chosen and row[column]:
            factor = row[column]
            rows[i] = [a - factor * b for a, b in zip(row, rows[chosen], strict=True)]
    basis[chosen] = column


def _leave(rows: list[list[float]], basis: list[int], first: int) -> None:
    """Take artificial columns, all at 0 by now, out of the basis; a row of nothing else says nothing."""
    for i in reversed(range(len(rows))):
        if basis[i] >= first:
            column = next((j for j in range(first) if abs(rows[i][j]) > EPS), None)
            if column is None:
                del rows[i], basis[i]
            else:
                _pivot(rows, basis, i, column)
