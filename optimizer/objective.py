"""Least present worth: all payments less credits, plus the charge on carbon."""

from .index import Index
from .ledger import Entry
from .model import Model


def add_objective(model: Model, index: Index, entries: list[Entry]) -> None:
    """Sum of named cost terms, each a present worth in thousands of the plan's currency."""
    horizon = index.problem.horizon
    price = index.problem.limits.carbon_price_per_kg
    for entry in entries:
        model.pay(entry.term, entry.variable, entry.flow.npv(horizon))
        if price:
            charge = sum(kg * price * horizon.factor(month) for month, kg in entry.carbon_kg.items())
            model.pay("carbon", entry.variable, charge)
