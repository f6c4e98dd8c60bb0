"""Money that was committed to before a plan begins: it covers machines, and costs nothing any more."""

from collections.abc import Sequence

from advisor.demand.hints import did_you_mean, nearest
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem


def owned_money(plan: Plan, known: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """By plan to spend under: money an hour in each month. Raises PlanError for one that is not `known`."""
    found: dict[str, list[float]] = {}
    for n, owned in enumerate(plan.capacity.owned):
        if owned.commitment_per_hour is None:
            continue
        if owned.offer not in known:
            hint = did_you_mean(nearest(owned.offer, known))
            message = f"names no spend commitment whose rates are among the offers of the plan{hint}"
            path = f"capacity.owned[{n}].offer"
            raise PlanError([PlanProblem(path=path, value=owned.offer, message=message)])
        months = found.setdefault(owned.offer, [0.0] * plan.months)
        for month in plan.months_between(owned.from_, owned.until):
            months[month] += owned.quantity * float(owned.commitment_per_hour)
    return {key: tuple(months) for key, months in found.items()}
