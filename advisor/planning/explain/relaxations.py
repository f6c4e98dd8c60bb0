"""The cheapest ways out of an impossible plan: each limit of each set loosened just enough, solved again."""

import math
from collections.abc import Sequence
from decimal import Decimal

from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError
from advisor.planning.case import Case
from advisor.planning.explain.trials import COST_NOT_REACHED, translated
from advisor.planning.explain.variations import Path, Variation, changed, value_at
from advisor.planning.result_rows import Conflict
from optimizer.clash import Clash
from optimizer.explain.again import Again
from optimizer.limited import SURVIVE
from optimizer.result import Status

LAST = ("demand", "gang")
ROOM = 1e-6  # relative, so that rounding of the least value does not make it impossible again


def with_costs(
    case: Case, again: Again, rows: Sequence[Conflict], clashes: Sequence[Clash]
) -> tuple[Conflict, ...]:
    """The rows with what the plan costs after each relaxation, all other sets of limits set aside."""
    if len(rows) != len(clashes):
        return tuple(rows)
    return tuple(
        row.model_copy(update=_cost(case, again, row, [c for c in pairs if c[0].group != row.group], clash))
        for pairs in [list(zip(rows, clashes, strict=True))]
        for row, clash in pairs
    )


def _cost(
    case: Case, again: Again, row: Conflict, others: list[tuple[Conflict, Clash]], clash: Clash
) -> dict[str, object]:
    """Fields of a row: the cost, or why there is none."""
    plan: Plan | None = case.plan
    # demands last: one of which nothing can be served goes, and the paths of workloads after it change
    for each, its_clash in sorted([(row, clash), *others], key=lambda pair: pair[1].limit in LAST):
        plan = plan and loosened(plan, each, its_clash, before=case.plan)
    if plan is None:
        return {"cost_note": "what would do is not known"}
    if not plan.workloads:
        return {"cost_note": "nothing would be left to serve"}
    opens = row.limit.endswith("max_ms")
    try:
        problem, _ = translated(case, Variation(path=(), where="", rule="", plan=plan, opens=opens))
    except PlanError as error:
        return {"cost_note": "; ".join(f"{fault.path} {fault.message}" for fault in error.problems)}
    solved = again.solve(problem)
    if solved is None:
        return {"cost_note": COST_NOT_REACHED}
    if solved.status is Status.INFEASIBLE or solved.npv is None:
        return {"cost_note": "other limits still clash then"}
    is_gone = clash.limit in ("demand", "gang") and clash.where not in plan_names(plan)
    note = f"{clash.where} left out" if is_gone else ""
    return {
        "cost_of_relaxation": solved.npv,
        "cost_note": "no loss survived" if clash.limit == SURVIVE else note,
    }


def plan_names(plan: Plan) -> set[str]:
    """Names of the plan's workloads."""
    return {load.name for load in plan.workloads}


def loosened(plan: Plan, row: Conflict, clash: Clash, *, before: Plan) -> Plan | None:
    """The plan with the limit of a row at the least value that would do; None where that is not known.

    `before`: the plan as it was before any limit of it was loosened. What was loosened more already stays so.
    """
    if row.limit.endswith("latency.max_ms"):
        return _latency(plan, row)
    if clash.limit == SURVIVE:
        return _plan(changed(plan, ("limits", "survive_loss_of"), "none"))
    if clash.limit == "demand":
        return _served_part(plan, clash, before)
    if clash.limit == "gang":
        return _smaller_gang(plan, clash)
    if clash.needed is None:
        return None
    path = _path(row.limit)
    enough = clash.needed * (1 + ROOM)
    if clash.limit == "cash_per_month":
        return _cash(plan, enough, clash.month)
    if clash.limit.startswith("share"):
        enough = min(1.0, enough)
    value = value_at(plan, path)
    enough = max(enough, float(value))
    return _plan(changed(plan, path, Decimal(str(enough)) if isinstance(value, Decimal) else enough))


def _plan(plan: object) -> Plan:
    if not isinstance(plan, Plan):
        raise TypeError("a changed plan is a plan")
    return plan


def _path(limit: str) -> Path:
    """("capacity", "sites", 0, "racks_limit") of `capacity.sites[0].racks_limit`."""
    steps = limit.replace("[", ".").replace("]", "").split(".")
    return tuple(int(step) if step.isdigit() else step for step in steps)


def _latency(plan: Plan, row: Conflict) -> Plan:
    path = _path(row.limit)
    return _plan(changed(plan, path, max(float(math.ceil(row.needed or 0.0)), value_at(plan, path))))


def _cash(plan: Plan, enough: float, month: int | None) -> Plan:
    """Every month raised by what the month named (without one, the tightest) falls short of."""
    ceilings = [plan.limits.cash_in_month(m) or Decimal(0) for m in range(plan.months)]
    tightest = min(ceilings) if month is None else ceilings[month]
    more = max(Decimal(0), Decimal(str(enough)) - tightest)
    return _plan(changed(plan, ("limits", "cash_per_month"), tuple(c + more for c in ceilings)))


def _served_part(plan: Plan, clash: Clash, before: Plan) -> Plan | None:
    """The plan with as much of a demand as can be served; without the workload where that is nothing."""
    if clash.available is None:
        return None
    n = _position(plan, clash.where)
    if n is None:  # another set of limits names the same demand, and nothing of it can be served
        return plan
    part = clash.available * (1 - ROOM)
    if part <= ROOM:
        return _without(plan, clash.where)
    demand = plan.workloads[n].demand
    whole = next(load.demand for load in before.workloads if load.name == clash.where)
    scaled: dict[str, object] = {}
    for name in ("peak", "constant", "total"):
        amount, all_of_it = getattr(demand, name), getattr(whole, name)
        if isinstance(amount, dict):
            scaled[name] = {key: min(hours, all_of_it[key] * part) for key, hours in amount.items()}
        elif isinstance(amount, float | int):
            scaled[name] = min(amount, all_of_it * part)
    return _plan(changed(plan, ("workloads", n, "demand"), demand.model_copy(update=scaled)))


def _smaller_gang(plan: Plan, clash: Clash) -> Plan | None:
    """The plan with a gang of as many accelerators as can be held; without the workload where none can."""
    n = _position(plan, clash.where)
    if clash.available is None or n is None:
        return plan if n is None else None
    held = math.floor(clash.available + ROOM)
    if held < 1:
        return _without(plan, clash.where)
    return _plan(changed(plan, ("workloads", n, "gang"), min(held, plan.workloads[n].gang)))


def _position(plan: Plan, name: str) -> int | None:
    return next((n for n, load in enumerate(plan.workloads) if load.name == name), None)


def _without(plan: Plan, name: str) -> Plan:
    return _plan(changed(plan, ("workloads",), tuple(load for load in plan.workloads if load.name != name)))
