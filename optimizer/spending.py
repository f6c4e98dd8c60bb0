"""Columns and flows of commitments to spend, counted in machines of the plan's dearest rate."""

from collections import defaultdict

from .cashflow import Flow, spend_flow
from .index import ElasticSource, Index
from .ledger import Entry
from .spend import SpendPlan, plan_starts
from .variables import Variables, most_machines


def add_covered(index: Index, v: Variables) -> None:
    """`covered[p,q,i]`: machines of on demand source q paid by plan p in slice i."""
    for p, plan in enumerate(index.problem.spend_plans):
        for q, i in v.running:
            if _could_cover(index, plan, q, i):
                v.covered[p, q, i] = v.real()


def add_committed(index: Index, v: Variables, need: dict[tuple[int, int], int]) -> None:
    """`committed[p,s]`: what is committed from month s on.

    No plan gains by more than all its machines at once, `need` of each in each slice, so that bounds it.
    """
    for p, plan in enumerate(index.problem.spend_plans):
        most: dict[int, float] = defaultdict(float)
        unit = unit_of(index, plan)
        for (q, i), machines in need.items():
            source = index.sources[q]
            if isinstance(source, ElasticSource) and _could_cover(index, plan, q, i):
                rate, elastic = rate_of(index, plan, q) or 0.0, source.elastic
                most[i] += rate / unit * most_machines(machines, elastic.min_quantity, elastic.max_quantity)
        months = {index.slices[i].month for i in most}
        for start in sorted({s for month in months for s in plan_starts(plan, month)}):
            v.committed[p, start] = v.real(max(most.values()))


def _could_cover(index: Index, plan: SpendPlan, q: int, i: int) -> bool:
    month = index.slices[i].month
    has_money = bool(plan.owned_in(month) or plan_starts(plan, month))
    return has_money and rate_of(index, plan, q) is not None


def rate_of(index: Index, plan: SpendPlan, q: int) -> float | None:
    """What one machine of a source takes of the plan in an hour (plan currency); None: it is not covered."""
    source = index.sources[q]
    return plan.rates.get(source.key) if isinstance(source, ElasticSource) else None


def unit_of(index: Index, plan: SpendPlan) -> float:
    """The dearest rate of a plan in this problem: the money an hour of one unit of `committed`."""
    keys = {source.key for source in index.sources if isinstance(source, ElasticSource)}
    return max((rate for key, rate in plan.rates.items() if key in keys), default=1.0)


def spend_entries(index: Index, v: Variables) -> list[Entry]:
    """Commitments, paid in every hour; and covered machines, which are not paid on demand again."""
    horizon, plans = index.problem.horizon, index.problem.spend_plans
    units = [unit_of(index, plan) for plan in plans]
    found = []
    for (p, start), committed in v.committed.items():
        flow = spend_flow(plans[p], units[p], start, horizon)
        found.append(Entry("spend_commitment", committed, flow))
    for (_, q, i), covered in v.covered.items():
        source, piece = index.sources[q], index.slices[i]
        if isinstance(source, ElasticSource) and source.elastic.price_per_hour:
            saved = source.elastic.price_per_hour * piece.hours
            found.append(Entry("on_demand", covered, Flow(opex={piece.month: -saved})))
    return found
