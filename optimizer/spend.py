"""Commitments to spend: so much money an hour for a term, used up by machines at discounted rates.

AWS Savings Plans, Azure savings plans, Google's flexible committed use discounts. What is not used in its
hour is lost, and paid. Money is in the plan's currency.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .timegrid import ALWAYS, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendPlan:
    """A plan that any amount of money an hour can be committed to, from any month of its window.

    `rates` are what one machine an hour takes of the commitment, by key of the on demand offer it runs
    under; keys of offers that a problem does not have mean nothing. `upfront_fraction` of the term's money
    is paid at its start (1 all, 0.5 partial), the rest in every hour. `narrow` plans are used up before
    others (EC2 Instance plans before Compute plans). `owned_per_hour` is money committed before, by
    month from 0: it costs nothing any more.
    """

    key: str
    provider: str
    term_months: int
    rates: Mapping[str, float]
    upfront_fraction: float = 0.0
    narrow: bool = False
    window: Window = ALWAYS  # in which it can be bought
    owned_per_hour: tuple[float, ...] = ()

    def owned_in(self, month: int) -> float:
        """Money an hour that is owned in a month."""
        return self.owned_per_hour[month] if month < len(self.owned_per_hour) else 0.0

    @property
    def is_owned(self) -> bool:
        """Whether any of it is owned."""
        return any(self.owned_per_hour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """Money committed: `per_hour` in every hour of the term of a plan, from month `start` on."""

    plan: str
    start: int
    per_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Machines of an on demand offer that a plan pays for in one slice; not whole: a part may be covered."""

    plan: str
    option: str
    slice: int
    machines: float


def plan_starts(plan: SpendPlan, month: int) -> range:
    """Start months (from 0) whose term covers `month` and in which the plan can be bought."""
    first, last = max(0, month - plan.term_months + 1), month
    if math.isfinite(plan.window.start):
        first = max(first, math.ceil(plan.window.start))
    if math.isfinite(plan.window.end):
        last = min(last, math.ceil(plan.window.end) - 1)
    return range(first, last + 1)
