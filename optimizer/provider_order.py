"""What commitments cover, hour by hour, in the order in which providers apply them."""

from collections import defaultdict
from dataclasses import replace

from .idle_cover import without_idle_cover
from .problem import Elastic, Problem
from .result import Plan
from .spend import Cover, SpendPlan

TRACE = 1e-9  # of a machine: covering less is rounding

Running = dict[str, float]  # offer -> machines


def in_provider_order(problem: Problem, plan: Plan) -> tuple[Plan, float]:
    """The plan as its providers bill it, and what that saves against the solver's split (present worth).

    Highest saving first is the best split of a plan's money, so this only takes away what the solver leaves
    within its tolerances or its gap, and settles ties. Slices in which two plans in force could cover the
    same machine stay as they are: between plans the solver's split may be better than any provider's.
    """
    if not (plan.commitments or plan.covers):
        return plan, 0.0
    plan = without_idle_cover(problem, plan)
    offers = {e.key: e for e in problem.elastic}
    running: dict[int, Running] = defaultdict(dict)
    for run in plan.runs:
        if run.option in offers:
            running[run.slice][run.option] = float(run.quantity)
    covers: dict[int, list[Cover]] = defaultdict(list)
    for cover in plan.covers:
        covers[cover.slice].append(cover)
    found: list[Cover] = []
    saved = 0.0
    for piece in plan.slices:
        here, before = running[piece.index], covers[piece.index]
        money = _in_force(problem, plan, piece.month)
        after = before if _overlap(money, here) else _applied(offers, money, here, piece.index)
        found += after
        more = _worth(offers, after) - _worth(offers, before)
        saved += more * piece.hours * problem.horizon.factor(piece.month)
    return replace(plan, covers=tuple(found)), saved


def _in_force(problem: Problem, plan: Plan, month: int) -> list[tuple[SpendPlan, float]]:
    """Plans with money in a month, and how much an hour."""
    plans = {p.key: p for p in problem.spend_plans}
    money = defaultdict(float, {key: own for key, p in plans.items() if (own := p.owned_in(month))})
    for made in plan.commitments:
        if made.start <= month < made.start + plans[made.plan].term_months:
            money[made.plan] += made.per_hour
    return [(plans[key], amount) for key, amount in sorted(money.items())]


def _overlap(money: list[tuple[SpendPlan, float]], running: Running) -> bool:
    return any(sum(key in plan.rates for plan, _ in money) > 1 for key in running)


def _applied(
    offers: dict[str, Elastic], money: list[tuple[SpendPlan, float]], running: Running, slice_: int
) -> list[Cover]:
    """Each plan on its own machines: highest saving first, then lowest rate, then by name."""
    found = []
    for plan, amount in money:
        left = amount
        for key in sorted(running.keys() & plan.rates.keys(), key=lambda k: _place(offers[k], plan.rates[k])):
            machines = min(running[key], left / plan.rates[key])
            left -= machines * plan.rates[key]
            if machines > TRACE:
                found.append(Cover(plan=plan.key, option=key, slice=slice_, machines=machines))
    return found


def _place(offer: Elastic, rate: float) -> tuple[float, float, str]:
    """What has no price but its rate comes first, since it could not run otherwise."""
    fraction = rate / offer.price_per_hour if offer.price_per_hour > 0 else 0.0
    return (0.0 if offer.covered_only else fraction, rate, offer.key)


def _worth(offers: dict[str, Elastic], covers: list[Cover]) -> float:
    """What covered machines would cost on demand, an hour."""
    return sum(cover.machines * offers[cover.option].price_per_hour for cover in covers)
