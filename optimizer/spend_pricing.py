"""What plans to spend under would be worth that a relaxation does not have: money and machines together.

Priced by itself a rate looks free, for a machine without a commitment. So a plan is priced as a whole: what 1
an hour costs, less the most it could cover in each slice at the relaxation's duals (MODEL.md).
"""

from dataclasses import dataclass

import numpy as np

from .build import Built
from .cashflow import spend_flow
from .highs import SolverAnswer
from .index import ElasticSource
from .matrix import Array
from .model import MONEY
from .problem import HOURS_PER_MONTH
from .spend import SpendPlan

WORTH_ADDING = 1e-7  # of what committing costs: a smaller gain is rounding


@dataclass(frozen=True, slots=True)
class _Worth:
    """By offer, thousands for a machine covered: slices in which it could run, and the worth in them."""

    slices: dict[str, Array]
    values: dict[str, Array]
    months: Array  # of each slice
    cash: Array  # dual of cash in each month, from 0


def gains(built: Built, relaxed: SolverAnswer, plans: tuple[SpendPlan, ...]) -> dict[str, float]:
    """By plan, how much better than nothing its best start is, relative to its cost; gainful plans only."""
    worth = _worth(built, relaxed)
    found = {plan.key: _gain(built, worth, plan) for plan in plans}
    return {key: gain for key, gain in found.items() if gain > WORTH_ADDING}


def _worth(built: Built, relaxed: SolverAnswer) -> _Worth:
    index, v = built.index, built.variables
    duals, costs = relaxed.row_duals, relaxed.reduced_costs
    if duals is None or costs is None:
        raise ValueError("only an optimal relaxation has duals")
    horizon = index.problem.horizon
    cash = np.zeros(horizon.months)
    for month, row in v.cash_rows.items():
        cash[month] = max(0.0, -float(duals[row]))
    slices: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for (q, i), running in v.running.items():
        source, piece = index.sources[q], index.slices[i]
        if isinstance(source, ElasticSource):
            price = source.elastic.price_per_hour * piece.hours * MONEY
            saved = price * (horizon.factor(piece.month) + cash[piece.month])
            # a dual of "covered <= running" may take up what running the machine would cost too much
            dual = float(duals[v.cover_rows[q, i]]) if (q, i) in v.cover_rows else 0.0
            slices.setdefault(source.key, []).append(i)
            values.setdefault(source.key, []).append(saved + dual - max(0.0, float(costs[running.index])))
    return _Worth(
        {key: np.array(found) for key, found in slices.items()},
        {key: np.array(found) for key, found in values.items()},
        np.array([piece.month for piece in index.slices]),
        cash,
    )


def _gain(built: Built, worth: _Worth, plan: SpendPlan) -> float:
    best = np.zeros(len(worth.months))
    for key, rate in plan.rates.items():
        if key in worth.slices:
            np.maximum.at(best, worth.slices[key], worth.values[key] / rate)
    months = built.index.problem.horizon.months
    covered = np.concatenate(([0.0], np.cumsum(np.bincount(worth.months, best, minlength=months))))
    most = 0.0
    for start in range(months):
        if plan.window.start <= start < plan.window.end:
            end = min(start + plan.term_months, months)
            cost = _cost(built, worth, plan, start)
            scale = max(cost, HOURS_PER_MONTH * MONEY)
            most = max(most, float(covered[end] - covered[start] - cost) / scale)
    return most


def _cost(built: Built, worth: _Worth, plan: SpendPlan, start: int) -> float:
    """Thousands, for 1 an hour committed, with what it takes of bounded cash."""
    horizon = built.index.problem.horizon
    flow = spend_flow(plan, 1.0, start, horizon)
    cash = sum(flow.cash(month) * float(worth.cash[month]) for month in range(horizon.months))
    return (flow.npv(horizon) + cash) * MONEY
