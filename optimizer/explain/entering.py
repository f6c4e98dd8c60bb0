"""The price at which an offer enters the best plan.

The least cost f of a problem as a function of one offer's price x is concave and never falls: it is the
lowest of one straight line a + b·x per plan. Where a plan that uses the offer costs as much as the best plan
without it, x = (f(∞) − a)/b, is solved again, until nothing cheaper is found: then no plan that uses the
offer beats the one without it at that price, nor at any higher one.
"""

from dataclasses import dataclass, replace

from ..problem import Problem
from ..result import Plan, Status
from ..verify import PlanRefused, verify
from .again import SAME, Again, Finding

STARTS = (0.5, 0.05)  # of its price: where an offer that is not in the plan is looked for
ROUNDS = 12
HALVINGS = 20
FARTHEST = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """Fractions of an offer's own price (hourly price, upfront, capex alike).

    At `low` a plan that uses it is proven cheaper than any without; at `high` and above using it saves at
    most `slack` (plan currency).
    """

    low: float
    high: float
    slack: float


def priced(problem: Problem, offer: str, fraction: float) -> Problem:
    """The problem with the prices of one offer, or the capex of one server type, times `fraction`."""
    f = fraction
    return replace(
        problem,
        elastic=tuple(
            replace(e, price_per_hour=f * e.price_per_hour) if e.key == offer else e for e in problem.elastic
        ),
        reservations=tuple(
            replace(r, price_per_hour=f * r.price_per_hour, upfront=f * r.upfront) if r.key == offer else r
            for r in problem.reservations
        ),
        blocks=tuple(
            replace(b, price_per_hour=f * b.price_per_hour) if b.key == offer else b for b in problem.blocks
        ),
        sites=tuple(
            replace(
                site,
                servers=tuple(replace(s, capex=f * s.capex) if s.key == offer else s for s in site.servers),
            )
            for site in problem.sites
        ),
    )


def entering(
    again: Again, offer: str, best_without: Finding, plan_with: Plan | None = None
) -> Entering | str | None:
    """Where the offer enters, or for one in the plan (`plan_with`, at its own price) leaves.

    None when time ran out; words when there is no such price.
    """
    search = _Search(again, offer, best_without)
    if plan_with is not None:
        return search.climb(1.0, plan_with)
    for start in STARTS:
        found = again.solve(priced(again.base.problem, offer, start), close=True)
        if found is None:
            return None
        if found.npv is not None and found.plan is not None and search.is_cheaper(found.npv):
            return search.climb(start, found.plan)
    return f"at {STARTS[-1]:.0%} of its price it would still not lower the cost beyond the gap"


class _Search:
    def __init__(self, again: Again, offer: str, best_without: Finding) -> None:
        self.again, self.offer, self.without = again, offer, best_without
        self.npv = best_without.npv or 0.0
        self.trace = SAME * max(1.0, abs(self.npv))

    def is_cheaper(self, npv: float) -> bool:
        """Whether a plan beats every plan without the offer, by the proof there is for them."""
        return npv < self.without.bound - self.trace

    def climb(self, fraction: float, plan: Plan) -> Entering | str | None:
        """From a plan that uses the offer at a price to the highest price at which one does."""
        for _ in range(ROUNDS):
            low, meets = (self._meets(plan, fraction, npv) for npv in (self.without.bound, self.npv))
            sure, high = self._affordable(plan, fraction, max(fraction, meets))
            low = max(0.0, min(sure, low))
            if high > FARTHEST:
                return f"it would be in the plan even at {FARTHEST:,.0f} times its price"
            found = self.again.solve(priced(self.again.base.problem, self.offer, high), close=True)
            if found is None:
                return None
            better = found.npv is not None and found.npv < self.npv - self.trace
            if not better or found.plan is None or self._use(found.plan, high) <= 0:
                slack = self.npv - found.bound if found.status is not Status.INFEASIBLE else 0.0
                return Entering(low=low, high=high, slack=max(0.0, slack))
            fraction, plan = high, found.plan
        return None

    def _meets(self, plan: Plan, fraction: float, npv: float) -> float:
        """The fraction at which this plan costs `npv`."""
        use = self._use(plan, fraction)
        if use <= 0:
            return fraction
        return fraction + (npv - self._cost(plan, fraction)) / use

    def _use(self, plan: Plan, fraction: float) -> float:
        """What the plan pays for the offer at its full price."""
        return (self._cost(plan, fraction) - self._cost(plan, 0.0)) / fraction

    def _cost(self, plan: Plan, fraction: float) -> float:
        return verify(priced(self.again.base.problem, self.offer, fraction), plan).npv

    def _affordable(self, plan: Plan, sure: float, wanted: float) -> tuple[float, float]:
        """The highest fraction up to `wanted` at which the plan keeps limits on money, and the next above."""
        refused = wanted
        for _ in range(HALVINGS):
            try:
                self._cost(plan, wanted)
                sure = wanted
            except PlanRefused:  # a ceiling on capex or cash; `sure` is known to hold
                refused = wanted
            if sure == refused:
                break
            wanted = (sure + refused) / 2
        return sure, refused
