"""Why an offer that was asked about is in the plan or not: the cost of a unit, the price that would do."""

from collections.abc import Sequence
from typing import Any

from advisor.demand.hints import did_you_mean, nearest
from advisor.errors import BadInput
from advisor.planning.case import Case
from advisor.planning.explain.trials import NO_DIFFERENCE, NOT_REACHED, compared
from advisor.planning.machines import serving, spec_in
from advisor.planning.options import window_of
from advisor.planning.result_explain import WhyNot
from advisor.planning.sift import REASONS, Sifted
from advisor.planning.words import amount
from optimizer.explain.again import Again, Finding
from optimizer.explain.entering import Entering, entering
from optimizer.explain.forcing import forced, without
from optimizer.problem import CapacityBlock, Elastic, Reservation, ServerType
from optimizer.reduce import reduce
from optimizer.result import Plan, Status
from providers import Offer, Purchase

Option = Elastic | Reservation | CapacityBlock | ServerType
A_MONTH = "730 machine-hours, whenever they cost least"


def refuse_unknown(case: Case, names: tuple[str, ...]) -> None:
    """Raise BadInput for a name that is neither an offer of the catalogue nor of the plan's own."""
    own = {**case.translation.servers, **case.translation.partners}
    for name in names:
        if name not in own and case.catalogue.offer(name) is None:
            raise BadInput(unknown_offer(name, nearest(name, [*case.translation.offers, *own])), field="why")


def unknown_offer(name: str, near: Sequence[str], example: str = "") -> str:
    """What is wrong with a name that nothing has; an example stands where nothing is near."""
    hint = f", for example `{example}`" if example and not near else did_you_mean(near)
    return (
        f"why: {name}: names no offer of the price list and nothing of the plan's own: write one "
        f"as PROVIDER/REGION/INSTANCE_TYPE/PURCHASE{hint}"
    )


def why(case: Case, again: Again, name: str) -> WhyNot:
    """The row of one offer; it is known by name."""
    option = _option(case, name)
    if option is None:
        return _left_out(case, name)
    useful = _serves(again, option)
    row = _unit(case, option) | {"offer": name, "in_plan": _used(again.base.plan, option.key)}
    if not useful:
        note = "it cannot serve any workload of the plan"
        if isinstance(option, Elastic) and option.spot:
            note = "it is spot, and no workload it could serve may be interrupted"
        return WhyNot.model_validate(row | {"status": "impossible", "note": note})
    row |= compared(again, again.restricted(forced(case.problem, option.key)))
    return WhyNot.model_validate(row | _entering(again, option, row["price"], bool(row["in_plan"])))


def _option(case: Case, name: str) -> Option | None:
    problem = case.problem
    offers: list[Option] = [*problem.elastic, *problem.reservations, *problem.blocks]
    offers += [server for site in problem.sites for server in site.servers]
    return next((option for option in offers if option.key == name), None)


def _serves(again: Again, option: Option) -> bool:
    if isinstance(option, ServerType):
        loads = again.base.problem.workloads
        return any(load.units_per_hour.get(option.machine.key, 0.0) > 0 for load in loads)
    kept = reduce(forced(again.base.problem, option.key)).problem
    others: list[Option] = [*kept.elastic, *kept.reservations, *kept.blocks]
    return any(other.key == option.key for other in others)


def _used(plan: Plan | None, key: str) -> bool:
    if plan is None:
        return False
    bought = {p.option for p in (*plan.reserved, *plan.blocks, *plan.servers) if p.quantity > 0}
    return key in bought | {run.option for run in plan.runs if run.quantity > 0}


