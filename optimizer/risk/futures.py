"""A problem as it would be if one scenario were certain, or the widest that any of them makes it."""

from dataclasses import replace

from ..problem import Elastic, Problem, RateDemand, WorkDemand, Workload
from .scenarios import Scenario


def as_in(problem: Problem, scenario: Scenario) -> Problem:
    """The problem of one scenario: demands and hourly list prices multiplied, nothing uncertain left."""
    return replace(
        problem,
        risk=None,
        workloads=tuple(_scaled(load, scenario.demand_factor(load.name)) for load in problem.workloads),
        elastic=tuple(_priced(offer, scenario.price_factor) for offer in problem.elastic),
    )


def futures(problem: Problem) -> tuple[Problem, ...]:
    """The problem of each scenario in turn; the problem itself where nothing is uncertain."""
    if problem.risk is None:
        return (problem,)
    return tuple(as_in(problem, scenario) for scenario in problem.risk.scenarios)


def widest(problem: Problem) -> Problem:
    """Every demand at the largest of all scenarios: no scenario has a use for more machines."""
    if problem.risk is None:
        return problem
    most = {
        load.name: max(scenario.demand_factor(load.name) for scenario in problem.risk.scenarios)
        for load in problem.workloads
    }
    return replace(
        problem,
        risk=None,
        workloads=tuple(_scaled(load, most[load.name]) for load in problem.workloads),
    )


def price_factors(problem: Problem) -> tuple[float, ...]:
    """The lowest and the highest price factor of all scenarios, once where they are equal.

    What holds at both, for costs that are linear in the factor, holds in every scenario.
    """
    if problem.risk is None:
        return (1.0,)
    found = {scenario.price_factor for scenario in problem.risk.scenarios}
    return tuple(sorted({min(found), max(found)}))


def priced(offer: Elastic, factor: float) -> float:
    """Hourly price of an offer where list prices by the hour are multiplied by `factor`."""
    return offer.price_per_hour if offer.partner else offer.price_per_hour * factor


def _scaled(load: Workload, factor: float) -> Workload:
    if factor == 1.0:
        return load
    demand: RateDemand | WorkDemand
    if isinstance(load.demand, WorkDemand):
        demand = replace(load.demand, total=load.demand.total * factor)
    else:
        demand = replace(load.demand, peak_per_hour=load.demand.peak_per_hour * factor)
    return replace(load, demand=demand)


def _priced(offer: Elastic, factor: float) -> Elastic:
    price = priced(offer, factor)
    return offer if price == offer.price_per_hour else replace(offer, price_per_hour=price)
