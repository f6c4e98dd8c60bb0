"""Every variable that costs money or emits carbon, with its flows: read by objective and limits alike."""

from dataclasses import dataclass, field

import pulp

from .cashflow import (
    Flow,
    block_flow,
    energy_kwh_per_hour,
    opening_flow,
    reservation_flow,
    running_cost_per_month,
    server_flow,
)
from .index import ElasticSource, FirmSource, Index, ServerSource, server_begin
from .problem import HOURS_PER_MONTH, ServerType, Site
from .variables import Variables


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable: payments and emissions (kg by month) of one unit of it, and the cost term it is in."""

    term: str
    variable: pulp.LpVariable
    flow: Flow
    carbon_kg: dict[int, float] = field(default_factory=dict)


def entries(index: Index, v: Variables) -> list[Entry]:
    """All entries of a model."""
    found: list[Entry] = []
    for q, source in enumerate(index.sources):
        if isinstance(source, ElasticSource):
            found += _elastic(index, v, q, source)
        elif isinstance(source, FirmSource):
            found += _committed(index, v, source)
        else:
            found += _servers(index, v, q, source)
    for site in index.problem.sites:
        found.append(Entry("site", v.opened[site.key], opening_flow(site, index.problem.horizon)))
        found += _staff(v, site)
    return found


def _elastic(index: Index, v: Variables, q: int, source: ElasticSource) -> list[Entry]:
    elastic = source.elastic
    term = "partner" if elastic.partner else "spot" if elastic.spot else "on_demand"
    found = []
    for (s, i), running in v.running.items():
        if s == q:
            piece = index.slices[i]
            flow = Flow(opex={piece.month: elastic.price_per_hour * piece.hours})
            kilograms = source.machine.carbon_kg_per_hour * piece.hours
            found.append(Entry(term, running, flow, {piece.month: kilograms} if kilograms else {}))
    for (s, month), joined in v.joined.items():
        if s == q and elastic.fixed_per_month:
            found.append(Entry(term, joined, Flow(opex={month: elastic.fixed_per_month})))
    return found


def _committed(index: Index, v: Variables, source: FirmSource) -> list[Entry]:
    """Commitments; they count as running in all their hours within the plan, like own servers."""
    horizon = index.problem.horizon
    rate = source.machine.carbon_kg_per_hour
    found = []
    for r in source.reservations:
        for start in range(horizon.months):
            if (r.key, start) in v.reserved:
                months = range(start, min(start + r.term_months, horizon.months))
                carbon = {month: rate * HOURS_PER_MONTH for month in months if rate}
                flow = reservation_flow(r, start, horizon)
                found.append(Entry("reserved", v.reserved[r.key, start], flow, carbon))
    for block in source.blocks:
        if block.key in v.blocks:
            hours = {m: block.window.overlap(m, m + 1) * HOURS_PER_MONTH for m in range(horizon.months)}
            carbon = {month: rate * h for month, h in hours.items() if rate and h}
            flow = block_flow(block, horizon)
            found.append(Entry("capacity_block", v.blocks[block.key], flow, carbon))
    return found


def _servers(index: Index, v: Variables, q: int, source: ServerSource) -> list[Entry]:
    server, site = source.server, source.site
    horizon = index.problem.horizon
    found = []
    for start in range(horizon.months):
        if (server.key, start) in v.servers:
            begin = server_begin(server, site, start)
            months = range(begin, min(begin + server.life_months, horizon.months))
            carbon = {month: _idle_carbon_kg(server, site) for month in months}
            flow = server_flow(server, site, start, horizon)
            found.append(Entry("self_hosted", v.servers[server.key, start], flow, carbon))
    keys = {owned.key for owned in source.owned}
    for (key, month), kept in v.kept.items():
        if key in keys:
            flow = Flow(opex={month: running_cost_per_month(server, site)})
            found.append(Entry("self_hosted", kept, flow, {month: _idle_carbon_kg(server, site)}))
    if server.idle_power_fraction is not None:
        for (s, i), running in v.running.items():
            if s == q:
                found.append(_working(index, server, site, i, running, 1.0 - server.idle_power_fraction))
    return found


def _idle_carbon_kg(server: ServerType, site: Site) -> float:
    share = 1.0 if server.idle_power_fraction is None else server.idle_power_fraction
    return energy_kwh_per_hour(server, site) * share * HOURS_PER_MONTH * site.carbon_kg_per_kwh


def _working(
    index: Index, server: ServerType, site: Site, i: int, running: pulp.LpVariable, share: float
) -> Entry:
    """The power a server draws on top of idling while it works."""
    piece = index.slices[i]
    energy_kwh = energy_kwh_per_hour(server, site) * share * piece.hours
    flow = Flow(opex={piece.month: energy_kwh * site.price_per_kwh})
    return Entry("self_hosted", running, flow, {piece.month: energy_kwh * site.carbon_kg_per_kwh})


def _staff(v: Variables, site: Site) -> list[Entry]:
    return [
        Entry("staff", people, Flow(opex={month: site.staff_per_month}))
        for (key, month), people in v.staff.items()
        if key == site.key
    ]
