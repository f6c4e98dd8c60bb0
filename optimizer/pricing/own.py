"""Sites, own servers, partners and capacity blocks in the relaxation: few, so all are written down."""

import math

import numpy as np

from ..cashflow import block_flow, running_cost_per_month, server_flow
from ..index import ElasticSource, FirmSource, ServerSource, owned_in, server_begin
from ..matrix import Array
from ..model import MONEY
from ..problem import HOURS_PER_MONTH
from .catalogue import SERVER
from .lp import Entries
from .master import Master, opening_cost

INFINITE = np.array([np.inf])


def add_own(master: Master, *, all_work: bool) -> Array:
    """Everything but the catalogue's hourly offers and reservations; the columns that open sites.

    With `all_work`, every server's work for every workload as well; else pricing brings it in.
    """
    c = master.catalogue
    opened = _sites(master)
    places = {site.key: n for n, site in enumerate(c.problem.sites)}
    master.add_stock(np.array([q for q, _ in c.servers()], int))
    _limits_of_sites(master, opened)
    for q, server in c.servers():
        _most_in_service(master, q, server, int(opened[places[server.site.key]]))
        _purchases(master, q, server)
        _kept(master, q, server)
    for q, firm in c.firm():
        if firm.blocks or firm.owned:
            master.add_stock(np.array([q]))
            _blocks(master, q, firm)
    for q, partner in c.partners():
        _partner(master, q, partner)
    there = (master.stock_row[:, 0] >= 0) & (all_work | (c.kind != SERVER))
    pairs = np.flatnonzero(there[c.pair_source])
    at, j = np.nonzero(master.wanted[c.pair_workload[pairs]])
    master.add_serving(pairs[at], j)
    return opened


def _sites(master: Master) -> Array:
    problem = master.catalogue.problem
    count = len(problem.sites)
    entries = Entries()
    capex = np.array([site.opening_capex * MONEY for site in problem.sites])
    entries.add(np.arange(count), np.full(count, master.capex_row), capex)
    return master.lp.add_columns(opening_cost(master.catalogue), np.ones(count), entries)


def _limits_of_sites(master: Master, opened: Array) -> None:
    """Power and racks of each site and period. The rows' columns exist, so they are written whole."""
    c, lp = master.catalogue, master.lp
    for n, site in enumerate(c.problem.sites):
        mine = [(q, source.server) for q, source in c.servers() if source.site.key == site.key]
        held = master.held_column[[q for q, _ in mine]]
        power, racks = [server.power_kw for _, server in mine], [server.racks for _, server in mine]
        for most, found in ((site.limit_kw, power), (site.limit_racks, racks)):
            sizes = np.array(found, float)
            if most is None or not (sizes > 0).any():
                continue
            for period in range(len(master.grid.periods)):
                columns = np.append(held[:, period], opened[n])
                lp.add_full_row(-np.inf, 0.0, columns, np.append(sizes, -most) / sizes.max())


def _most_in_service(master: Master, q: int, source: ServerSource, opened: int) -> None:
    most = source.server.max_quantity
    if most is None:
        most = _could_be_of_use(source)
    for period in range(len(master.grid.periods)):
        columns = np.array([master.held_column[q, period], opened], np.int32)
        master.lp.add_full_row(-np.inf, 0.0, columns, np.array([1.0, -float(most)]))


def _could_be_of_use(source: ServerSource) -> int:
    """Never less than the exact model's own bound, see `sites._most_servers`."""
    limit = source.site.limit_kw
    owned = sum(owned.quantity for owned in source.owned)
    if limit is not None and source.server.power_kw > 0:
        return math.floor(limit / source.server.power_kw) + owned
    return 1_000_000 + owned


def _purchases(master: Master, q: int, source: ServerSource) -> None:
    """Servers bought in each month, with their share of staff and the charge on carbon."""
    problem, grid = master.catalogue.problem, master.grid
    months = problem.horizon.months
    starts = np.arange(months)
    begin = np.array([server_begin(source.server, source.site, s) for s in starts.tolist()])
    end = begin + source.server.life_months
    served = master.in_force(begin, end)
    monthly = _staff(source) + _idle_kg(source) * problem.limits.carbon_price_per_kg
    flows = [server_flow(source.server, source.site, s, problem.horizon) for s in starts.tolist()]
    cost = np.array([flow.npv(problem.horizon) for flow in flows]) + monthly * served @ grid.period_weight
    useful = served.any(axis=1)
    entries = Entries()
    at, period = np.nonzero(served[useful] > 0)
    entries.add(at, master.held_row[q, period], -served[useful][at, period])
    every = np.arange(int(useful.sum()))
    tonnes = _idle_kg(source) * (np.minimum(end, months) - np.minimum(begin, months))[useful] / 1000.0
    entries.add(every, np.full(len(every), master.carbon_row), tonnes)
    entries.add(every, np.full(len(every), master.capex_row), source.server.capex * MONEY)
    high = np.full(len(every), np.inf)
    columns = master.lp.add_columns(cost[useful] * MONEY, high, entries)
    master.server_purchases[source.server.key] = (starts[useful], columns)
    master.served_months[q].append((columns, served[useful]))


