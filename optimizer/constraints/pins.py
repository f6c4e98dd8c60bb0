"""Purchases that the plan must contain."""

from pulp import LpVariable

from ..index import ElasticSource, Index
from ..model import Model, Terms
from ..pins import Pin
from ..problem import HOURS_PER_MONTH
from ..variables import Variables


def add_pins(model: Model, index: Index, v: Variables) -> int:
    """sum of purchases of the offer (in its month) >= quantity, or == quantity."""
    for pin in index.problem.pins:
        hours = _machine_months(index, v, pin)
        if hours is not None:
            model.at_least(hours, pin.quantity * min(1.0, sum(hours.values())))
            continue
        terms: Terms = dict.fromkeys(_purchases(v, pin), 1.0)
        for variable in terms:
            variable.upBound = max(float(variable.upBound or 0.0), float(pin.quantity))
        add = model.equal if pin.exact else model.at_least
        add(terms, float(pin.quantity))
    return len(index.problem.pins)


def _machine_months(index: Index, v: Variables, pin: Pin) -> Terms | None:
    """Months of one running machine of an elastic offer; None for anything else."""
    sources = {n for n, s in enumerate(index.sources) if isinstance(s, ElasticSource) and s.key == pin.offer}
    if not sources:
        return None
    return {
        running: index.slices[i].hours / HOURS_PER_MONTH
        for (q, i), running in v.running.items()
        if q in sources
    }


def _purchases(v: Variables, pin: Pin) -> list[LpVariable]:
    bought = [
        variable
        for table in (v.reserved, v.servers)
        for (key, start), variable in table.items()
        if key == pin.offer and pin.start in (None, start)
    ]
    return [*bought, *(variable for key, variable in v.blocks.items() if key == pin.offer)]
