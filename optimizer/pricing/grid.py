"""Coarse time for a relaxation: periods of whole months, and blocks of hours of the day in each of them.

Weights are hours times the discount of their month. Averaging a plan with these weights keeps its present
worth and every row that holds hour by hour; MODEL.md, "The relaxation over the whole catalogue".
"""

from dataclasses import dataclass

import numpy as np

from ..matrix import Array
from ..problem import Problem, RateDemand
from ..timegrid import CELLS, Window, cell_hours, merge_equal


@dataclass(frozen=True, slots=True)
class Grid:
    """Slice j = period x blocks + block. `factor[t]` is the discount of a month, `month_weight` its sum."""

    periods: tuple[range, ...]
    blocks: tuple[tuple[int, ...], ...]
    factor: Array
    block_hours: Array  # of one month
    period_weight: Array  # sum of the discounts of the months of a period
    period_of: Array  # of a slice
    hours: Array  # discounted hours of a slice
    least_factor: Array  # of the months of a period
    largest_factor: Array

    @property
    def slices(self) -> int:
        """Number of slices."""
        return len(self.hours)

    def by_period(self, by_month: Array) -> Array:
        """Mean over the months of each period (last axis), weighted with the discount."""
        weighted = by_month * self.factor
        starts = [period[0] for period in self.periods]
        return np.asarray(np.add.reduceat(weighted, starts, axis=-1) / self.period_weight)

    def spread(self, by_period: Array) -> Array:
        """The value of each slice's period (last axis)."""
        return np.asarray(by_period[..., self.period_of])

    def month_period(self) -> list[int]:
        """Period of each month."""
        return [p for p, period in enumerate(self.periods) for _ in period]

    def cell_block(self) -> dict[int, int]:
        """Block of each cell of the day."""
        return {cell: b for b, block in enumerate(self.blocks) for cell in block}

    def presence(self, window: Window) -> Array:
        """Share of each month that a window covers."""
        months = len(self.factor)
        return np.array([window.overlap(month, month + 1) for month in range(months)])

    def hours_of_day(self, hours: frozenset[int] | None) -> Array:
        """Share of each block's hours in which something with these hours of day can be had."""
        if hours is None:
            return np.ones(len(self.blocks))
        held = [sum(cell_hours(c) for c in block if CELLS[c][1] in hours) for block in self.blocks]
        return np.asarray(np.array(held) / self.block_hours)

    def load(self, demand: RateDemand) -> Array:
        """Mean load of a rate demand in each slice (work units per hour)."""
        months = range(len(self.factor))
        peak = np.array([demand.load_per_hour(t, 1.0) if demand.runs_in(t) else 0.0 for t in months])
        hours = [sum(cell_hours(c) * demand.shape.level(c) for c in block) for block in self.blocks]
        level = np.array(hours) / self.block_hours
        return np.asarray(np.outer(self.by_period(peak), level).ravel())


def make_grid(problem: Problem, months_per_period: int, most_blocks: int | None) -> Grid:
    """Periods of so many months (the last may be shorter), and at most so many blocks (None: exact ones)."""
    months = problem.horizon.months
    step = months_per_period
    periods = tuple(range(first, min(first + step, months)) for first in range(0, months, step))
    rates = [load.demand for load in problem.workloads if isinstance(load.demand, RateDemand)]
    levels = [tuple(demand.shape.level(cell) for demand in rates) for cell in range(len(CELLS))]
    blocks = merge_equal(levels)
    if most_blocks is not None and len(blocks) > most_blocks:
        blocks = _joined(blocks, np.array(levels) * _machines(problem), most_blocks)
    factor = np.array([problem.horizon.factor(month) for month in range(months)])
    block_hours = np.array([sum(cell_hours(cell) for cell in block) for block in blocks])
    starts = [period[0] for period in periods]
    weight = np.add.reduceat(factor, starts)
    return Grid(
        periods=periods,
        blocks=tuple(blocks),
        factor=factor,
        block_hours=block_hours,
        period_weight=weight,
        period_of=np.repeat(np.arange(len(periods)), len(blocks)),
        hours=np.outer(weight, block_hours).ravel(),
        least_factor=np.minimum.reduceat(factor, starts),
        largest_factor=np.maximum.reduceat(factor, starts),
    )


def _machines(problem: Problem) -> Array:
    """Machines of the fastest kind that each rate demand keeps busy at its peak, in the mean of all months;
    0 where no machine serves it.
    """
    months, found = range(problem.horizon.months), []
    for workload in problem.workloads:
        demand = workload.demand
        if isinstance(demand, RateDemand):
            peaks = sum(demand.load_per_hour(t, 1.0) for t in months if demand.runs_in(t))
            fastest = max(workload.units_per_hour.values(), default=0.0)
            found.append(peaks / len(months) / fastest if fastest > 0 else 0.0)
    return np.array(found)


def _joined(blocks: list[tuple[int, ...]], loads: Array, most: int) -> list[tuple[int, ...]]:
    """Blocks joined until `most` are left, each time the two whose joint mean is nearest (Ward's method).

    `loads` of each cell and workload. What is lost is hours x squared distance from the mean, of each load
    and of their sum, since they may share machines: a relaxation of means sees no peak and no valley.
    """
    loads = np.column_stack((loads, loads.sum(axis=1)))
    left = list(blocks)
    hours = np.array([sum(cell_hours(cell) for cell in block) for block in left])
    mean = np.array(
        [np.average(loads[list(b)], axis=0, weights=[cell_hours(cell) for cell in b]) for b in left]
    )
    while len(left) > most:
        apart = ((mean[:, None, :] - mean[None, :, :]) ** 2).sum(axis=2)
        lost = apart * hours[:, None] * hours[None, :] / (hours[:, None] + hours[None, :])
        lost[np.tril_indices(len(left))] = np.inf
        i, j = divmod(int(np.argmin(lost)), len(left))
        mean[i] = (hours[i] * mean[i] + hours[j] * mean[j]) / (hours[i] + hours[j])
        hours[i] += hours[j]
        left[i] = tuple(sorted(left[i] + left[j]))
        del left[j]
        mean, hours = np.delete(mean, j, axis=0), np.delete(hours, j)
    return left
