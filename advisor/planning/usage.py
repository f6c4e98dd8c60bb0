"""Work as the rows of a result, and what a unit of each workload's output costs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from advisor.demand.demand import ACCELERATOR_HOURS, ACCELERATORS, FLOPS
from advisor.planning.case import Solved
from advisor.planning.pools import Sources
from advisor.planning.result_rows import UnitCost, Usage
from advisor.planning.work import Use, Work
from optimizer.account import Line

NOTHING = 1e-9  # machine-hours below this are the solver's rounding


def usage_rows(solved: Solved, work: Mapping[Use, Work]) -> tuple[Usage, ...]:
    """Rows by workload, offer and month. Machine-hours billed by use add up to the offer's bill."""
    plan = solved.case.plan
    spot = {elastic.key for elastic in solved.case.problem.elastic if elastic.spot}
    order = {workload.name: n for n, workload in enumerate(plan.workloads)}
    uses = sorted(work, key=lambda use: (order[use.workload], use.offer, use.month, use.commitment or ""))
    return tuple(
        Usage(
            workload=use.workload,
            offer=use.offer,
            month=plan.month_at(use.month),
            instance_hours=max(0.0, work[use].machine_hours),
            delivered_units=work[use].units,
            spot=use.source in spot,
            commitment=use.commitment,
        )
        for use in uses
        if work[use].machine_hours > NOTHING
    )


def unit_costs(solved: Solved, sources: Sources, work: Mapping[Use, Work]) -> tuple[UnitCost, ...]:
    """Each workload's share of all cost, divided by the units it demands (headroom is no output)."""
    lines = solved.account.lines
    npv = _shares(solved, sources, work, {n: line.npv for n, line in enumerate(lines)})
    for workload, charge in _shares(solved, sources, _however_paid(work), _carbon_charges(solved)).items():
        npv[workload] = npv.get(workload, 0.0) + charge
    cash = _shares(solved, sources, work, {n: line.cash for n, line in enumerate(lines)})
    units: dict[str, float] = defaultdict(float)
    for use, done in work.items():
        units[use.workload] += done.units
    return tuple(_rows(solved, units, npv, cash))


def _rows(
    solved: Solved, units: Mapping[str, float], npv: Mapping[str, float], cash: Mapping[str, float]
) -> Iterator[UnitCost]:
    currency = solved.case.plan.currency
    for workload in solved.case.plan.workloads:
        demanded = units.get(workload.name, 0.0) / (1.0 + workload.headroom)
        if demanded <= 0:
            continue
        size, unit = unit_of(workload.demand.unit)
        yield UnitCost(
            workload=workload.name,
            unit=f"{currency} per {unit}",
            npv_per_unit=npv.get(workload.name, 0.0) / demanded * size,
            cash_per_unit=cash.get(workload.name, 0.0) / demanded * size,
        )


def unit_of(demand_unit: str) -> tuple[float, str]:
    """How many units one quotes a price for, and what they are called."""
    if demand_unit in (ACCELERATORS, ACCELERATOR_HOURS):
        return 1.0, "accelerator-hour"
    if demand_unit == FLOPS:
        return 1e21, "1e21 FLOP"
    name = demand_unit.removesuffix("_per_second").replace("_", " ")
    return (1000.0, "1,000 requests") if name == "requests" else (1e6, f"million {name}")


def _however_paid(work: Mapping[Use, Work]) -> dict[Use, Work]:
    """The same work without a word of who pays: machines emit the same."""
    found: dict[Use, Work] = defaultdict(Work)
    for use, done in work.items():
        found[replace(use, commitment=None)].accelerator_hours += done.accelerator_hours
    return found


def _carbon_charges(solved: Solved) -> dict[int, float]:
    """Each line's part of the charge on carbon, by weight, as present worth."""
    account = solved.account
    horizon = solved.case.problem.horizon
    charge = sum(amount * horizon.factor(month) for month, amount in enumerate(account.carbon_charge))
    kilograms = sum(line.carbon_kg for line in account.lines)
    per_kg = charge / kilograms if kilograms > 0 else 0.0
    return {n: line.carbon_kg * per_kg for n, line in enumerate(account.lines)}


def _shares(
    solved: Solved, sources: Sources, work: Mapping[Use, Work], amounts: Mapping[int, float]
) -> dict[str, float]:
    """Amounts of lines split over workloads by accelerator-hours at work on the line's source.

    A site and its people are shared by all that runs on the site's servers; what does no work at all is
    shared by everyone's work, and evenly where all work is a trace. Hours that a spend commitment pays for
    share in its cost alone.
    """
    by_payer: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    everyone: dict[str, float] = defaultdict(float)
    evenly = {workload.name: 1.0 for workload in solved.case.plan.workloads}
    for use, done in work.items():
        by_payer[use.commitment or use.source][use.workload] += done.accelerator_hours
        everyone[use.workload] += done.accelerator_hours
    shares: dict[str, float] = defaultdict(float)
    for n, line in enumerate(solved.account.lines):
        hours: dict[str, float] = defaultdict(float)
        for source in _sources_of(solved, sources, line):
            for workload, amount in by_payer.get(source, {}).items():
                hours[workload] += amount
        takers = next(t for t in (hours, everyone, evenly) if sum(t.values()) > 0)
        for workload, amount in takers.items():
            shares[workload] += amounts[n] * amount / sum(takers.values())
    return shares


def _sources_of(solved: Solved, sources: Sources, line: Line) -> list[str]:
    """Sources whose work a line pays for."""
    problem = solved.case.problem
    if line.kind in ("site", "staff"):
        return [server.key for site in problem.sites if site.key == line.option for server in site.servers]
    for owned in problem.owned:
        if owned.key == line.option and owned.server is not None:
            return [owned.server.key]
    return [sources.source_of(line.option)]
