"""Commitments to spend: what they cover fits the money committed, and the machines that run."""

from collections import defaultdict

from ..index import ElasticSource, Index
from ..model import Model, Terms
from ..spend import plan_starts
from ..spending import rate_of, unit_of
from ..variables import Variables


def add_spend(model: Model, index: Index, v: Variables) -> int:
    """sum_q rate[p,q] * covered[p,q,i] <= sum of committed[p,s] in force + owned[p,t], for each plan p and
    slice i; sum_p covered[p,q,i] <= running[q,i], with equality where a machine is sold under plans only.

    The first row counts in machines of the plan's dearest rate, as `committed` does.
    """
    before = model.rows
    used: dict[tuple[int, int], Terms] = defaultdict(dict)
    by_machine: dict[tuple[int, int], Terms] = defaultdict(dict)
    units = [unit_of(index, plan) for plan in index.problem.spend_plans]
    for (p, q, i), covered in v.covered.items():
        rate = rate_of(index, index.problem.spend_plans[p], q) or 0.0
        used[p, i][covered] = rate / units[p]
        by_machine[q, i][covered] = 1.0
    for (p, i), terms in used.items():
        plan, month = index.problem.spend_plans[p], index.slices[i].month
        made = dict.fromkeys((v.committed[p, start] for start in plan_starts(plan, month)), -1.0)
        model.at_most(terms | made, plan.owned_in(month) / units[p])
    for (q, i), running in v.running.items():
        source = index.sources[q]
        if isinstance(source, ElasticSource) and source.elastic.covered_only:
            v.cover_rows[q, i] = model.rows
            model.equal({**by_machine.pop((q, i), {}), running: -1.0}, 0.0)
    for key, terms in by_machine.items():
        v.cover_rows[key] = model.rows
        model.at_most({**terms, v.running[key]: -1.0}, 0.0)
    return model.rows - before
