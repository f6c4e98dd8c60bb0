"""Which commitments to spend can matter, and what they ask of machines that replace others (MODEL.md)."""

from dataclasses import replace

from .cashflow import Flow, spend_flow
from .problem import HOURS_PER_MONTH, Elastic, Machine, Problem
from .risk.futures import price_factors, priced
from .spend import SpendPlan

TOLERANCE = 1e-9


def useful_plans(problem: Problem) -> tuple[SpendPlan, ...]:
    """Plans with a rate for some offer of the problem, that could save something, and that no other beats.

    Rates of other offers are left out.
    """
    offers = {e.key: e for e in problem.elastic if not e.spot and not e.partner}
    plans = []
    for plan in problem.spend_plans:
        rates = {key: rate for key, rate in plan.rates.items() if key in offers}
        if rates and _could_save(problem, replace(plan, rates=rates), offers):
            plans.append(replace(plan, rates=rates))
    ranked = sorted(plans, key=lambda plan: (-len(plan.rates), _rank(problem, plan), plan.key))
    kept: list[SpendPlan] = []
    for plan in ranked:
        if plan.is_owned or not any(_replaces(problem, other, plan) for other in kept):
            kept.append(plan)
    names = {plan.key for plan in kept}
    return tuple(plan for plan in plans if plan.key in names)


def rates_allow(problem: Problem, a: Elastic, b: Elastic, copies: int) -> bool:
    """Whether `copies` machines of A take no more of any plan than one of B that the plan covers."""
    if a.covered_only and not b.covered_only:
        return False
    plans = [plan for plan in problem.spend_plans if b.key in plan.rates]
    if plans and problem.limits.carbon_price_per_kg and not _as_clean(a.machine, b.machine, copies):
        return False
    return all(copies * plan.rates.get(a.key, float("inf")) <= plan.rates[b.key] for plan in plans)


def _as_clean(a: Machine, b: Machine, copies: int) -> bool:
    return copies * a.carbon_kg_per_hour <= b.carbon_kg_per_hour


def _could_save(problem: Problem, plan: SpendPlan, offers: dict[str, Elastic]) -> bool:
    """Whether money committed in some month could cost less than what it covers costs on demand."""
    if plan.is_owned or any(offers[key].covered_only for key in plan.rates):
        return True
    dearest = max(price_factors(problem))
    worth = max(priced(offers[key], dearest) / rate for key, rate in plan.rates.items())
    return any(not _dearer(problem, plan, worth, start) for start in _starts(problem, plan))


def _dearer(problem: Problem, plan: SpendPlan, worth: float, start: int) -> bool:
    """Whether committing 1 an hour costs no less than what it can ever cover, `worth` an hour on demand."""
    horizon = problem.horizon
    committed = spend_flow(plan, 1.0, start, horizon)
    months = range(start, min(start + plan.term_months, horizon.months))
    instead = Flow(opex=dict.fromkeys(months, worth * HOURS_PER_MONTH))
    return _no_dearer(problem, instead, committed, 1.0)


def _no_dearer(problem: Problem, a: Flow, b: Flow, times: float) -> bool:
    """Whether `times` A cost no more than B: in all, and in every month where cash is bounded."""
    horizon = problem.horizon
    if times * a.npv(horizon) > b.npv(horizon):
        return False
    if problem.limits.cash_per_month is None:
        return True
    return all(times * a.cash(month) <= b.cash(month) for month in range(horizon.months))


def _starts(problem: Problem, plan: SpendPlan) -> list[int]:
    return [s for s in range(problem.horizon.months) if plan.window.start <= s < plan.window.end]


def _rank(problem: Problem, plan: SpendPlan) -> float:
    """Present worth of a month of the plan's dearest machine, bought at once: cheapest first."""
    months = min(plan.term_months, problem.horizon.months)
    flow = spend_flow(plan, max(plan.rates.values()), 0, problem.horizon)
    return flow.npv(problem.horizon) / months


def _replaces(problem: Problem, a: SpendPlan, b: SpendPlan) -> bool:
    """Whether a commitment to A can stand in for any commitment to B."""
    if a.provider != b.provider or not b.rates.keys() <= a.rates.keys() or a.term_months < b.term_months:
        return False
    if a.window.start > b.window.start or a.window.end < b.window.end:
        return False
    times = max(a.rates[key] / rate for key, rate in b.rates.items())
    return all(
        _no_dearer(
            problem, spend_flow(a, 1.0, s, problem.horizon), spend_flow(b, 1.0, s, problem.horizon), times
        )
        for s in _starts(problem, b)
    )
