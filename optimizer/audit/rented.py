"""The bill for capacity of others: by the hour, reserved, in blocks, and already paid for."""

import math
from collections.abc import Iterator

from ..problem import Elastic, EndOfHorizon
from ..result import Purchase
from .counts import used_months
from .facts import HOURS, Facts, owned_in
from .spend import covered_machines
from .tally import Tally


def bill_rented(facts: Facts) -> Iterator[Tally]:
    """One tally per elastic offer used, per reservation purchase, per block, and per owned machine entry."""
    yield from _elastic(facts)
    for purchase in facts.plan.reserved:
        yield _reserved(facts, purchase)
    for purchase in facts.plan.blocks:
        yield _block(facts, purchase)
    for owned in facts.problem.owned:
        if owned.machine is not None:
            held = [month for month in range(facts.months) if owned_in(owned, month)]
            yield Tally(
                kind="owned",
                option=owned.key,
                start=held[0] if held else owned.first_month,
                months=len(held),
                quantity=owned.quantity,
                instance_hours=owned.quantity * HOURS * len(held),
            )


def _elastic(facts: Facts) -> Iterator[Tally]:
    covered = covered_machines(facts)
    for offer in facts.problem.elastic:
        used = used_months(facts, offer)
        if not used:
            continue
        tally = Tally(kind=_kind(offer), option=offer.key, start=used[0], months=used[-1] - used[0] + 1)
        for i, count in facts.running[offer.key].items():
            month, hours = facts.slices[i].month, count * facts.slices[i].hours
            tally.quantity = max(tally.quantity, count)
            tally.instance_hours += hours
            charged = hours - covered[offer.key, i] * facts.slices[i].hours
            tally.opex[month] += charged * offer.price_per_hour
            tally.carbon_kg[month] += hours * offer.machine.carbon_kg_per_hour
        for month in used if offer.partner else ():
            tally.opex[month] += offer.fixed_per_month
        yield tally


def _kind(offer: Elastic) -> str:
    if offer.covered_only:
        return "spend_commitment"
    return "partner" if offer.partner else "spot" if offer.spot else "on_demand"


def _reserved(facts: Facts, purchase: Purchase) -> Tally:
    offer = facts.reservations[purchase.option]
    horizon, count, start = facts.months, purchase.quantity, purchase.start
    tally = Tally(kind="reserved", option=offer.key, start=start, months=offer.term_months, quantity=count)
    tally.opex[start] += count * offer.upfront
    end = start + offer.term_months
    for month in range(start, end):
        if month < horizon:
            tally.instance_hours += count * HOURS
            tally.carbon_kg[month] += count * HOURS * offer.machine.carbon_kg_per_hour
        tally.due(month, count * HOURS * offer.price_per_hour, facts)
    if facts.problem.horizon.end is EndOfHorizon.GOING_CONCERN and end > horizon:
        tally.credit[horizon - 1] += count * offer.upfront * (end - horizon) / offer.term_months
    return tally


def _block(facts: Facts, purchase: Purchase) -> Tally:
    block = facts.blocks[purchase.option]
    first, last = max(0.0, block.window.start), block.window.end
    months = range(math.floor(first), math.ceil(last - 1e-9))
    tally = Tally(
        kind="capacity_block",
        option=block.key,
        start=purchase.start,
        months=len(months),
        quantity=purchase.quantity,
    )
    for month in months:
        hours = purchase.quantity * HOURS * (min(last, month + 1.0) - max(first, float(month)))
        if month < facts.months:
            tally.instance_hours += hours
            tally.carbon_kg[month] += hours * block.machine.carbon_kg_per_hour
        tally.due(month, hours * block.price_per_hour, facts)
    return tally
