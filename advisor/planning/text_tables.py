"""Tables and lists for a terminal: figures to the right, the widest words cut where they must be."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100
_GAP = "  "
_NARROWEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A title and its cells; figures are set right and never cut."""

    title: str
    cells: Sequence[str]
    is_figure: bool = False

    @property
    def width(self) -> int:
        return max([len(self.title), *map(len, self.cells)])


def table(columns: Sequence[Column], *, indent: str = "  ", width: int = WIDTH) -> list[str]:
    """Aligned lines, titles first where there are any."""
    widths = _widths(columns, width - len(indent))
    rows = list(zip(*(column.cells for column in columns), strict=True))
    if any(column.title for column in columns):
        rows.insert(0, tuple(column.title for column in columns))
    return [indent + _GAP.join(map(_cell, row, columns, widths)).rstrip() for row in rows]


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """Natural widths, with the widest columns of words narrowed until all fit."""
    widths = [column.width for column in columns]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > room:
        words = [n for n, column in enumerate(columns) if not column.is_figure and widths[n] > _NARROWEST]
        if not words:
            break
        widths[max(words, key=lambda n: widths[n])] -= 1
    return widths


def _cell(text: str, column: Column, width: int) -> str:
    if column.is_figure:
        return text.rjust(width)
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)


def paragraph(text: str, *, width: int = WIDTH) -> list[str]:
    """Lines of a text, broken between words."""
    return textwrap.wrap(text, width)


def bullet(text: str, *, width: int = WIDTH) -> list[str]:
    """Lines of one item of a list."""
    return textwrap.wrap(text, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
