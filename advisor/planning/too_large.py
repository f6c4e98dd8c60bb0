"""Demands beyond what the model can count are refused by name: an answer would call them impossible."""

from collections.abc import Iterator

from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.workload import Workload as PlanWorkload
from advisor.planning.hours import HOURS_PER_MONTH
from optimizer.problem import Problem, RateDemand, Workload
from optimizer.variables import MOST_MACHINES


def refuse_too_large(plan: Plan, problem: Problem) -> None:
    """Raise PlanError for each demand that takes too many machines of the kind that does most of it."""
    found = []
    for n, workload in enumerate(problem.workloads):
        fastest = max(workload.units_per_hour.items(), key=lambda pair: pair[1], default=None)
        if fastest is None:
            continue
        machine, units = fastest
        need, month = max(_loads(plan, workload), default=(0.0, 0))
        if not need <= MOST_MACHINES * units:
            found.append(_problem(plan, n, need / units, machine, month))
    if found:
        raise PlanError(found)


def _loads(plan: Plan, workload: Workload) -> Iterator[tuple[float, int]]:
    """Work an hour, and the month: of a load in its busiest hour, of an amount of work if spread evenly."""
    demand = workload.demand
    months = [month for month in range(plan.months) if demand.runs_in(month)]
    for month in months:
        if isinstance(demand, RateDemand):
            level = max(*demand.shape.weekday, *demand.shape.weekend)
            yield demand.load_per_hour(month, level), month
        else:
            yield demand.total / (float(HOURS_PER_MONTH) * len(months)), month


def _problem(plan: Plan, n: int, machines: float, machine: str, month: int) -> PlanProblem:
    workload: PlanWorkload = plan.workloads[n]
    demand = workload.demand
    name = next(name for name in ("peak", "constant", "total") if getattr(demand, name) is not None)
    value = getattr(demand, name)
    growth = " with its growth" if demand.growth_per_month > 0 else ""
    return PlanProblem(
        path=f"workloads[{n}].demand.{name}",
        value=f"{value:.15g}" if isinstance(value, (int, float)) else "",
        message=f"takes{growth} {machines:,.0f} machines at once in {plan.month_at(month)}, even of the kind "
        f"that does most of it ({'/'.join(machine.split('/')[:3])}): must be at most {MOST_MACHINES:,}",
    )
