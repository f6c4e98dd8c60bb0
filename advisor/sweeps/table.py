"""The plans of a sweep as rows of a table: for CSV and spreadsheets, figures as stored."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from advisor.csv_cells import Cell, as_text


def rows_of(points: Sequence[Any]) -> Iterator[tuple[Cell, ...]]:
    """A row of titles, then one for each point, of those that were stored or a command has worked out."""
    drivers = _names(point.factors for point in points)
    paths = _names(point.changes for point in points)
    kinds = _names(point.npv_by_kind for point in points)
    yield (
        "index", "label", *(f"factor of {name}" for name in drivers), *paths, "state", "status", "npv",
        "proven_gap (fraction)", "cash", "capex", "carbon (t CO2e)", "currency",
        *(f"npv of {kind}" for kind in kinds), "seconds", "purchases", "words",
    )  # fmt: skip
    for point in points:
        yield (
            point.index, point.label, *(point.factors.get(name, 1.0) for name in drivers),
            *(_value(point.changes, path) for path in paths), point.state, point.status, point.npv,
            point.gap, point.cash, point.capex, point.carbon_tonnes, point.currency,
            *(point.npv_by_kind.get(kind) for kind in kinds), point.seconds,
            "; ".join(purchase_words(row) for row in point.purchases), " ".join(point.words),
        )  # fmt: skip


def csv_of(points: Sequence[Any]) -> str:
    """The same as CSV; unknown is empty, and text that a spreadsheet would take for a formula is marked."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows_of(points):
        writer.writerow([as_text(value) for value in row])
    return out.getvalue()


def purchase_words(row: dict[str, Any]) -> str:
    """`≤ 12 × aws/eu-north-1/p5.48xlarge/on_demand`."""
    most = "≤ " if row["quantity_unit"] == "machines_at_once" else ""
    return f"{most}{row['quantity']} × {row['offer']}"


def _value(changes: dict[str, Any], path: str) -> Cell:
    if path not in changes:
        return None
    value = changes[path]
    if value is None:
        return "taken out"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return value


def _names(maps: Iterable[dict[str, Any]]) -> list[str]:
    """Keys of all, in the order they come."""
    return list(dict.fromkeys(name for one in maps for name in one))
