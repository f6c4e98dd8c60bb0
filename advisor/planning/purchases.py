"""What to get, one row for each line of the verified account that buys machines."""

from typing import Any

from advisor.planning.case import Case, Solved
from advisor.planning.commitments import commitment_row
from advisor.planning.machines import Spec
from advisor.planning.result_rows import Purchase
from advisor.planning.words import stamp
from optimizer.account import Line
from providers import Offer

ELASTIC = ("on_demand", "spot", "partner")
ORDER = (
    "owned",
    "self_hosted",
    "reserved",
    "spend_commitment",
    "capacity_block",
    "partner",
    "on_demand",
    "spot",
)


def purchase_rows(solved: Solved) -> tuple[Purchase, ...]:
    """Rows in order of kind, start and cost: commitments first, then what runs by the hour."""
    lines = [line for line in solved.account.lines if line.kind in ORDER and line.quantity > 0]
    lines.sort(key=lambda line: (ORDER.index(line.kind), line.start, -line.npv, line.option))
    return tuple(_row(solved, line) for line in lines)


def _row(solved: Solved, line: Line) -> Purchase:
    case = solved.case
    translation = case.translation
    only_covered = line.kind == "spend_commitment" and line.commitment_per_hour is None
    by_the_hour = only_covered or line.kind in ELASTIC
    common = {
        "purchase": line.kind,
        "start": case.plan.month_at(line.start),
        "quantity": line.quantity,
        "quantity_unit": "machines_at_once" if by_the_hour else "machines",
        "instance_hours": line.instance_hours if by_the_hour else None,
        "npv": line.npv,
        "cash": line.cash,
        "months": _months_held(case, line),
    }
    if line.commitment_per_hour is not None:
        return Purchase.model_validate(common | commitment_row(solved, line))
    if line.kind == "owned":
        return Purchase.model_validate(common | _owned(case, line))
    if line.option in translation.servers:
        return Purchase.model_validate(common | _server(case, line.option))
    if line.option in translation.partners:
        return Purchase.model_validate(common | _partner(case, line.option))
    return Purchase.model_validate(common | _offer(case, translation.offers[line.option]))


def _months_held(case: Case, line: Line) -> int:
    """Months from the start in which it is there (or, for a server, paid and awaited), within the plan."""
    months = line.months
    if line.kind == "self_hosted":
        site, server = case.translation.servers[line.option]
        begin = max(line.start + server.lead_months, site.opening.lead_months)
        months = begin + server.life_months - line.start
    return max(0, min(months, case.plan.months - line.start))


def _book_line(case: Case, offer: Offer) -> int | None:
    ruled = case.catalogue.ruled.get(offer.offer_id)
    return ruled.line if ruled else None


def _offer(case: Case, offer: Offer) -> dict[str, Any]:
    return _machine(case.spec_of_offer(offer)) | {
        "offer": offer.offer_id,
        "instance_type": offer.instance_type,
        "term_months": offer.term_months,
        "payment": offer.payment.value if offer.payment is not None else None,
        "price_per_hour": float(offer.price_per_hour),
        "upfront": float(offer.upfront) if offer.upfront is not None else None,
        "source_currency": offer.currency,
        "source_url": offer.source_url,
        "price_observed_at": stamp(offer.observed_at),
        "price_state": offer.state.value,
        "price_book_line": _book_line(case, offer),
    }


def _server(case: Case, key: str) -> dict[str, Any]:
    site, server = case.translation.servers[key]
    return _own_figures(case, site.currency) | {
        "offer": key,
        "provider": "own",
        "region": site.name,
        "country": site.country,
        "instance_type": server.instance_type,
        "accelerator": server.accelerator,
        "accelerator_count": server.accelerator_count,
        "site": site.name,
        "upfront": float(server.capex),
    }


def _partner(case: Case, key: str) -> dict[str, Any]:
    partner = case.translation.partners[key]
    return _own_figures(case, partner.currency) | {
        "offer": key,
        "provider": "partner",
        "region": partner.name,
        "country": partner.country,
        "instance_type": partner.instance_type,
        "accelerator": partner.accelerator,
        "accelerator_count": partner.accelerator_count,
        "partner": partner.name,
        "price_per_hour": float(partner.price_per_hour),
    }


def _owned(case: Case, line: Line) -> dict[str, Any]:
    """What is there already: its price is paid, so none is given."""
    name = case.owned_name(line.option)
    if name in case.translation.servers:
        return _server(case, name) | {"upfront": None}
    offer = case.offer(name)
    if offer is None:
        raise LookupError(f"{name} is owned, but not in the catalogue the plan was translated with")
    row = _own_figures(case, None) | _machine(case.spec_of_offer(offer))
    return row | {"offer": name, "instance_type": offer.instance_type, "term_months": offer.term_months}


def _machine(spec: Spec) -> dict[str, Any]:
    return {
        "provider": spec.provider,
        "region": spec.region,
        "country": spec.country,
        "accelerator": spec.accelerator,
        "accelerator_count": spec.accelerator_count,
        "site": None,
        "partner": None,
    }


def _own_figures(case: Case, currency: str | None) -> dict[str, Any]:
    """Fields of a price that the plan itself states."""
    return {
        "site": None,
        "partner": None,
        "term_months": None,
        "payment": None,
        "price_per_hour": None,
        "upfront": None,
        "source_currency": currency or case.plan.currency,
        "source_url": None,
        "price_observed_at": None,
        "price_state": "quote",
    }
