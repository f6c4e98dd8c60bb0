"""A plan under scenarios: each future judged on its own, then the expectation and the tail, by hand.

Nothing here is shared with the model's scenarios: factors are applied, and costs averaged, anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ..account import Account, Line
from ..problem import Elastic, Problem, RateDemand, Workload
from ..result import Plan
from ..risk.scenarios import Risk, Scenario

Weighed = Sequence[tuple[float, Account]]  # probability and account of each scenario


def in_scenario(problem: Problem, scenario: Scenario) -> Problem:
    """What the plan has to hold in one scenario."""
    loads = [_load(load, scenario.demand_factors.get(load.name, 1.0)) for load in problem.workloads]
    offers = [_offer(offer, scenario.price_factor) for offer in problem.elastic]
    return replace(problem, risk=None, workloads=tuple(loads), elastic=tuple(offers))


def _load(load: Workload, factor: float) -> Workload:
    demand = load.demand
    if isinstance(demand, RateDemand):
        return replace(load, demand=replace(demand, peak_per_hour=factor * demand.peak_per_hour))
    return replace(load, demand=replace(demand, total=factor * demand.total))


def _offer(offer: Elastic, factor: float) -> Elastic:
    """List prices by the hour move; a partner's is agreed."""
    return offer if offer.partner else replace(offer, price_per_hour=factor * offer.price_per_hour)


def check_scenarios(risk: Risk, plan: Plan) -> Iterator[str]:
    """Hourly decisions for each scenario, and no others; probabilities that add up to 1."""
    if len(plan.scenarios) != len(risk.scenarios):
        yield f"scenarios: {len(plan.scenarios)} in the plan, {len(risk.scenarios)} in the problem"
    if plan.runs or plan.serves:
        yield "runs, serves: must be those of each scenario"
    total = sum(scenario.probability for scenario in risk.scenarios)
    if abs(total - 1.0) > 1e-9:
        yield f"scenarios: their probabilities add up to {total:.10g}"


def blended(risk: Risk, accounts: Sequence[Account]) -> Account:
    """The expectation of all accounts; npv with the charge for risk, so that it is what was minimised."""
    weighed = [(s.probability, account) for s, account in zip(risk.scenarios, accounts, strict=True)]
    beyond = tail_mean(weighed, risk.tail_fraction) - _mean(weighed, "npv")
    charge = risk.weight_fraction * max(0.0, beyond)
    return Account(
        npv=_mean(weighed, "npv") + charge,
        cash=_months(weighed, "cash"),
        capex=_months(weighed, "capex"),
        opex=_months(weighed, "opex"),
        carbon_kg=_months(weighed, "carbon_kg"),
        carbon_charge=_months(weighed, "carbon_charge"),
        credit=_mean(weighed, "credit"),
        credit_npv=_mean(weighed, "credit_npv"),
        owed=_mean(weighed, "owed"),
        owed_npv=_mean(weighed, "owed_npv"),
        lines=tuple(_lines(weighed)),
        risk_charge=charge,
        scenarios=tuple(accounts),
    )


def tail_mean(weighed: Weighed, tail_fraction: float) -> float:
    """Mean cost of the dearest 1 - tail_fraction of probability, the scenario at the edge in part."""
    open_part = 1.0 - tail_fraction
    taken = total = 0.0
    for probability, account in sorted(weighed, key=lambda pair: pair[1].npv, reverse=True):
        part = min(probability, open_part - taken)
        if part <= 0:
            break
        taken += part
        total += part * account.npv
    return total / taken


def _mean(weighed: Weighed, name: str) -> float:
    return sum(probability * float(getattr(account, name)) for probability, account in weighed)


def _months(weighed: Weighed, name: str) -> tuple[float, ...]:
    columns = [getattr(account, name) for _, account in weighed]
    return tuple(
        sum(p * amounts[month] for (p, _), amounts in zip(weighed, columns, strict=True))
        for month in range(len(columns[0]))
    )


def _lines(weighed: Weighed) -> Iterator[Line]:
    """Each line's expectation; one that a scenario does not have costs nothing there.

    Quantity, start and months are those of what is bought, and the widest of what runs by the hour.
    """
    found: dict[tuple[str, str, int], list[tuple[float, Line]]] = {}
    for probability, account in weighed:
        seen: dict[tuple[str, str], int] = {}
        for line in account.lines:
            turn = seen[line.kind, line.option] = seen.get((line.kind, line.option), -1) + 1
            found.setdefault((line.kind, line.option, turn), []).append((probability, line))
    for lines in found.values():
        yield _line(lines)


def _line(lines: list[tuple[float, Line]]) -> Line:
    def mean(amount: Callable[[Line], float]) -> float:
        return sum(probability * amount(line) for probability, line in lines)

    every = [line for _, line in lines]
    start, end = min(x.start for x in every), max(x.start + x.months for x in every)
    return replace(
        every[0],
        start=start,
        months=end - start,
        quantity=max(x.quantity for x in every),
        instance_hours=mean(lambda x: x.instance_hours),
        npv=mean(lambda x: x.npv),
        cash=mean(lambda x: x.cash),
        capex=mean(lambda x: x.capex),
        owed=mean(lambda x: x.owed),
        credit=mean(lambda x: x.credit),
        carbon_kg=mean(lambda x: x.carbon_kg),
        by_month=tuple(sum(p * line.by_month[m] for p, line in lines) for m in range(len(every[0].by_month))),
    )
