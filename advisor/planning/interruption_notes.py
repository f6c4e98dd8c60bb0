"""What is said of spot work lost to interruptions."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from advisor.planning.case import Case
from advisor.planning.interruptions import UNKNOWN_FRACTION, lost_fraction
from advisor.planning.machines import spec_in, units_per_hour
from advisor.planning.result_rows import Purchase, ResultWarning
from advisor.planning.words import count, listed, percent


def interruption_warnings(case: Case, purchases: Sequence[Purchase]) -> Iterator[ResultWarning]:
    """The share lost on each spot offer that is bought, and offers whose interruptions are assumed."""
    ids = dict.fromkeys(row.offer for row in purchases if row.purchase == "spot")
    offers = [offer for name in ids if (offer := case.translation.offers.get(name)) is not None]
    saved = [workload for workload in case.plan.workloads if workload.checkpoint is not None]
    for workload in saved:
        lost = []
        for offer in offers:
            spec = spec_in(case.plan, offer)
            if units_per_hour(workload, spec) > 0 and workload.interruptible_fraction > 0:
                fraction = lost_fraction(workload, spec.interruption_fraction, spec.accelerator_count)
                lost.append(f"{offer.offer_id} {_share(fraction)}")
        if lost:
            message = f"{workload.name}: share of spot hours lost to interruptions, and paid: {listed(lost)}."
            yield ResultWarning(code="spot_hours_lost", severity="info", message=message)
    unknown = [offer.offer_id for offer in offers if offer.interruption_fraction is None]
    if saved and unknown:
        yield ResultWarning(
            code="spot_interruption_assumed",
            severity="warning",
            message=f"{count(len(unknown), 'spot offer')} bought whose source does not say how often it is "
            f"interrupted; assumed that {percent(UNKNOWN_FRACTION)} of machines are taken in a month: "
            f"{listed(unknown)}.",
        )


def _share(fraction: float) -> str:
    """In percent with two digits that tell something: most are far below 1 %."""
    return f"{Decimal(f'{fraction * 100:.2g}'):f} %"


def interruption_assumptions(case: Case) -> Iterator[str]:
    """How lost spot work is counted, where there is spot capacity."""
    if not any(elastic.spot for elastic in case.problem.elastic):
        return
    users = [workload for workload in case.plan.workloads if workload.interruptible_fraction > 0]
    if any(workload.checkpoint is None for workload in users) or not users:
        who = "" if all(workload.checkpoint is None for workload in users) else " without checkpoint"
        yield f"Spot capacity is served as bought: work{who} lost to interruptions is not counted."
    if any(workload.checkpoint is not None for workload in users):
        yield (
            "Spot machines of a job with checkpoint lose, of every hour, interruptions per hour × (interval "
            "/ 2 + restart); when f of the machines are taken in a month there are -ln(1 - f) / 730 an hour, "
            "at random and independent of each other."
        )
