"""The share of its hours that a job loses on spot machines, for workloads that say how they save their work.

    lost fraction = interruptions per hour x (checkpoint interval / 2 + restart time)

Interruptions come at random at a steady rate: when a fraction f of machines is taken within a month of 730
hours, one machine has -ln(1 - f) / 730 of them an hour. A gang stops when any of its machines is taken.
"""

from math import ceil, log1p

from advisor.demand.workload import Workload
from optimizer.problem import HOURS_PER_MONTH

UNKNOWN_FRACTION = 0.25
"""Assumed where a spot offer does not say how many machines are taken in a month: what stands for the worst
class its provider publishes (over 20 %)."""
LARGEST_FRACTION = 0.99  # all machines taken would mean infinitely many interruptions an hour


def interruptions_per_hour(monthly_fraction: float) -> float:
    """Interruptions of one machine in an hour, when this fraction of machines is taken in a month."""
    return -log1p(-min(monthly_fraction, LARGEST_FRACTION)) / HOURS_PER_MONTH


def lost_fraction(
    workload: Workload, monthly_fraction: float | None, accelerator_count: float | None
) -> float:
    """Share of paid hours in which nothing lasting is done, 0 to 1.

    0 for a workload without `checkpoint`, and where `monthly_fraction` is None: capacity that nobody takes.
    """
    if workload.checkpoint is None or monthly_fraction is None:
        return 0.0
    machines = ceil(workload.gang / (accelerator_count or 1.0) - 1e-9)
    per_hour = max(1, machines) * interruptions_per_hour(monthly_fraction)
    return min(1.0, per_hour * workload.checkpoint.hours_per_interruption)
