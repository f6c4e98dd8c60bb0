"""What the answers of a sweep show together: effects of drivers, a distribution, differences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

QUANTILES = (0.1, 0.5, 0.9)
LEAST_BINS, MOST_BINS = 5, 24


class Answered(Protocol):
    """What is needed of a point; `npv` None where it has no answer or is impossible."""

    @property
    def index(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def status(self) -> str | None: ...
    @property
    def npv(self) -> float | None: ...
    @property
    def gap(self) -> float | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def factors(self) -> Mapping[str, float]: ...
    @property
    def npv_by_kind(self) -> Mapping[str, float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one driver does to the cost: `low` and `high` are npv less that of the plan as it is, at its
    lowest and highest factor; None where one of the two is not proven within the gap asked. `points` are
    (factor, npv) with the same gaps, the plan as it is among them at 1, in the order of the factors."""

    driver: str
    low_factor: float
    high_factor: float
    low: float | None
    high: float | None
    points: tuple[tuple[float, float | None], ...]

    @property
    def span(self) -> float:
        """How far the cost moves over both ends and the plan as it is; what is unknown moves nothing."""
        known = [0.0, *(figure for figure in (self.low, self.high) if figure is not None)]
        return max(known) - min(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """So many draws cost `low` or more, and less than `high` (the last bin has its end too)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Cost (npv) over the draws that have an answer, `answered` of `draws`; `impossible` have none.

    Quantiles are interpolated linearly between the ordered costs. `in_best_plan` is the part of the answered
    draws whose best plan pays for a kind of capacity.
    """

    draws: int
    answered: int
    impossible: int
    mean: float
    standard_deviation: float
    p10: float
    p50: float
    p90: float
    least: float
    most: float
    bins: tuple[Bin, ...]
    in_best_plan: Mapping[str, float]


def effects_of(points: Sequence[Answered]) -> tuple[Effect, ...]:
    """Of each driver that was changed alone, the one that moves the cost most first."""
    base = proven_npv(points[0]) if points and points[0].index == 0 else None
    by_driver: dict[str, dict[float, float | None]] = {}
    for point in points:
        if len(point.factors) == 1:
            ((driver, factor),) = point.factors.items()
            by_driver.setdefault(driver, {})[factor] = proven_npv(point)
    found = []
    for driver, costs in by_driver.items():
        low, high = min(costs), max(costs)
        found.append(
            Effect(
                driver=driver,
                low_factor=low,
                high_factor=high,
                low=_less(costs[low], base),
                high=_less(costs[high], base),
                points=tuple(sorted({1.0: base, **costs}.items())),
            )
        )
    return tuple(sorted(found, key=lambda effect: -effect.span))


def proven_npv(point: Answered) -> float | None:
    """Its cost where that is proven within the gap asked; a loose one may be far above the best."""
    return point.npv if point.status == "optimal" else None


def difference(point: Answered, base: Answered) -> float | None:
    """Cost less that of the plan as it is; None where one is not proven, or in another currency."""
    npv, own = proven_npv(point), proven_npv(base)
    return None if npv is None or own is None or point.currency != base.currency else npv - own


def distribution_of(points: Sequence[Answered]) -> Distribution | None:
    """Of the draws (all points but the first); None before two of them have an answer."""
    draws = [point for point in points if point.index > 0]
    answered = [point for point in draws if point.npv is not None]
    costs = sorted(point.npv for point in answered if point.npv is not None)
    if len(costs) < 2:
        return None
    mean = math.fsum(costs) / len(costs)
    kinds = sorted({kind for point in answered for kind, npv in point.npv_by_kind.items() if npv > 0})
    p10, p50, p90 = (quantile(costs, part) for part in QUANTILES)
    return Distribution(
        draws=len(draws),
        answered=len(answered),
        impossible=sum(point.status == "infeasible" for point in draws),
        mean=mean,
        standard_deviation=math.sqrt(math.fsum((cost - mean) ** 2 for cost in costs) / (len(costs) - 1)),
        p10=p10,
        p50=p50,
        p90=p90,
        least=costs[0],
        most=costs[-1],
        bins=bins_of(costs),
        in_best_plan={
            kind: sum(point.npv_by_kind.get(kind, 0.0) > 0 for point in answered) / len(answered)
            for kind in kinds
        },
    )


def quantile(ordered: Sequence[float], part: float) -> float:
    """Linear between the ordered figures: part 0 is the first, 1 the last."""
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def bins_of(ordered: Sequence[float]) -> tuple[Bin, ...]:
    """Of equal width with round ends, some five to two dozen; one where all cost the same."""
    low, high = ordered[0], ordered[-1]
    wanted = min(max(LEAST_BINS, round(2 * math.sqrt(len(ordered)))), MOST_BINS)
    width = _round_up((high - low) / wanted)
    if width <= abs(high) * 1e-9:
        return (Bin(low=low, high=high, count=len(ordered)),)
    first, last = math.floor(low / width), math.floor(high / width)
    counts = [0] * (last - first + 1)
    for cost in ordered:
        counts[math.floor(cost / width) - first] += 1
    return tuple(
        Bin(low=(first + n) * width, high=(first + n + 1) * width, count=count)
        for n, count in enumerate(counts)
    )


def _round_up(width: float) -> float:
    """The next of 1, 2, 2.5 and 5 times a power of ten."""
    if width <= 0:
        return 0.0
    size = 10.0 ** math.floor(math.log10(width))
    return next(step * size for step in (1, 2, 2.5, 5, 10) if step * size >= width * (1 - 1e-12))


def _less(npv: float | None, base: float | None) -> float | None:
    return None if npv is None or base is None else npv - base
