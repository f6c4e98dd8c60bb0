"""The slices of a plan are all of its time, once."""

from collections import defaultdict
from collections.abc import Iterator

from ..problem import Problem, RateDemand
from ..timegrid import Slice
from .facts import EDGE, cell_hours, level, number, within


def check_slices(problem: Problem, slices: tuple[Slice, ...]) -> Iterator[str]:
    """Every hour of every month lies in exactly one slice, and the hours of a slice look alike."""
    seen: set[int] = set()
    for piece in slices:
        if piece.index in seen:
            yield f"slice {piece.index}: two slices have this index"
        seen.add(piece.index)
        yield from _check_one(problem, piece)
    yield from _check_tiling(problem, slices)


def _check_one(problem: Problem, piece: Slice) -> Iterator[str]:
    where = f"slice {piece.index}"
    if not 0 <= piece.month < problem.horizon.months:
        yield f"{where}: month {piece.month} is not one of the plan's {problem.horizon.months} months"
    if not (piece.month - EDGE <= piece.start < piece.end <= piece.month + 1 + EDGE):
        yield f"{where}: [{number(piece.start)}, {number(piece.end)}) is not inside month {piece.month}"
    bad = [cell for cell in piece.cells if not 0 <= cell < 48]
    if bad or not piece.cells or len(set(piece.cells)) != len(piece.cells):
        yield f"{where}: its cells are not different numbers of 0..47: {piece.cells}"
        return
    hours = (piece.end - piece.start) * sum(cell_hours(cell) for cell in piece.cells)
    if not abs(piece.hours - hours) <= 1e-6 * hours:
        yield f"{where}: it claims {number(piece.hours)} hours, its cells have {number(hours)}"
    if problem.horizon.blocks_per_month is None:
        yield from _check_alike(problem, piece)


def _check_alike(problem: Problem, piece: Slice) -> Iterator[str]:
    for workload in problem.workloads:
        demand = workload.demand
        if isinstance(demand, RateDemand) and within(demand.first_month, demand.last_month, piece.month):
            levels = {level(demand, cell) for cell in piece.cells}
            if max(levels) - min(levels) > 1e-12:
                low, high = number(min(levels)), number(max(levels))
                yield f"slice {piece.index}: levels of {workload.name!r} differ within it ({low} to {high})"


def _check_tiling(problem: Problem, slices: tuple[Slice, ...]) -> Iterator[str]:
    spans: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for piece in slices:
        for cell in piece.cells:
            spans[piece.month, cell].append((piece.start, piece.end))
    for month in range(problem.horizon.months):
        for cell in range(48):
            at = float(month)
            for start, end in sorted(spans[month, cell]):
                if abs(start - at) > EDGE:
                    word = "in two slices" if start < at else "in no slice"
                    yield f"month {month}, cell {cell}: {word} from {number(min(start, at))}"
                at = max(at, end)
            if at < month + 1 - EDGE:
                yield f"month {month}, cell {cell}: in no slice from {number(at)}"
