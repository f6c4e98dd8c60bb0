"""What to know before relying on an answer, each with its figures."""

from collections.abc import Iterator, Sequence

from advisor.catalog.files import later_words
from advisor.planning.case import Case
from advisor.planning.commitments import covering_rates
from advisor.planning.exchange import rates_warning
from advisor.planning.flops import flops_warnings
from advisor.planning.gang_notes import gang_warnings
from advisor.planning.idle import NOTABLE_FRACTION, idle_fraction
from advisor.planning.interruption_notes import interruption_warnings
from advisor.planning.latency_notes import latency_warnings
from advisor.planning.losses import loss_warnings
from advisor.planning.result import TimeRecord
from advisor.planning.result_rows import Purchase, ResultWarning, Usage
from advisor.planning.stale import stale_warnings
from advisor.planning.words import count, gap_asked, percent, proof
from advisor.planning.words import listed as _list
from optimizer.result import Outcome, Status
from providers import Offer, PriceState

LARGE_ACCELERATORS = 256
"""More of one offer at once than this, rented by the hour, cannot be taken for granted."""


def warnings_of(
    case: Case,
    outcome: Outcome,
    time: TimeRecord,
    purchases: Sequence[Purchase],
    usage: Sequence[Usage] = (),
) -> tuple[ResultWarning, ...]:
    """All warnings: about the proof, the prices bought at, what was left out, and the load."""
    bought = {p.offer: case.translation.offers.get(p.offer) for p in purchases if p.purchase != "owned"}
    offers = [offer for offer in bought.values() if offer is not None]
    offers += [rate for rate in covering_rates(case, outcome.plan) if rate.offer_id not in bought]
    found = [
        *_proof(outcome),
        *stale_warnings(case, offers),
        *rates_warning(case),
        *_undated(offers),
        *_states(offers),
        *_booked(case, offers),
        *_later(case),
        *case.translation.warnings,
        *gang_warnings(case, purchases, usage),
        *_load(case, time),
        *_spot(purchases),
        *interruption_warnings(case, purchases),
        *flops_warnings(case),
        *latency_warnings(case, purchases, usage),
        *_large(purchases, offers),
        *loss_warnings(case, outcome),
        *_idle(case, outcome),
    ]
    return tuple(found)


def _warning(code: str, severity: str, message: str) -> ResultWarning:
    return ResultWarning.model_validate({"code": code, "severity": severity, "message": message})


def _proof(outcome: Outcome) -> Iterator[ResultWarning]:
    record = outcome.record
    if outcome.status is Status.FEASIBLE and outcome.gap is not None:
        yield _warning(
            "gap_not_proven",
            "warning",
            f"The search ended after {record.seconds:.0f} s: this plan is proven within {proof(outcome.gap)} "
            f"of the best possible, {gap_asked(record.gap_asked)} was asked. A longer --time-limit may help.",
        )


def _booked(case: Case, offers: Sequence[Offer]) -> Iterator[ResultWarning]:
    """What of the plan rests on agreed prices, so that nobody takes them for list prices."""
    ruled = case.catalogue.ruled
    names = [offer.offer_id for offer in offers if offer.offer_id in ruled]
    if names:
        yield _warning(
            "price_book",
            "info",
            f"{count(len(names), 'offer')} bought at agreed prices of the price book, which has prices for "
            f"{len(ruled):,} of {case.catalogue.count:,} offers: {_list(names)}.",
        )


def _later(case: Case) -> Iterator[ResultWarning]:
    if words := later_words(case.catalogue):
        yield _warning("left_out_observed_later", "warning", words)


def _idle(case: Case, outcome: Outcome) -> Iterator[ResultWarning]:
    by_hour = {elastic.key for elastic in case.translation.problem.elastic}
    idle = idle_fraction(outcome.plan, by_hour) if outcome.plan is not None else 0.0
    if idle > NOTABLE_FRACTION:
        yield _warning(
            "idle_paid_hours",
            "info",
            f"{percent(idle)} of the machine-hours paid by the hour are idle: machines are whole in each "
            "load block (the like hours of a month), so work that needs part of a block pays for all of it. "
            "Smaller machines, or switching off in between, cost less than stated.",
        )


def _undated(offers: Sequence[Offer]) -> Iterator[ResultWarning]:
    names = [o.offer_id for o in offers if o.observed_at is None and o.state is not PriceState.STALE]
    if names:
        what = "price says" if len(names) == 1 else "prices say"
        yield _warning(
            "price_without_date",
            "warning",
            f"{len(names)} {what} not when it was observed: {_list(names)}.",
        )


def _states(offers: Sequence[Offer]) -> Iterator[ResultWarning]:
    quotes = [offer.offer_id for offer in offers if offer.state is PriceState.QUOTE]
    if quotes:
        message = f"{count(len(quotes), 'price')} used as quoted, not listed: get it in writing: "
        yield _warning("quote_price", "warning", message + _list(quotes) + ".")
    reserved = [offer.offer_id for offer in offers if offer.state is PriceState.RESERVATION_ONLY]
    if reserved:
        message = "Sold only by reservation, so ask whether the machines are to be had: "
        yield _warning("reservation_only_offer", "warning", message + _list(reserved) + ".")


def _load(case: Case, time: TimeRecord) -> Iterator[ResultWarning]:
    if time.merged and time.load_overstated_fraction > 0:
        yield _warning(
            "blocks_merged",
            "info",
            f"blocks_per_month merges hours of unequal load: load-hours are overstated by "
            f"{percent(time.load_overstated_fraction)}, so the true cost may be lower.",
        )
    for workload in case.plan.workloads:
        ratio = workload.demand.profile.peak_to_slot_ratio
        if ratio > 1.0 + 1e-9:
            yield _warning(
                "profile_peak",
                "warning",
                f"{workload.name}: the largest single hour of its measured load is {ratio:.2f} times the "
                f"largest mean, which is what peak stands for; its headroom is {percent(workload.headroom)}.",
            )


def _spot(purchases: Sequence[Purchase]) -> Iterator[ResultWarning]:
    names = [purchase.offer for purchase in purchases if purchase.purchase == "spot"]
    if names:
        message = f"Spot capacity can be taken away at any time: {_list(names)}."
        yield _warning("spot_capacity", "info", message)


def _large(purchases: Sequence[Purchase], offers: Sequence[Offer]) -> Iterator[ResultWarning]:
    """One for each offer by the hour of which more is run at once than a list price stands for."""
    open_ended = {offer.offer_id for offer in offers if offer.max_quantity is None}
    at_once: dict[str, float] = {}
    for row in purchases:
        if row.purchase in ("on_demand", "spot") and row.offer in open_ended:
            accelerators = row.quantity * (row.accelerator_count or 0.0)
            at_once[row.offer] = max(at_once.get(row.offer, 0.0), accelerators)
    for offer, accelerators in at_once.items():
        if accelerators > LARGE_ACCELERATORS:
            yield _warning(
                "large_quantity_unconfirmed",
                "warning",
                f"Up to {accelerators:,.0f} accelerators of {offer} at once: the price list does not say how "
                "many can be had; ask the provider.",
            )
