"""How the hours of the plan were grouped, and what that cost in accuracy."""

from collections import Counter

from advisor.planning.case import Case
from advisor.planning.result import TimeRecord
from optimizer.index import build_index
from optimizer.problem import RateDemand
from optimizer.reduce import reduce
from optimizer.result import Plan as Decisions
from optimizer.timegrid import Slice, cell_hours

ROUNDING = 1e-9


def time_record(case: Case, decisions: Decisions | None) -> TimeRecord:
    """The slices of the decisions; without any, those the model had."""
    slices = build_index(reduce(case.problem).problem).slices if decisions is None else decisions.slices
    overstated = overstated_fraction(case, slices)
    merged = case.plan.blocks_per_month is not None and overstated > ROUNDING
    return TimeRecord(
        blocks_per_month=max(Counter(piece.month for piece in slices).values()),
        segments=len(slices),
        merged=merged,
        load_overstated_fraction=overstated if merged else 0.0,
    )


def overstated_fraction(case: Case, slices: tuple[Slice, ...]) -> float:
    """Load-hours that blocks add by carrying their busiest hour, relative to the true ones.

    Each load is counted in parts of its own peak, since loads of different units cannot be added.
    """
    true = carried = 0.0
    for workload in case.problem.workloads:
        demand = workload.demand
        if not isinstance(demand, RateDemand):
            continue
        for piece in slices:
            if demand.runs_in(piece.month):
                levels = [demand.shape.level(cell) for cell in piece.cells]
                hours = [cell_hours(cell) for cell in piece.cells]
                length = piece.end - piece.start
                true += length * sum(h * level for h, level in zip(hours, levels, strict=True))
                carried += length * sum(hours) * max(levels)
    return (carried - true) / true if true > 0 else 0.0
