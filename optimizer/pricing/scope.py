"""Whether the relaxation knows everything a problem asks for: if not, it must not be used.

The relaxation copies the meaning of each field into its own columns and rows. A field it has not heard of,
set to anything but its default, could make work cheaper than the relaxation knows: its bound would be wrong.
"""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, fields
from typing import Any

from ..problem import Problem, Workload

KNOWN = {
    "Problem": "horizon workloads elastic reservations blocks sites owned limits also_cut_at",
    "Horizon": "months discount_rate end blocks_per_month",
    "Workload": "name demand units_per_hour interruptible_fraction",
    "RateDemand": "peak_per_hour shape growth_per_month headroom_fraction first_month last_month",
    "WorkDemand": "total first_month last_month",
    "Machine": "key provider region country accelerators carbon_kg_per_hour",
    "Elastic": "key machine price_per_hour spot partner fixed_per_month min_quantity max_quantity window "
    "hours tier",
    "Reservation": "key machine term_months price_per_hour upfront min_quantity max_quantity window tier",
    "CapacityBlock": "key machine price_per_hour window min_quantity max_quantity tier",
    "ServerType": "key machine capex power_kw life_months residual_fraction maintenance_per_month racks "
    "lead_months max_quantity utilisation_cap_fraction idle_power_fraction",
    "Site": "key servers opening_capex opening_per_month opening_lead_months limit_kw limit_racks "
    "price_per_kwh pue carbon_kg_per_kwh staff_per_month servers_per_person",
    "Owned": "key quantity machine server first_month last_month",
    "Limits": "capex_total carbon_kg_total carbon_price_per_kg provider_share_max country_share_max "
    "spot_share_max partner_share_max",
}


def knows(problem: Problem) -> bool:
    """Whether every field that is set is one the relaxation knows. Cash by month is not."""
    return not any(_unknown(thing) for thing in _things(problem))


def unservable(problem: Problem) -> tuple[Workload, ...]:
    """Workloads that no offer, server or owned machine can serve: the relaxation has no unit of theirs."""
    machines = {e.machine.key for e in problem.elastic} | {r.machine.key for r in problem.reservations}
    machines |= {b.machine.key for b in problem.blocks}
    machines |= {o.machine.key for o in problem.owned if o.machine is not None}
    machines |= {server.machine.key for site in problem.sites for server in site.servers}
    return tuple(
        load
        for load in problem.workloads
        if not any(load.units_per_hour.get(key, 0.0) > 0 for key in machines)
    )


def _things(problem: Problem) -> Iterator[Any]:
    yield from (problem, problem.horizon, problem.limits)
    for workload in problem.workloads:
        yield from (workload, workload.demand)
    offers: Iterable[Any] = (*problem.elastic, *problem.reservations, *problem.blocks)
    for offer in offers:
        yield from (offer, offer.machine)
    for site in problem.sites:
        yield site
        for server in site.servers:
            yield from (server, server.machine)
    yield from problem.owned


def _unknown(thing: Any) -> bool:
    known = KNOWN.get(type(thing).__name__)
    return known is None or any(getattr(thing, f.name) != _default(f) for f in _others(type(thing), known))


_seen: dict[type, list[Field[Any]]] = {}


def _others(kind: type, known: str) -> list[Field[Any]]:
    """Fields of a class that are not known."""
    if kind not in _seen:
        names = set(known.split())
        _seen[kind] = [f for f in fields(kind) if f.name not in names]
    return _seen[kind]


def _default(f: Field[Any]) -> Any:
    return f.default_factory() if f.default_factory is not MISSING else f.default
