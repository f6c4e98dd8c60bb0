"""Problems in which one figure is larger or smaller, and today's purchases kept while it is."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from ..cashflow import Flow, spend_flow
from ..pins import Pin
from ..problem import Limits, Problem, RateDemand, WorkDemand
from ..result import Plan
from ..spend import Commitment, SpendPlan
from ..timegrid import Window


def demand(problem: Problem, factor: float) -> Problem:
    """Every load and every amount of work times `factor`."""

    def scaled(wanted: RateDemand | WorkDemand) -> RateDemand | WorkDemand:
        if isinstance(wanted, RateDemand):
            return replace(wanted, peak_per_hour=factor * wanted.peak_per_hour)
        return replace(wanted, total=factor * wanted.total)

    loads = tuple(replace(load, demand=scaled(load.demand)) for load in problem.workloads)
    return replace(problem, workloads=loads)


def cloud_prices(problem: Problem, factor: float) -> Problem:
    """All prices of the catalogue times `factor`; those of partners and own sites stay."""
    return replace(
        problem,
        elastic=tuple(
            e if e.partner else replace(e, price_per_hour=factor * e.price_per_hour) for e in problem.elastic
        ),
        reservations=tuple(
            replace(r, price_per_hour=factor * r.price_per_hour, upfront=factor * r.upfront)
            for r in problem.reservations
        ),
        blocks=tuple(replace(b, price_per_hour=factor * b.price_per_hour) for b in problem.blocks),
        spend_plans=tuple(
            replace(p, rates={key: factor * rate for key, rate in p.rates.items()})
            for p in problem.spend_plans
        ),
    )


def power_price(problem: Problem, factor: float) -> Problem:
    """The price of electricity at all own sites times `factor`."""
    sites = tuple(replace(site, price_per_kwh=factor * site.price_per_kwh) for site in problem.sites)
    return replace(problem, sites=sites)


def capex(problem: Problem, factor: float) -> Problem:
    """The capex of all servers and of opening sites times `factor`."""
    sites = tuple(
        replace(
            site,
            opening_capex=factor * site.opening_capex,
            servers=tuple(replace(server, capex=factor * server.capex) for server in site.servers),
        )
        for site in problem.sites
    )
    return replace(problem, sites=sites)


def discount_rate(problem: Problem, rate: float) -> Problem:
    """Another nominal annual discount rate."""
    return replace(problem, horizon=replace(problem.horizon, discount_rate=rate))


SCALINGS: dict[str, Callable[[Problem, float], Problem]] = {
    "demand": demand,
    "cloud_prices": cloud_prices,
    "power_price": power_price,
    "capex": capex,
}
"""By the name of what is multiplied."""


def keeping(problem: Problem, plan: Plan) -> Problem:
    """The problem in which exactly the plan's commitments and servers are bought.

    What runs by the hour, and owned servers left on, may be decided anew. Money that is committed is there as
    if it were owned: `kept_money` costs it, and is left out of the cash that may be paid.
    """
    bought = (*plan.reserved, *plan.servers, *plan.blocks)
    totals = Counter({server.key: 0 for site in problem.sites for server in site.servers})
    for purchase in bought:
        totals[purchase.option] += purchase.quantity
    pins = [Pin(offer=key, quantity=count, exact=True) for key, count in sorted(totals.items())]
    pins += [
        Pin(offer=p.option, quantity=p.quantity, start=p.start, exact=True)
        for p in (*plan.reserved, *plan.servers)
    ]
    return replace(
        problem,
        reservations=tuple(r for r in problem.reservations if r.key in totals),
        blocks=tuple(b for b in problem.blocks if b.key in totals),
        spend_plans=tuple(_as_owned(problem, p, plan.commitments) for p in problem.spend_plans),
        limits=_without_cash_for(problem, plan),
        also_cut_at=problem.availabilities(),
        pins=(*problem.pins, *pins),
    )


def kept_money(problem: Problem, plan: Plan) -> float:
    """Present worth of all money the plan commits, in the plan's currency."""
    return math.fsum(flow.npv(problem.horizon) for flow in _money(problem, plan))


def _money(problem: Problem, plan: Plan) -> list[Flow]:
    plans = {spend.key: spend for spend in problem.spend_plans}
    return [spend_flow(plans[c.plan], c.per_hour, c.start, problem.horizon) for c in plan.commitments]


def _as_owned(problem: Problem, spend: SpendPlan, commitments: Iterable[Commitment]) -> SpendPlan:
    months = range(problem.horizon.months)
    mine = [c for c in commitments if c.plan == spend.key]
    owned = tuple(
        spend.owned_in(month)
        + sum(c.per_hour for c in mine if c.start <= month < c.start + spend.term_months)
        for month in months
    )
    return replace(spend, owned_per_hour=owned, window=never(problem))


def _without_cash_for(problem: Problem, plan: Plan) -> Limits:
    most = problem.limits.cash_per_month
    if most is None:
        return problem.limits
    flows = _money(problem, plan)
    left = (cash - sum(flow.cash(month) for flow in flows) for month, cash in enumerate(most))
    return replace(problem.limits, cash_per_month=tuple(max(0.0, cash) for cash in left))


def never(problem: Problem) -> Window:
    """A window in which nothing can be bought: after the plan."""
    return Window(float(problem.horizon.months), float(problem.horizon.months))
