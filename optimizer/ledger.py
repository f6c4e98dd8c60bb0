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
    found += _firm_carbon(index, v)
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
    horizon = index.problem.horizon
    found = []
    for r in source.reservations:
        for start in range(horizon.months):
            if (r.key, start) in v.reserved:
                flow = reservation_flow(r, start, horizon)
                found.append(Entry("reserved", v.reserved[r.key, start], flow))
    for block in source.blocks:
        if block.key in v.blocks:
            found.append(Entry("capacity_block", v.blocks[block.key], block_flow(block, horizon)))
    return found


def _firm_carbon(index: Index, v: Variables) -> list[Entry]:
    """Committed cloud machines emit while they work."""
    if not index.problem.limits.counts_carbon:
        return []
    found = []
    for w, q, i in index.serves:
        source, piece = index.sources[q], index.slices[i]
        if isinstance(source, FirmSource) and source.machine.carbon_kg_per_hour:
            kilograms = source.machine.carbon_kg_per_hour * piece.hours
            found.append(Entry("carbon", v.serve[w, q, i], Flow(), {piece.month: kilograms}))
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
    if site.idle_power_fraction is not None:
        for (s, i), running in v.running.items():
            if s == q:
                found.append(_working(index, server, site, i, running, 1.0 - site.idle_power_fraction))
    return found


def _idle_carbon_kg(server: ServerType, site: Site) -> float:
    share = 1.0 if site.idle_power_fraction is None else site.idle_power_fraction
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