def _unit(case: Case, option: Option) -> dict[str, Any]:
    currency = case.plan.currency
    if isinstance(option, ServerType):
        return {
            "unit": "one server, in the month that costs least",
            "price": option.capex,
            "price_unit": f"{currency} of capex",
        }
    if isinstance(option, Reservation):
        upfront = option.price_per_hour <= 0
        price = option.upfront if upfront else option.price_per_hour
        unit = f"{currency} upfront" if upfront else f"{currency} per machine-hour"
        return {
            "unit": f"one machine for {option.term_months} months, whenever it costs least",
            "price": price,
            "price_unit": unit,
        }
    unit = "one machine for its window" if isinstance(option, CapacityBlock) else A_MONTH
    return {"unit": unit, "price": option.price_per_hour, "price_unit": f"{currency} per machine-hour"}


def _entering(again: Again, option: Option, price: float, in_plan: bool) -> dict[str, Any]:
    if price <= 0:
        return {"entering_note": "it has no price that could be changed"}
    if again.base.problem.risk is not None and again.base.problem.risk.weight_fraction:
        return {"entering_note": "with a weight on the worst scenarios there may be several such prices"}
    best: Finding | None = again.base
    if in_plan:
        best = again.restricted(without(again.base.problem, option.key))
    if best is None:
        return {"entering_note": NOT_REACHED}
    if best.status is Status.INFEASIBLE:
        return {"entering_note": "no plan can do without it"}
    found = entering(again, option.key, best, again.base.plan if in_plan else None)
    if isinstance(found, str):
        return {"entering_note": found}
    return {"entering_note": NOT_REACHED} if found is None else _price(found, price)


def _price(found: Entering, price: float) -> dict[str, Any]:
    return {
        "enters_at_price": found.high * price,
        "enters_at_fraction": found.high,
        "enters_at_fraction_low": found.low,
        "most_saved_above": found.slack,
        "entering_note": "" if found.high > 0 else NO_DIFFERENCE,
    }


def _left_out(case: Case, name: str) -> WhyNot:
    offer = case.catalogue.offer(name)
    if offer is None:
        raise LookupError(f"{name} was known when the question was read")
    return WhyNot(offer=name, in_plan=False, status="impossible", note=_reason(case, offer))


def _reason(case: Case, offer: Offer) -> str:
    """Why the plan leaves an offer out, the first reason that holds."""
    plan, spec = case.plan, spec_in(case.plan, offer)
    if not plan.capacity.admits(offer):
        return "capacity.offers leaves it out"
    if offer.purchase is Purchase.SPEND_COMMITMENT:
        return (
            f"it is not bought by itself: it is a rate of {offer.commitment_family}, "
            "and every answer weighs it with all the others"
        )
    if not serving(plan, spec):
        return f"no workload can use it: {'; '.join(_against(case, offer))}"
    sifted = Sifted(plan, case.now, case.max_age_hours)
    sifted.take(offer)
    reasons = [REASONS[reason] for reason in sifted.left_out]
    if not reasons and window_of(plan, offer).start >= plan.months:
        return "it can be had only after the plan"
    return f"left out: {reasons[0]}" if reasons else "the plan's currency has no rate for its price"


def _against(case: Case, offer: Offer) -> list[str]:
    """What keeps each workload from it."""
    spec = spec_in(case.plan, offer)
    found = []
    for load in case.plan.workloads:
        if (offer.accelerator or "CPU") not in load.accelerators():
            found.append(f"{load.name} has no throughput for {offer.accelerator or 'machines without'}")
        elif not load.residency.admits(offer.country):
            found.append(f"{load.name} may not be in {offer.country} (residency)")
        elif not load.regions.admits(offer.provider, offer.region):
            found.append(f"{load.name} may not be in {offer.provider}/{offer.region} (regions)")
        elif spec.accelerator_count is not None and spec.accelerator_count < load.accelerators_per_replica:
            have, need = amount(spec.accelerator_count), load.accelerators_per_replica
            found.append(f"{load.name} needs {need} accelerators in one machine, it has {have}")
        else:
            found.append(f"{load.name} would be too far from it (latency), or held too little at once (gang)")
    return found
