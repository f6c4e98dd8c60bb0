"""Small CSV tables shipped with the code: read strictly, because a flaw in them is our own defect."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Generic, TypeVar

from providers.errors import ReferenceDataError

REFERENCE = Path(__file__).parent / "reference"

K = TypeVar("K")
V = TypeVar("V")


class LazyMapping(Mapping[K, V], Generic[K, V]):
    """A read-only mapping that calls `load` at its first use and keeps the answer."""

    __slots__ = ("_load", "_loaded")

    def __init__(self, load: Callable[[], Mapping[K, V]]) -> None:
        self._load = load
        self._loaded: Mapping[K, V] | None = None

    def _table(self) -> Mapping[K, V]:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def __getitem__(self, key: K) -> V:
        return self._table()[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())


class TableRow:
    """One row; its readers raise `ReferenceDataError` naming table, line, column and value."""

    __slots__ = ("_cells", "_table", "line")

    def __init__(self, table: str, line: int, cells: Mapping[str, str]) -> None:
        self._table = table
        self.line = line
        self._cells = cells

    def error(self, column: str, reason: str) -> ReferenceDataError:
        """The error to raise about one cell of this row."""
        return ReferenceDataError(
            f"{self._table}, line {self.line}, {column}: {self._cells[column]!r}: {reason}"
        )

    def optional(self, column: str) -> str | None:
        """The stripped cell, None when empty."""
        return self._cells[column] or None

    def text(self, column: str) -> str:
        """The stripped cell, which must not be empty."""
        if not self._cells[column]:
            raise self.error(column, "must not be empty")
        return self._cells[column]

    def names(self, column: str) -> tuple[str, ...]:
        """The parts of a cell separated by `|`; none when empty."""
        return tuple(part.strip() for part in self._cells[column].split("|") if part.strip())

    def number(self, column: str) -> Decimal:
        """A finite number."""
        try:
            value = Decimal(self._cells[column])
        except InvalidOperation:
            raise self.error(column, "must be a number") from None
        if not value.is_finite():
            raise self.error(column, "must be a finite number")
        return value

    def optional_number(self, column: str) -> Decimal | None:
        """A finite number, None when empty."""
        return self.number(column) if self._cells[column] else None


def parse_table(text: str, *, table: str, columns: Sequence[str]) -> list[TableRow]:
    """Rows of CSV text whose header must hold exactly `columns`, in any order; blank lines are skipped."""
    reader = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    if sorted(header) != sorted(columns):
        raise ReferenceDataError(f"{table}: columns are {','.join(header)}; must be {','.join(columns)}")
    rows = []
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise ReferenceDataError(
                f"{table}, line {reader.line_num}: {len(cells)} cells; must be {len(header)}"
            )
        stripped = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        rows.append(TableRow(table, reader.line_num, stripped))
    return rows


def read_table(path: Path, *, columns: Sequence[str]) -> list[TableRow]:
    """Rows of a UTF-8 CSV file; raises `ReferenceDataError` when it is missing or not as `columns` say."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"{path.name}: cannot be read: {error}") from error
    return parse_table(text, table=path.name, columns=columns)
