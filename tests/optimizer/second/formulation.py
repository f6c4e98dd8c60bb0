"""The whole plan as one program: what is bought, every future hour by hour, and what is to be least."""

from dataclasses import replace

import pulp
from pulp import LpAffineExpression as Sum

from optimizer.problem import Problem, RateDemand, Workload
from optimizer.risk.scenarios import Risk, Scenario

from ..oracle.grid import pieces
from .bought import Bought
from .hours import Hours
from .rules import add_cover, add_gangs, add_losses

CERTAIN = Risk(scenarios=(Scenario(probability=1.0),))


def least_cost(problem: Problem) -> float | None:
    """The objective's least value in the plan's currency; None when nothing holds."""
    risk = problem.risk or CERTAIN
    futures = [_future(problem, scenario) for scenario in risk.scenarios]
    most = {w.name: max(s.demand_factor(w.name) for s in risk.scenarios) for w in problem.workloads}
    widest = _future(problem, Scenario(probability=1.0, demand_factors=most))
    time = [piece for month in range(problem.horizon.months) for piece in pieces(problem, month)]
    lp = pulp.LpProblem("second")
    bought = Bought(lp, problem, widest, time)
    costs = []
    for number, future in enumerate(futures):
        hours = Hours(lp, f"f{number}", future, bought)
        hours.write(time)
        for add in (add_cover, add_gangs, add_losses):
            add(hours)
        hours.bound(time)
        costs.append(hours.cost + bought.npv)
    lp.setObjective(_objective(lp, risk, costs))
    lp.solve(pulp.HiGHS(msg=False, gapRel=0.0, threads=1))
    if lp.sol_status == pulp.LpSolutionOptimal:
        return float(pulp.value(lp.objective))
    assert lp.sol_status == pulp.LpSolutionInfeasible, pulp.LpSolution[lp.sol_status]
    return None


def _objective(lp: pulp.LpProblem, risk: Risk, costs: list[Sum]) -> Sum:
    mean = pulp.lpSum(s.probability * cost for s, cost in zip(risk.scenarios, costs, strict=True))
    if not risk.weight_fraction:
        return mean
    at = pulp.LpVariable("at")
    worst = Sum(at)
    for n, (scenario, cost) in enumerate(zip(risk.scenarios, costs, strict=True)):
        beyond = pulp.LpVariable(f"beyond{n}", 0)
        lp.addConstraint(beyond >= cost - at)
        worst += scenario.probability / (1 - risk.tail_fraction) * beyond
    return (1 - risk.weight_fraction) * mean + risk.weight_fraction * worst


def _future(problem: Problem, scenario: Scenario) -> Problem:
    return replace(
        problem,
        risk=None,
        workloads=tuple(_scaled(w, scenario.demand_factor(w.name)) for w in problem.workloads),
        elastic=tuple(
            e if e.partner else replace(e, price_per_hour=e.price_per_hour * scenario.price_factor)
            for e in problem.elastic
        ),
    )


def _scaled(workload: Workload, factor: float) -> Workload:
    demand = workload.demand
    if isinstance(demand, RateDemand):
        return replace(workload, demand=replace(demand, peak_per_hour=demand.peak_per_hour * factor))
    return replace(workload, demand=replace(demand, total=demand.total * factor))
