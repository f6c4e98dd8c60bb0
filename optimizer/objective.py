"""Least present worth: all payments less credits, plus the charge on carbon."""

from collections.abc import Iterable

import pulp

from .index import Index
from .ledger import Entry
from .model import Model


def add_objective(model: Model, index: Index, entries: Iterable[Entry], *, weight: float = 1.0) -> None:
    """Sum of named cost terms, each a present worth in thousands of the plan's currency, times `weight`."""
    horizon = index.problem.horizon
    price = index.problem.limits.carbon_price_per_kg
    for entry in entries:
        model.pay(entry.term, entry.variable, weight * entry.flow.npv(horizon))
        if price:
            charge = sum(kg * price * horizon.factor(month) for month, kg in entry.carbon_kg.items())
            model.pay("carbon", entry.variable, weight * charge)


def set_objective(model: Model) -> None:
    """Minimise the sum of all cost terms."""
    terms: dict[pulp.LpVariable, float] = {}
    for part in model.cost.values():
        for variable, money in part.items():
            terms[variable] = terms.get(variable, 0.0) + money
    model.lp.setObjective(pulp.LpAffineExpression(terms))
