"""Many plans to spend under: the few that a relaxation uses, found by pricing all of them.

Each plan has columns for each of its machines and slices, so that dozens of them would outweigh the rest of a
model. The relaxation starts without any, prices all others with its duals, takes in the most gainful, and is
solved again until none could gain. Then its optimum is that of the relaxation with all plans (MODEL.md).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from .build import Built, build
from .highs import Effort, run
from .index import build_index
from .matrix import Array, matrix_of
from .problem import Problem
from .shortlist import LARGE, MEAN_BLOCKS
from .spend import SpendPlan
from .spend_pricing import gains

MANY = 12_000  # triples of plan, offer and slice; below, all plans are modelled
ADDED = 3  # plans taken in at a time
ROUNDS = 12
SHARE = 0.4  # of the time left, at most
TRACE = 1e-7


@dataclass(frozen=True, slots=True)
class FewPlans:
    """The problem with some of its plans, and a lower bound (thousands) of what it costs with all of them."""

    problem: Problem
    bound: float


def few_plans(problem: Problem, effort: Callable[[], Effort]) -> FewPlans | None:
    """The plans a relaxation uses; None where there are few anyway, or pricing came to no end in time.

    Scenarios are not priced: with them all plans are modelled.
    """
    if problem.risk is not None or not problem.spend_plans:
        return None
    index = build_index(problem)
    places: dict[str, int] = {}
    for _, q, _ in index.serves:
        places[index.sources[q].key] = places.get(index.sources[q].key, 0) + 1
    columns = sum(places.get(key, 0) for plan in problem.spend_plans for key in plan.rates)
    if columns <= MANY:
        return None
    deadline = SHARE * effort().seconds
    started = effort().seconds

    def left() -> float:
        return deadline - (started - effort().seconds)

    owned = tuple(plan.key for plan in problem.spend_plans if plan.is_owned)
    coarse = _priced(problem, owned, MEAN_BLOCKS, effort, left)
    if coarse is None or len(index.serves) > LARGE:
        return coarse
    chosen = tuple(plan.key for plan in coarse.problem.spend_plans)
    return _priced(problem, chosen, None, effort, left) or coarse


def _priced(
    problem: Problem,
    chosen: tuple[str, ...],
    mean_blocks: int | None,
    effort: Callable[[], Effort],
    left: Callable[[], float],
) -> FewPlans | None:
    """The end of pricing from some plans on; None where it is not reached."""
    for _ in range(ROUNDS):
        if left() <= 0 or effort().is_cancelled():
            return None
        kept = tuple(plan for plan in problem.spend_plans if plan.key in chosen)
        smaller = replace(problem, spend_plans=kept)
        built = build(smaller, mean_blocks=mean_blocks)
        relaxed = run(matrix_of(built.model.lp), replace(effort(), seconds=max(1.0, left())), mip=False)
        others = tuple(plan for plan in problem.spend_plans if plan.key not in chosen)
        if relaxed.infeasible and others:  # limits or machines ask for plans: there are no duals to price by
            chosen += _deepest(problem, others, max(ADDED, len(chosen)))
            continue
        if relaxed.values is None or not relaxed.optimal or not math.isfinite(relaxed.objective):
            return None
        found = gains(built, relaxed, others)
        if not found:
            used = _used(built, relaxed.values)
            plans = tuple(plan for plan in kept if plan.key in used or plan.is_owned)
            return FewPlans(replace(problem, spend_plans=plans), relaxed.objective)
        chosen += tuple(sorted(found, key=lambda key: (-found[key], key))[:ADDED])
    return None


def _deepest(problem: Problem, plans: tuple[SpendPlan, ...], count: int) -> tuple[str, ...]:
    """Plans of the largest savings on any machine; those of machines sold under plans only come first."""
    prices = {e.key: e.price_per_hour for e in problem.elastic}

    def saving(plan: SpendPlan) -> float:
        """The least part of an on demand price that is charged."""
        return min(rate / prices[key] if prices[key] > 0 else 0.0 for key, rate in plan.rates.items())

    return tuple(plan.key for plan in sorted(plans, key=lambda plan: (saving(plan), plan.key))[:count])


def _used(built: Built, values: Array) -> set[str]:
    """Plans that a relaxation commits money to; without the others its optimum is the same."""
    plans = built.index.problem.spend_plans
    return {plans[p].key for (p, _), x in built.variables.committed.items() if values[x.index] > TRACE}
