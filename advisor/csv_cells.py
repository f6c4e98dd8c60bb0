"""Cells of CSV files: figures as they are, and no text that a spreadsheet would run."""

from advisor.catalog.listing_csv import FORMULA_STARTS

Cell = str | int | float | None


def as_text(value: Cell) -> str:
    """Empty for what is unknown; text that would be taken for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    return repr(value)
