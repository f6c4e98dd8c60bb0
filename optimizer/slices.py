"""Months cut into slices: hours in which every load keeps one level and the same offers are there."""

from collections.abc import Iterator
from typing import NamedTuple

from .problem import Problem, RateDemand
from .timegrid import CELLS, DayShape, Slice, cell_hours, merge_equal, merge_similar, month_parts


class _Level(NamedTuple):
    """Levels of some cells of the day: the one that stands for them, the largest, and the mean."""

    taken: float
    largest: float
    mean: float


class SliceBuilder:
    """Cuts each month into slices for one problem."""

    def __init__(self, problem: Problem, mean_blocks: int | None) -> None:
        self.problem = problem
        self.mean = mean_blocks is not None
        self.most = problem.horizon.blocks_per_month if mean_blocks is None else mean_blocks
        self.times = problem.availabilities()
        self.windows = [time.window for time in self.times]
        self.true_load_hours = 0.0
        self.raised_load_hours = 0.0
        self.levels: dict[tuple[DayShape, tuple[int, ...]], _Level] = {}

    def build(self) -> tuple[list[Slice], dict[tuple[int, int], float]]:
        """All slices in order of time, and the load of each rate demand in them."""
        slices: list[Slice] = []
        loads: dict[tuple[int, int], float] = {}
        for month in range(self.problem.horizon.months):
            for start, end in month_parts(month, self.windows):
                for cells in self._groups(month, start, end):
                    hours = (end - start) * sum(cell_hours(cell) for cell in cells)
                    piece = Slice(len(slices), month, start, end, hours, cells)
                    slices.append(piece)
                    self._add_loads(piece, loads)
        return slices, loads

    def _add_loads(self, piece: Slice, loads: dict[tuple[int, int], float]) -> None:
        for w, demand in self._rates(piece.month):
            level = self._level(demand.shape, piece.cells)
            loads[w, piece.index] = demand.load_per_hour(piece.month, level.taken)
            if demand.peak_per_hour > 0:
                self.true_load_hours += level.mean * piece.hours
                self.raised_load_hours += level.largest * piece.hours

    def _level(self, shape: DayShape, cells: tuple[int, ...]) -> _Level:
        """Level that stands for some cells: the largest, or their mean in a relaxation."""
        if (shape, cells) not in self.levels:
            levels = [shape.level(cell) for cell in cells]
            hours = [cell_hours(cell) for cell in cells]
            largest = max(levels)
            mean = sum(h * level for h, level in zip(hours, levels, strict=True)) / sum(hours)
            self.levels[shape, cells] = _Level(mean if self.mean else largest, largest, mean)
        return self.levels[shape, cells]

    def _rates(self, month: int) -> Iterator[tuple[int, RateDemand]]:
        for w, workload in enumerate(self.problem.workloads):
            if isinstance(workload.demand, RateDemand) and workload.demand.runs_in(month):
                yield w, workload.demand

    def _groups(self, month: int, start: float, end: float) -> list[tuple[int, ...]]:
        rates = [demand for _, demand in self._rates(month)]
        levels = list(zip(*(d.shape.weekday + d.shape.weekend for d in rates), strict=True)) or [()] * 48
        kinds = [self._availability(cell, start, end) for cell in range(48)]
        groups = merge_equal([(*levels[cell], kinds[cell]) for cell in range(48)])
        return groups if self.most is None else merge_similar(groups, levels, kinds, self.most)

    def _availability(self, cell: int, start: float, end: float) -> tuple[bool, ...]:
        hour = CELLS[cell][1]
        return tuple(hour in t.hours for t in self.times if t.hours and t.window.overlap(start, end) > 0)
