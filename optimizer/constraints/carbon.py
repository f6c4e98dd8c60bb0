"""Emissions over the horizon, capped and priced."""

from ..index import Index
from ..ledger import Entry
from ..model import Model, Terms, add_term
from ..variables import Variables


def add_carbon(model: Model, index: Index, v: Variables, entries: list[Entry]) -> int:
    """sum of carbon <= carbon_kg_total, in tonnes on both sides."""
    most = index.problem.limits.carbon_kg_total
    if most is None:
        return 0
    terms: Terms = {}
    for entry in entries:
        kilograms = sum(entry.carbon_kg.values())
        if kilograms:
            add_term(terms, entry.variable, kilograms / 1000.0)
    model.slack("carbon_tonnes_total", "tonnes of CO2", 1.0, v)
    model.at_most(terms, most / 1000.0, "carbon_tonnes_total")
    return 1
