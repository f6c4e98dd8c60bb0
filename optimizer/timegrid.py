"""Time as the model sees it: slices, each a group of similar hours of one month.

A slice is a load block of a month, or of a part of a month where a capacity window begins or ends inside it.
Hours are merged only when every load and every availability is the same in them, so nothing is lost;
`blocks_per_month` asks for coarser blocks, which then carry the largest load of their hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WEEKDAY_HOURS = 730.0 * 5 / 7
WEEKEND_HOURS = 730.0 * 2 / 7
CELLS = tuple((day, hour) for day in ("weekday", "weekend") for hour in range(24))


@dataclass(frozen=True, slots=True)
class Window:
    """Part of the plan's time, in months from its start; `end` is exclusive."""

    start: float = float("-inf")
    end: float = float("inf")

    def covers(self, start: float, end: float) -> bool:
        """Whether all of [start, end) lies in the window."""
        return self.start <= start + 1e-9 and end <= self.end + 1e-9

    def overlap(self, start: float, end: float) -> float:
        """Length in months of what [start, end) shares with the window."""
        return max(0.0, min(self.end, end) - max(self.start, start))


@dataclass(frozen=True, slots=True)
class DayShape:
    """Level (0..1 of the peak) of each hour of the day, on weekdays and at weekends."""

    weekday: tuple[float, ...]
    weekend: tuple[float, ...]

    def level(self, cell: int) -> float:
        """Level in cell 0..47: weekday hours 0..23, then weekend hours 0..23."""
        return self.weekday[cell] if cell < 24 else self.weekend[cell - 24]


FLAT = DayShape((1.0,) * 24, (1.0,) * 24)
ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Slice:
    """Hours of one month that look alike: `hours` of them, within [start, end) months of the plan."""

    index: int
    month: int
    start: float
    end: float
    hours: float
    cells: tuple[int, ...]


def cell_hours(cell: int) -> float:
    """Hours a month has of one hour-of-week-kind cell: 730 x 5/7 or 2/7, spread evenly over the day."""
    return (WEEKDAY_HOURS if cell < 24 else WEEKEND_HOURS) / 24.0


def month_parts(month: int, windows: Sequence[Window]) -> list[tuple[float, float]]:
    """`month` cut wherever a window begins or ends inside it."""
    cuts = {float(month), month + 1.0}
    for window in windows:
        cuts |= {edge for edge in (window.start, window.end) if month + 1e-9 < edge < month + 1 - 1e-9}
    edges = sorted(cuts)
    return list(pairwise(edges))


def merge_equal(signatures: Sequence[tuple[object, ...]]) -> list[tuple[int, ...]]:
    """Cells with the same signature together, in order of their first cell."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for cell, signature in enumerate(signatures):
        groups.setdefault(signature, []).append(cell)
    return [tuple(cells) for cells in groups.values()]


def merge_similar(
    groups: list[tuple[int, ...]],
    loads: Sequence[Sequence[float]],
    kinds: Sequence[object],
    most: int,
) -> list[tuple[int, ...]]:
    """Merge groups until at most `most` are left, raising loads as little as possible.

    `loads[cell]` are the loads of each workload relative to its own peak; only groups of the same `kinds`
    (availability) may be merged. Each step joins the pair that adds the fewest load-hours.
    """
    left = list(groups)
    while len(left) > most:
        best: tuple[float, int, int] | None = None
        for i, first in enumerate(left):
            for j in range(i + 1, len(left)):
                if kinds[first[0]] != kinds[left[j][0]]:
                    continue
                added = _raised(first + left[j], loads) - _raised(first, loads) - _raised(left[j], loads)
                if best is None or added < best[0]:
                    best = (added, i, j)
        if best is None:
            return left
        _, i, j = best
        left[i] = tuple(sorted(left[i] + left[j]))
        del left[j]
    return left


def _raised(cells: Sequence[int], loads: Sequence[Sequence[float]]) -> float:
    """Load-hours when every cell carries the largest load among them."""
    hours = sum(cell_hours(cell) for cell in cells)
    return sum(hours * max(loads[cell][w] for cell in cells) for w in range(len(loads[cells[0]])))
