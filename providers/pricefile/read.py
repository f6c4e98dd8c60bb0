"""Bytes to offers. A bad row is listed, never raised; bytes that are no price file are raised."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from providers.accelerators import AcceleratorTable
from providers.errors import PriceFileError
from providers.offers import Offer
from providers.pricefile.columns import COLUMNS, REQUIRED, Column
from providers.pricefile.decode import decode
from providers.pricefile.rows import RefusedRow, RowReader
from providers.text import nearest, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFile:
    """What a price file held: `rows` data rows, the offers, and the refused rows with their reasons.

    `refused` describes at most MAX_REFUSED_IN_DETAIL rows; `refused_count` counts them all.
    """

    offers: tuple[Offer, ...]
    refused: tuple[RefusedRow, ...]
    rows: int
    source: str = ""

    @property
    def refused_count(self) -> int:
        """Rows refused, described or not."""
        return self.rows - len(self.offers)


def read_price_file(
    data: bytes,
    *,
    source: str,
    accelerators: AcceleratorTable | None = None,
    latest: datetime | None = None,
) -> PriceFile:
    """Offers of a price file in the columns of contract.md, in file order.

    `source` names the file in messages. Column order is free; blank lines and rows of empty cells are
    skipped. Accelerator names become canonical where `accelerators` (default: the list shipped with the
    code) knows them, else stay as written. `latest` (UTC; this package has no clock) refuses rows that were
    observed after it. Raises `PriceFileError` for bytes that are no price file.
    """
    lines = rows_with_lines(decode(data, source=source), source)
    first, header = next(lines, (1, []))
    if not header:
        raise PriceFileError(f"{source}: empty; must be CSV with the columns {', '.join(REQUIRED)}")
    columns = _columns(header, f"{source}: line {first}")
    reader = RowReader(columns, accelerators=accelerators, source=source, latest=latest)
    for line, cells in lines:
        reader.take(line, cells)
    return PriceFile(offers=reader.done(), refused=tuple(reader.refused), rows=reader.rows, source=source)


def rows_with_lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its cells) of every row that holds anything."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for cells in reader:
            if cells and (cells[0].strip() or any(map(str.strip, cells))):
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise PriceFileError(
            f"{source}: line {begin}: {error}; must be CSV, with every double quote closed"
        ) from error


def _columns(header: list[str], where: str) -> list[Column]:
    names = [name.strip() for name in header]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise PriceFileError(f"{where}: {_about_unknown(names, unknown)}")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise PriceFileError(f"{where}: {', '.join(twice)}: column occurs more than once")
    if missing := _missing(names):
        raise PriceFileError(f"{where}: {missing}; must have {', '.join(REQUIRED)}")
    return [COLUMNS[name] for name in names]


def _about_unknown(names: list[str], unknown: list[str]) -> str:
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        return "columns must be separated by commas"
    if not set(names) & set(COLUMNS):
        found = shown(", ".join(names[:8]))
        return f"not the header of a price file: {found}; must have {', '.join(REQUIRED)}"
    about = ", ".join(map(_about_column, unknown[:5]))
    more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
    missing = _missing(names)
    return f"unknown {_columns_word(unknown)} {about}{more}{'; ' if missing else ''}{missing}"


def _about_column(name: str) -> str:
    near = nearest(name, COLUMNS, limit=1)
    return f"{shown(name) or '(empty)'}{f' (did you mean {near[0]}?)' if near else ''}"


def _missing(names: list[str]) -> str:
    missing = [name for name in REQUIRED if name not in names]
    return f"missing {_columns_word(missing)} {', '.join(missing)}" if missing else ""


def _columns_word(names: list[str]) -> str:
    return "column" if len(names) == 1 else "columns"
