"""Money committed to, as rows of a result: one for each plan and start."""

from typing import Any

from advisor.planning.case import Case, Solved
from advisor.planning.hours import HOURS_PER_MONTH
from advisor.planning.spend import EVERY, UPFRONT, SpendTerms
from advisor.planning.words import stamp
from optimizer.account import Line
from optimizer.result import Plan as Decisions
from providers import Offer, PriceState

_WORST_FIRST = (PriceState.STALE, PriceState.RESERVATION_ONLY, PriceState.QUOTE, PriceState.LISTED)


def commitment_row(solved: Solved, line: Line) -> dict[str, Any]:
    """Fields of a purchase that are about the plan and its rates in use."""
    case, terms = solved.case, solved.case.translation.spend[line.option]
    rates = rates_in_use(solved, line)
    countries = {rate.country for rate in rates}
    observed = [rate.observed_at for rate in rates]
    known = [moment for moment in observed if moment is not None]
    oldest = min(known) if known and len(known) == len(observed) else None
    paid = line.kind == "owned"
    share, per_hour = 0.0 if paid else float(UPFRONT[terms.term.payment]), line.commitment_per_hour or 0.0
    whole = per_hour * float(HOURS_PER_MONTH) * terms.term.months
    return {
        "offer": terms.key,
        "provider": terms.provider,
        "region": terms.region,
        "country": countries.pop() if len(countries) == 1 else EVERY,
        "instance_type": terms.machines,
        "accelerator": None,
        "accelerator_count": None,
        "site": None,
        "partner": None,
        "term_months": terms.term.months,
        "payment": terms.term.payment.value,
        "quantity_unit": "commitments",
        "commitment_per_hour": per_hour,
        "price_per_hour": None,
        "upfront": whole * share / float(case.rate(terms.currency)) if share else None,
        "source_currency": terms.currency,
        "source_url": next((rate.source_url for rate in rates if rate.observed_at == oldest), None),
        "price_observed_at": stamp(oldest),
        "price_state": next(s for s in _WORST_FIRST if any(rate.state is s for rate in rates)).value,
    }


def covering_rates(case: Case, decisions: Decisions | None) -> list[Offer]:
    """Rates at which any commitment of an answer pays for something."""
    plans = case.translation.spend
    covers = decisions.covers if decisions is not None else ()
    found = (plans[cover.plan].rates[cover.option] for cover in covers)
    return list({rate.offer_id: rate for rate in found}.values())


def rates_in_use(solved: Solved, line: Line) -> list[Offer]:
    """Rates at which a commitment pays for something; all of its plan where it pays for nothing."""
    terms: SpendTerms = solved.case.translation.spend[line.option]
    months = {piece.index: piece.month for piece in solved.decisions.slices}
    used = {
        cover.option
        for cover in solved.decisions.covers
        if cover.plan == line.option and line.start <= months[cover.slice] < line.start + line.months
    }
    return [terms.rates[option] for option in sorted(used or terms.rates)]
