"""Surviving the loss of a region or provider, in words: what cannot be met without it, what is assumed."""

from collections import defaultdict
from collections.abc import Iterator

from advisor.demand.demand import ACCELERATORS
from advisor.planning.case import Case
from advisor.planning.machines import SECONDS_PER_HOUR
from advisor.planning.pools import FIRM
from advisor.planning.result_rows import ResultWarning
from advisor.planning.words import amount, percent
from optimizer.clash import Clash
from optimizer.problem import Machine, Problem, RateDemand
from optimizer.result import Outcome, Plan
from optimizer.survival import ELSEWHERE, LossOf, domain_of

PATH = "limits.survive_loss_of"


def loss_figures(case: Case, clash: Clash) -> tuple[float | None, float | None, str]:
    """Needed without the lost place and available there, with their unit: of one workload in its own unit,
    of several as a share of their loads."""
    if len(clash.loads) != 1 or clash.available is None:
        return clash.needed, clash.available, clash.unit
    name, per_hour = clash.loads[0]
    unit = next(w for w in case.plan.workloads if w.name == name).demand.unit
    load = per_hour / (1.0 if unit == ACCELERATORS else SECONDS_PER_HOUR)
    return load, load * clash.available, unit


def loss_words(case: Case, clash: Clash) -> str:
    """`limits.survive_loss_of: without aws/eu-west-1, chat needs 1,150 tokens per second in 2027-03; …`."""
    lost = "spot machines" if clash.where == ELSEWHERE else clash.where
    month = f" in {case.plan.month_at(clash.month)}" if clash.month is not None else ""
    needed, available, unit = loss_figures(case, clash)
    there = f"what is held elsewhere{_besides(case, clash)} can meet"
    if available is None or needed is None or not clash.loads:
        return f"{PATH}: without {lost}, the load is not met{month}"
    if len(clash.loads) > 1:
        names = " and ".join(name for name, _ in clash.loads)
        served = percent(available, down=True)
        return f"{PATH}: without {lost}, {there} at most {served} of {names}{month}"
    words = unit.replace("_", " ")
    return (
        f"{PATH}: without {lost}, {clash.loads[0][0]} needs {amount(needed)} {words}{month}; "
        f"{there} at most {amount(available)}"
    )


def _besides(case: Case, clash: Clash) -> str:
    """The surge, where something can be rented for one of the workloads."""
    rule = case.problem.limits.survival
    surge = 0.0
    if rule is not None and clash.where is not None:
        surge = max((rule.surge(name, clash.where) for name, _ in clash.loads), default=rule.surge_fraction)
    return f" and a surge of {percent(surge)} of what is lost" if surge else ""


def loss_assumptions(case: Case) -> Iterator[str]:
    """What the rule takes for granted, where the plan has it."""
    lost = case.plan.limits.survive_loss_of
    if lost == "none":
        return
    yield (
        f"One {lost} is lost at a time, all of it; each own site and partner counts as one. Held machines "
        "elsewhere take over at once: training on them waits, and spot machines are lost with the rest."
    )
    if case.plan.limits.on_demand_surge_fraction:
        yield (
            "A surge is rented only where another place offers a machine for the workload on demand. That "
            "enough of them are free on the day is taken for granted."
        )


def loss_warnings(case: Case, outcome: Outcome) -> Iterator[ResultWarning]:
    """How much hangs on one place at most, where its loss is survived."""
    rule = case.problem.limits.survival
    if rule is None or outcome.plan is None:
        return
    served = _served(case.problem, outcome.plan, rule.loss_of)
    if not served:
        return
    for name, place in sorted({(w, place) for w, place, _ in served} & rule.barred):
        yield ResultWarning(
            code="no_surge",
            severity="info",
            message=f"Without {place}, nothing that {name} could use is offered on demand elsewhere: no "
            "surge is counted then, and machines for all that it served there are held elsewhere.",
        )
    (name, place, i), most = max(served.items(), key=lambda item: (round(item[1], 9), item[0]))
    month = next(piece.month for piece in outcome.plan.slices if piece.index == i)
    yield ResultWarning(
        code="survives_loss",
        severity="info",
        message=f"Any one {rule.loss_of} may be lost in any hour, and the load is still met. Most hangs on "
        f"{place}: it serves {percent(most)} of {name} in {case.plan.month_at(month)}.",
    )


def _machines(problem: Problem) -> dict[str, tuple[Machine, str | None]]:
    """Machine of each source of capacity, and its site."""
    found: dict[str, tuple[Machine, str | None]] = {e.key: (e.machine, None) for e in problem.elastic}
    committed = [r.machine for r in problem.reservations] + [b.machine for b in problem.blocks]
    committed += [o.machine for o in problem.owned if o.machine is not None]
    for machine in committed:
        found[f"{FIRM}{machine.key}"] = machine, None
    for site in problem.sites:
        for server in site.servers:
            found[server.key] = server.machine, site.key
    return found


def _served(problem: Problem, plan: Plan, loss_of: LossOf) -> dict[tuple[str, str, int], float]:
    """Share of a rate's load that a place serves in a slice, by workload, place and slice."""
    done: dict[tuple[str, str, int], float] = defaultdict(float)
    total: dict[tuple[str, int], float] = defaultdict(float)
    rates = {w.name: w for w in problem.workloads if isinstance(w.demand, RateDemand)}
    machines = _machines(problem)
    for serve in plan.serves:
        if serve.workload in rates:
            machine, site = machines[serve.source]
            place = domain_of(loss_of, machine.provider, machine.region, site)
            units = serve.machines * rates[serve.workload].units_per_hour[machine.key]
            done[serve.workload, place, serve.slice] += units
            total[serve.workload, serve.slice] += units
    return {(w, place, i): amount / total[w, i] for (w, place, i), amount in done.items()}
