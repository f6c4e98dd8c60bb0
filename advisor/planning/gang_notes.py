"""Where gangs over several machines are held, and what that means for hours paid."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from advisor.planning.case import Case
from advisor.planning.result_rows import Conflict, Purchase, ResultWarning, Usage
from advisor.planning.words import count, listed
from optimizer.clash import Clash


def gang_warnings(
    case: Case, purchases: Sequence[Purchase], usage: Sequence[Usage]
) -> Iterator[ResultWarning]:
    """One for each workload that works on machines smaller than its gang."""
    bought = {row.offer: row for row in purchases}
    for workload in case.plan.workloads:
        months: dict[str, set[str]] = defaultdict(set)
        for use in usage:
            row = bought.get(use.offer)
            mine = row is not None and use.workload == workload.name and use.delivered_units > 0
            if row is not None and mine and (row.accelerator_count or 1.0) < workload.gang:
                months[_place(row)].add(use.month)
        if months:
            where = listed([f"{place} in {_span(found)}" for place, found in sorted(months.items())])
            yield ResultWarning(
                code="gang_held",
                severity="info",
                message=f"{workload.name}: its gang of {workload.gang:,} is held together, {where}; what is "
                "rented by the hour to hold it is paid in all their hours, at work or not.",
            )


def gang_row(case: Case, clash: Clash) -> Conflict:
    """A gang that can be held nowhere: `pretrain needs 512 H100 at once in one region; at most 64 ...`."""
    position, workload = next((n, w) for n, w in enumerate(case.plan.workloads) if w.name == clash.where)
    place, _, accelerator = clash.place.rpartition("/")
    names = " or ".join(sorted(workload.accelerators())[:3])
    month = f" in {case.plan.month_at(clash.month)}" if clash.month is not None else ""
    most = (
        f"at most {clash.available:,.0f} can be held together ({accelerator} at {place})"
        if clash.available
        else "none can be held"
        if clash.available is not None
        else "no region can hold them in any month with all the other limits, which could hold without"
    )
    return Conflict(
        group=clash.group,
        limit=f"workloads[{position}].gang",
        where=workload.name,
        needed=clash.needed,
        available=clash.available,
        unit=clash.unit,
        relaxation=f"{workload.name} needs {workload.gang:,} {names} at once in one region{month}; {most}.",
        cost_of_relaxation=None,
    )


def _place(row: Purchase) -> str:
    """`H100 at aws/us-east-1`, `H100 at own/colo`."""
    place = row.partner or row.site or f"{row.provider}/{row.region}"
    return f"{row.accelerator or 'machines'} at {place}"


def _span(months: set[str]) -> str:
    first, last = min(months), max(months)
    return first if first == last else f"{count(len(months), 'month')} from {first} to {last}"
