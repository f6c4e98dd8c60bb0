"""Hours that are paid for and not worked: what whole machines in whole load blocks cost."""

from collections.abc import Collection

from optimizer.result import Plan

NOTABLE_FRACTION = 0.05
"""More than this share of the hours paid by use is told."""


def idle_fraction(plan: Plan, by_hour: Collection[str]) -> float:
    """Share of the machine-hours of offers paid by the hour (`by_hour`) in which no workload uses them."""
    hours = {piece.index: piece.hours for piece in plan.slices}
    paid = sum(run.quantity * hours[run.slice] for run in plan.runs if run.option in by_hour)
    worked = sum(serve.machines * hours[serve.slice] for serve in plan.serves if serve.source in by_hour)
    return max(0.0, 1.0 - worked / paid) if paid > 0 else 0.0
