"""Ceilings on money: capital expenditure in all, cash in each month."""

from collections import defaultdict

from ..index import Index
from ..ledger import Entry
from ..model import MONEY, Model, Terms, add_term
from ..variables import Variables


def add_capex(model: Model, index: Index, v: Variables, entries: list[Entry]) -> int:
    """sum of capex (site openings and servers) <= capex_total."""
    most = index.problem.limits.capex_total
    if most is None:
        return 0
    terms: Terms = {}
    for entry in entries:
        capex = sum(entry.flow.capex.values())
        if capex:
            add_term(terms, entry.variable, capex * MONEY)
    model.slack("capex_total", "capex", 1.0, v)
    model.at_most(terms, most * MONEY, "capex_total")
    return 1


def add_cash(model: Model, index: Index, v: Variables, entries: list[Entry]) -> int:
    """Payments of each month <= cash_per_month, credits not counted."""
    limits = index.problem.limits.cash_per_month
    if limits is None:
        return 0
    terms: dict[int, Terms] = defaultdict(dict)
    for entry in entries:
        for month in entry.flow.opex.keys() | entry.flow.capex.keys():
            if month < len(limits):
                add_term(terms[month], entry.variable, entry.flow.cash(month) * MONEY)
    model.slack("cash_per_month", "cash in a month", 1.0, v)
    for month, row in sorted(terms.items()):
        v.cash_rows[month] = model.rows
        model.at_most(row, limits[month] * MONEY, "cash_per_month")
    return len(terms)
