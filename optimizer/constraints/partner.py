"""Partners: a fixed fee and a minimum take in the months in which they are used."""

from pulp import LpVariable

from ..index import ElasticSource, Index
from ..model import Model
from ..variables import Variables


def add_partner(model: Model, index: Index, v: Variables) -> int:
    """min_quantity * joined[q,t] <= running[q,i] <= most * joined[q,t] for each slice i of month t in
    which the partner's capacity can be had, for partners with a fee or a minimum take.
    """
    rows = 0
    for q, source in enumerate(index.sources):
        if not isinstance(source, ElasticSource) or not source.elastic.partner:
            continue
        partner = source.elastic
        if not (partner.fixed_per_month or partner.min_quantity):
            continue
        for (s, i), running in list(v.running.items()):
            if s == q:
                rows += _joined_rows(model, v, (q, index.slices[i].month), partner.min_quantity, running)
    return rows


def _joined_rows(model: Model, v: Variables, key: tuple[int, int], least: int, running: LpVariable) -> int:
    if key not in v.joined:
        v.joined[key] = v.whole(1)
    joined = v.joined[key]
    model.at_most({running: 1.0, joined: -float(running.upBound)}, 0.0)
    if least <= 0:
        return 1
    model.at_least({running: 1.0, joined: -float(least)}, 0.0)
    return 2