def _staff(source: ServerSource) -> float:
    site = source.site
    return site.staff_per_month / site.servers_per_person if site.servers_per_person else 0.0


def _idle_kg(source: ServerSource) -> float:
    """Carbon of a month in service, at work or not."""
    idle = source.server.idle_power_fraction
    energy = source.server.power_kw * source.site.pue * (1.0 if idle is None else idle)
    return energy * HOURS_PER_MONTH * source.site.carbon_kg_per_kwh


def _kept(master: Master, q: int, source: ServerSource) -> None:
    """Owned servers left on."""
    grid, limits = master.grid, master.catalogue.problem.limits
    monthly = running_cost_per_month(source.server, source.site) + _staff(source)
    monthly += _idle_kg(source) * limits.carbon_price_per_kg
    every = np.arange(len(grid.periods))
    for owned in source.owned:
        there = [float(owned_in(owned, month)) for month in range(len(grid.factor))]
        entries = Entries()
        entries.add(every, master.held_row[q], -1.0)
        tonnes = _idle_kg(source) * grid.period_weight / grid.largest_factor / 1000.0
        entries.add(every, np.full(len(every), master.carbon_row), tonnes)
        cost = monthly * grid.period_weight * MONEY
        high = owned.quantity * grid.by_period(np.array(there))
        columns = master.lp.add_columns(cost, high, entries)
        master.kept_columns[owned.key] = columns
        master.served_months[q].append((columns, np.eye(len(every))))


def _blocks(master: Master, q: int, source: FirmSource) -> None:
    grid, problem = master.grid, master.catalogue.problem
    for block in source.blocks:
        there = grid.presence(block.window)
        share = grid.by_period(there)
        kilograms = source.machine.carbon_kg_per_hour * HOURS_PER_MONTH
        cost = block_flow(block, problem.horizon).npv(problem.horizon)
        cost += kilograms * problem.limits.carbon_price_per_kg * float(there @ grid.factor)
        periods = np.flatnonzero(share > 0)
        entries = Entries()
        entries.add(np.zeros(len(periods), int), master.held_row[q, periods], -share[periods])
        entries.add(np.zeros(1, int), np.array([master.carbon_row]), kilograms * there.sum() / 1000.0)
        most = INFINITE if block.max_quantity is None else np.array([float(block.max_quantity)])
        added = master.lp.add_columns(np.array([cost * MONEY]), most, entries)
        master.block_columns[block.key] = int(added[0])


def _partner(master: Master, q: int, source: ElasticSource) -> None:
    """Machines running, at most what is there, for a fee in the share of the months in which it is used."""
    grid, lp, partner = master.grid, master.lp, source.elastic
    slices, periods = grid.slices, len(grid.periods)
    below = np.full(slices, -np.inf)
    master.stock_row[q] = lp.add_rows(below, np.zeros(slices))
    there = master.there[q]
    entries, every = Entries(), np.arange(slices)
    entries.add(every, master.stock_row[q], -1.0)
    most = float(partner.max_quantity) if partner.max_quantity is not None else np.inf
    used_row = np.full(slices, -1)
    least_row = np.full(slices, -1)
    if np.isfinite(most) and (partner.fixed_per_month or partner.min_quantity):
        used_row = lp.add_rows(below, np.zeros(slices))
        entries.add(every, used_row, 1.0)
        certain = np.flatnonzero((there >= 1.0 - 1e-12) & _always_wanted(master, q))
        if partner.min_quantity > 0:
            least_row[certain] = lp.add_rows(np.full(len(certain), -np.inf), np.zeros(len(certain)))
            entries.add(every, least_row, -1.0)
    high = most * there if np.isfinite(most) else np.full(slices, np.inf)
    cost = master.catalogue.hourly[q] * grid.hours
    master.partner_columns[q] = lp.add_columns(cost, high, entries)
    joined = Entries()
    joined.add(grid.period_of, used_row, -most if np.isfinite(most) else 0.0)
    joined.add(grid.period_of, least_row, float(partner.min_quantity))
    fee = partner.fixed_per_month * grid.period_weight * MONEY
    lp.add_columns(fee, np.ones(periods), joined)


def _always_wanted(master: Master, q: int) -> Array:
    """Slices in all months of which some workload could use the source."""
    c, grid = master.catalogue, master.grid
    found = np.zeros(len(grid.periods), bool)
    for w in c.pair_workload[c.pair_source == q].tolist():
        demand = c.problem.workloads[w].demand
        found |= np.array([all(demand.runs_in(t) for t in period) for period in grid.periods])
    return np.asarray(grid.spread(found) & (master.wanted[c.pair_workload[c.pair_source == q]]).any(axis=0))
