"""Refuse a problem that is none, naming the field, before any model exists."""

import math
from collections.abc import Iterator

from .problem import (
    CapacityBlock,
    Elastic,
    Limits,
    Machine,
    Owned,
    Problem,
    RateDemand,
    Reservation,
    Site,
    WorkDemand,
    Workload,
)
from .risk.checks import check_risk


class InvalidProblem(ValueError):
    """Every fault found: field, value, and what would be right."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def check(problem: Problem) -> None:
    """Raise InvalidProblem unless the problem is one."""
    faults = [
        *_horizon(problem),
        *(fault for n, w in enumerate(problem.workloads) for fault in _workload(f"workloads[{n}]", w)),
        *_unique("workloads", [w.name for w in problem.workloads]),
        *_offers(problem),
        *(fault for n, s in enumerate(problem.sites) for fault in _site(f"sites[{n}]", s)),
        *_unique("sites", [site.key for site in problem.sites]),
        *_unique("servers", [server.key for site in problem.sites for server in site.servers]),
        *(fault for n, o in enumerate(problem.owned) for fault in _owned(f"owned[{n}]", o)),
        *_limits(problem.limits, problem.horizon.months),
        *_spend_plans(problem),
        *_machines(problem),
        *_pins(problem),
        *check_risk(problem),
    ]
    if faults:
        raise InvalidProblem(faults)


def _amount(path: str, value: float, low: float = 0.0, high: float = math.inf) -> Iterator[str]:
    if not math.isfinite(value) or not low <= value <= high:
        most = f" to {high:g}" if math.isfinite(high) else " or more"
        yield f"{path}: {value}: must be a number, {low:g}{most}"


def _unique(path: str, keys: list[str]) -> Iterator[str]:
    for key in sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else ():
        yield f"{path}: {key!r}: occurs more than once"


def _horizon(problem: Problem) -> Iterator[str]:
    horizon = problem.horizon
    yield from _amount("horizon.months", horizon.months, 1)
    yield from _amount("horizon.discount_rate", horizon.discount_rate)
    if horizon.blocks_per_month is not None:
        yield from _amount("horizon.blocks_per_month", horizon.blocks_per_month, 1, 48)
    if not problem.workloads:
        yield "workloads: empty: at least one is needed"


def _workload(path: str, workload: Workload) -> Iterator[str]:
    yield from _amount(f"{path}.interruptible_fraction", workload.interruptible_fraction, 0, 1)
    for key, units in workload.units_per_hour.items():
        yield from _amount(f"{path}.units_per_hour[{key}]", units)
    if workload.gang is not None:
        yield from _amount(f"{path}.gang.accelerators", workload.gang.accelerators, 1e-9)
        for key in sorted(workload.units_per_hour.keys() - workload.gang.pools.keys()):
            yield f"{path}.gang.pools: {key!r}: missing: every machine that can serve has its pool"
    demand = workload.demand
    if isinstance(demand, WorkDemand):
        yield from _amount(f"{path}.demand.total", demand.total, 1e-12)
    else:
        yield from _rate(f"{path}.demand", demand)


def _rate(path: str, demand: RateDemand) -> Iterator[str]:
    yield from _amount(f"{path}.peak_per_hour", demand.peak_per_hour)
    yield from _amount(f"{path}.headroom_fraction", demand.headroom_fraction)
    yield from _amount(f"{path}.growth_per_month", demand.growth_per_month, -0.999999)
    for day, levels in (("weekday", demand.shape.weekday), ("weekend", demand.shape.weekend)):
        if len(levels) != 24:
            yield f"{path}.shape.{day}: {len(levels)} levels: must be 24, one for each hour"
        for hour, level in enumerate(levels):
            yield from _amount(f"{path}.shape.{day}[{hour}]", level)


def _offers(problem: Problem) -> Iterator[str]:
    offers: list[Elastic | Reservation | CapacityBlock] = [
        *problem.elastic,
        *problem.reservations,
        *problem.blocks,
    ]
    yield from _unique("offers", [offer.key for offer in offers])
    for offer in offers:
        yield from _amount(f"{offer.key}.price_per_hour", offer.price_per_hour)
        yield from _amount(f"{offer.key}.min_quantity", offer.min_quantity)
        if offer.max_quantity is not None:
            yield from _amount(f"{offer.key}.max_quantity", offer.max_quantity, offer.min_quantity)
        if not offer.window.start < offer.window.end:
            yield f"{offer.key}.window: {offer.window}: must end after it starts"
    yield from _tiers(problem)
    for elastic in problem.elastic:
        yield from _amount(f"{elastic.key}.fixed_per_month", elastic.fixed_per_month)
        if elastic.fixed_per_month and not elastic.partner:
            yield f"{elastic.key}.fixed_per_month: {elastic.fixed_per_month}: for a partner only"
    for reservation in problem.reservations:
        yield from _amount(f"{reservation.key}.term_months", reservation.term_months, 1)
        yield from _amount(f"{reservation.key}.upfront", reservation.upfront)
    for block in problem.blocks:
        yield from _amount(f"{block.key}.window.start", block.window.start, 0, problem.horizon.months)
        yield from _amount(f"{block.key}.window.end", block.window.end)


def _tiers(problem: Problem) -> Iterator[str]:
    """Tiers of one offer are of one kind, and agree on the machine and on how many there are."""
    seen: dict[str, object] = {}
    offers: list[Elastic | Reservation | CapacityBlock] = [
        *problem.elastic,
        *problem.reservations,
        *problem.blocks,
    ]
    for offer in offers:
        if offer.tier is None:
            continue
        term = offer.term_months if isinstance(offer, Reservation) else None
        said = type(offer), offer.machine.key, offer.tier.most, term
        if seen.setdefault(offer.tier.of, said) != said:
            yield f"{offer.key}.tier: {offer.tier.of}: another tier has another machine, term or most"
        if offer.tier.most is not None:
            yield from _amount(f"{offer.key}.tier.most", offer.tier.most, offer.max_quantity or 0)


def _site(path: str, site: Site) -> Iterator[str]:
    for name in ("opening_capex", "opening_per_month", "opening_lead_months", "price_per_kwh"):
        yield from _amount(f"{path}.{name}", getattr(site, name))
    yield from _amount(f"{path}.pue", site.pue, 1)
    for name in ("limit_kw", "limit_racks"):
        if getattr(site, name) is not None:
            yield from _amount(f"{path}.{name}", getattr(site, name))
    if site.servers_per_person is not None:
        yield from _amount(f"{path}.servers_per_person", site.servers_per_person, 1e-9)
    for server in site.servers:
        for name in ("capex", "power_kw", "maintenance_per_month", "racks", "lead_months"):
            yield from _amount(f"{server.key}.{name}", getattr(server, name))
        yield from _amount(f"{server.key}.life_months", server.life_months, 1)
        yield from _amount(f"{server.key}.residual_fraction", server.residual_fraction, 0, 1)
        yield from _amount(f"{server.key}.utilisation_cap_fraction", server.utilisation_cap_fraction, 1e-6, 1)
        if server.idle_power_fraction is not None:
            yield from _amount(f"{server.key}.idle_power_fraction", server.idle_power_fraction, 0, 1)


def _owned(path: str, owned: Owned) -> Iterator[str]:
    yield from _amount(f"{path}.quantity", owned.quantity, 1)
    if (owned.machine is None) == (owned.server is None):
        yield f"{path}: {owned.key}: names a machine or a server, one of them"


def _limits(limits: Limits, months: int) -> Iterator[str]:
    for name in ("capex_total", "carbon_kg_total"):
        if getattr(limits, name) is not None:
            yield from _amount(f"limits.{name}", getattr(limits, name))
    yield from _amount("limits.carbon_price_per_kg", limits.carbon_price_per_kg)
    for name in ("provider_share_max", "country_share_max", "spot_share_max", "partner_share_max"):
        if getattr(limits, name) is not None:
            yield from _amount(f"limits.{name}", getattr(limits, name), 0, 1)
    if limits.survival is not None:
        yield from _amount("limits.survival.surge_fraction", limits.survival.surge_fraction, 0, 1)
    cash = limits.cash_per_month
    if cash is not None and len(cash) != months:
        yield f"limits.cash_per_month: {len(cash)} numbers: must be one for each of {months} months"
    for month, most in enumerate(cash or ()):
        yield from _amount(f"limits.cash_per_month[{month}]", most)


def _spend_plans(problem: Problem) -> Iterator[str]:
    yield from _unique("spend_plans", [plan.key for plan in problem.spend_plans])
    others = {e.key for e in problem.elastic if e.spot or e.partner}
    for plan in problem.spend_plans:
        yield from _amount(f"{plan.key}.term_months", plan.term_months, 1)
        yield from _amount(f"{plan.key}.upfront_fraction", plan.upfront_fraction, 0, 1)
        for month, owned in enumerate(plan.owned_per_hour):
            yield from _amount(f"{plan.key}.owned_per_hour[{month}]", owned)
        for key, rate in plan.rates.items():
            yield from _amount(f"{plan.key}.rates[{key}]", rate, 1e-12)
        for key in sorted(others & plan.rates.keys()):
            yield f"{plan.key}.rates: {key!r}: must be an offer on demand, not spot or a partner's"
    for elastic in problem.elastic:
        if elastic.covered_only and elastic.price_per_hour:
            yield f"{elastic.key}.price_per_hour: {elastic.price_per_hour}: must be 0 where covered_only"
        if elastic.covered_only and (elastic.spot or elastic.partner):
            yield f"{elastic.key}.covered_only: True: for an offer on demand only"


def _pins(problem: Problem) -> Iterator[str]:
    offers: list[Elastic | Reservation | CapacityBlock] = [
        *problem.elastic,
        *problem.reservations,
        *problem.blocks,
    ]
    known = {offer.key for offer in offers}
    known |= {server.key for site in problem.sites for server in site.servers}
    for n, pin in enumerate(problem.pins):
        yield from _amount(f"pins[{n}].quantity", pin.quantity)
        if pin.offer not in known:
            yield f"pins[{n}].offer: {pin.offer!r}: names no offer and no server type of the problem"


def _machines(problem: Problem) -> Iterator[str]:
    seen: dict[str, Machine] = {}
    offers: list[Elastic | Reservation | CapacityBlock] = [
        *problem.elastic,
        *problem.reservations,
        *problem.blocks,
    ]
    for machine in (offer.machine for offer in offers):
        yield from _amount(f"{machine.key}.accelerators", machine.accelerators, 1e-9)
        yield from _amount(f"{machine.key}.carbon_kg_per_hour", machine.carbon_kg_per_hour)
        if seen.setdefault(machine.key, machine) != machine:
            yield f"{machine.key}: two different machines have this key"
