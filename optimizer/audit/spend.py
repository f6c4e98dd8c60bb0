"""Commitments to spend: what they cover, what they cost, and what the provider would charge beside them."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from ..problem import Elastic, EndOfHorizon
from ..spend import Commitment, SpendPlan
from .facts import HOURS, Facts, number
from .tally import Tally


def spend_faults(facts: Facts) -> Iterator[str]:
    """Names that the problem does not have, and amounts that are not numbers from 0."""
    plans = _plans(facts)
    for made in facts.plan.commitments:
        where = f"commitment to {made.plan!r} from month {made.start}"
        if made.plan not in plans:
            yield f"{where}: unknown plan"
        if not (math.isfinite(made.per_hour) and made.per_hour >= 0):
            yield f"{where}: {made.per_hour} per hour is not a number from 0"
    for cover in facts.plan.covers:
        where = f"{cover.option} covered by {cover.plan!r} in slice {cover.slice}"
        if cover.plan not in plans or cover.option not in plans[cover.plan].rates:
            yield f"{where}: the plan is not known, or has no rate for it"
        if cover.option not in facts.elastic or cover.slice not in facts.slices:
            yield f"{where}: unknown offer or slice"
        if not (math.isfinite(cover.machines) and cover.machines >= 0):
            yield f"{where}: {cover.machines} machines is not a number from 0"


def covered_machines(facts: Facts) -> Counter[tuple[str, int]]:
    """Machines that plans pay for, by (offer, slice)."""
    found: Counter[tuple[str, int]] = Counter()
    for cover in facts.plan.covers:
        found[cover.option, cover.slice] += cover.machines  # type: ignore[assignment]  # parts of machines
    return found


def check_spend(facts: Facts, tolerance: float) -> Iterator[str]:
    """Bought when on sale; covering no more than is committed, and no more than runs."""
    plans = _plans(facts)
    for made in facts.plan.commitments:
        window = plans[made.plan].window
        if not (0 <= made.start < facts.months and window.start <= made.start < window.end):
            yield f"commitment to {made.plan!r} from month {made.start}: it cannot be bought then"
    taken: dict[tuple[str, int], float] = defaultdict(float)
    for cover in facts.plan.covers:
        taken[cover.plan, cover.slice] += plans[cover.plan].rates[cover.option] * cover.machines
    for (key, i), used in taken.items():
        most = _committed(facts, plans[key], facts.slices[i].month)
        scale = most + max(plans[key].rates.values())
        if not used <= most + tolerance * scale:
            yield f"{key} in slice {i}: covers {number(used)} per hour, {number(most)} is committed"
    covered = covered_machines(facts)
    for (key, i), machines in covered.items():
        running = facts.running.get(key, {}).get(i, 0)
        if not machines <= running + tolerance * (1.0 + running):
            yield f"{key} in slice {i}: {number(machines)} machines covered, {running} running"
    for offer in facts.elastic.values():
        for i, count in facts.running.get(offer.key, {}).items() if offer.covered_only else ():
            if not abs(covered[offer.key, i] - count) <= tolerance * (1.0 + count):
                yield f"{offer.key} in slice {i}: {count} machines running, only under plans: not all covered"
    for i in facts.slices:
        yield from _check_charge(facts, i, covered, tolerance)


def _check_charge(facts: Facts, i: int, covered: Counter[tuple[str, int]], tolerance: float) -> Iterator[str]:
    """The provider, in its own order, leaves on demand what the plan pays: no more and no less.

    Only where no two plans in force could cover the same machine: between such plans the order is the
    provider's, and what it makes of the bill is told with the answer.
    """
    left = {key: float(counts[i]) for key, counts in facts.running.items() if counts.get(i)}
    left = {key: count for key, count in left.items() if key in facts.elastic}
    month = facts.slices[i].month
    active = [plan for plan in facts.problem.spend_plans if _committed(facts, plan, month) > 0]
    if not active or any(sum(key in plan.rates for plan in active) > 1 for key in left):
        return
    promised = sum((n - covered[key, i]) * facts.elastic[key].price_per_hour for key, n in left.items())
    scale = sum((n + 1.0) * facts.elastic[key].price_per_hour for key, n in left.items())
    for plan in sorted(active, key=lambda plan: (not plan.narrow, plan.key)):
        money = _committed(facts, plan, month)
        for key in sorted(left.keys() & plan.rates.keys(), key=lambda k: _saving_order(facts, plan, k)):
            taken = min(left[key], money / plan.rates[key])
            left[key] -= taken
            money -= taken * plan.rates[key]
    charged = sum(n * facts.elastic[key].price_per_hour for key, n in left.items())
    if not abs(charged - promised) <= tolerance * scale:
        yield f"slice {i}: the provider charges {number(charged)} an hour on demand, not {number(promised)}"


def _saving_order(facts: Facts, plan: SpendPlan, key: str) -> tuple[float, float, str]:
    """Highest saving (as a fraction) first, at equal savings the lowest rate."""
    offer: Elastic = facts.elastic[key]
    price, rate = offer.price_per_hour, plan.rates[key]
    return (rate / price if price > 0 and not offer.covered_only else 0.0, rate, key)


def _plans(facts: Facts) -> dict[str, SpendPlan]:
    return {plan.key: plan for plan in facts.problem.spend_plans}


def _committed(facts: Facts, plan: SpendPlan, month: int) -> float:
    """Money an hour in force in a month."""
    made = (c for c in facts.plan.commitments if c.plan == plan.key)
    own = plan.owned_per_hour[month] if month < len(plan.owned_per_hour) else 0.0
    return own + sum(c.per_hour for c in made if c.start <= month < c.start + plan.term_months)


def bill_spend(facts: Facts) -> Iterator[Tally]:
    """One tally per commitment: paid for every hour of its term, used or not; and per plan that is owned."""
    plans = _plans(facts)
    for made in facts.plan.commitments:
        yield _bill(facts, made, plans[made.plan])
    for plan in plans.values():
        held = [month for month, money in enumerate(plan.owned_per_hour) if money and month < facts.months]
        if held:
            yield Tally(
                kind="owned",
                option=plan.key,
                start=held[0],
                months=held[-1] - held[0] + 1,
                quantity=1,
                commitment_per_hour=max(plan.owned_per_hour),
            )


def _bill(facts: Facts, made: Commitment, plan: SpendPlan) -> Tally:
    term, horizon = plan.term_months, facts.months
    tally = Tally(
        kind="spend_commitment",
        option=plan.key,
        start=made.start,
        months=term,
        quantity=1,
        commitment_per_hour=made.per_hour,
    )
    whole = made.per_hour * HOURS * term
    tally.opex[made.start] += whole * plan.upfront_fraction
    runs_off = facts.problem.horizon.end is EndOfHorizon.RUN_OFF
    for month in range(made.start, made.start + term):
        tally.due(month, whole * (1.0 - plan.upfront_fraction) / term, facts)
    beyond = made.start + term - horizon
    if beyond > 0 and not runs_off:
        tally.credit[horizon - 1] += whole * plan.upfront_fraction * beyond / term
    return tally
