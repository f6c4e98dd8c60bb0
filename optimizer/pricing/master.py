"""The relaxation written down for some of the offers; pricing adds those that help.

Rows hold in the mean of each slice of the grid. Machines need not be whole, minimum quantities and sums of
cash are left out, staff is paid by the share of a person: each only lowers the optimum, so it stays a bound.
"""

from collections import defaultdict

import numpy as np

from ..cashflow import opening_flow
from ..index import ElasticSource, FirmSource, owned_in
from ..matrix import Array
from ..model import MONEY
from ..problem import HOURS_PER_MONTH, RateDemand, WorkDemand
from ..tiers import most_in_force
from ..timegrid import Window
from .catalogue import ELASTIC, PARTNER, Catalogue
from .grid import Grid
from .lp import Entries, GrowingLp

PENALTY = 5.0  # unserved work, times the dearest machine's hour


class Master:
    """Rows by meaning, columns by what they decide. `-1` stands for a row that does not exist."""

    def __init__(self, catalogue: Catalogue, grid: Grid, lp: GrowingLp) -> None:
        self.catalogue, self.grid, self.lp = catalogue, grid, lp
        problem = catalogue.problem
        slices, periods = grid.slices, len(grid.periods)
        self.load = np.zeros((len(problem.workloads), slices))
        self.wanted = np.zeros((len(problem.workloads), slices), bool)
        for w, workload in enumerate(problem.workloads):
            if isinstance(workload.demand, RateDemand):
                self.load[w] = grid.load(workload.demand) / max(catalogue.fastest[w], 1e-300)
                self.wanted[w] = self.load[w] > 0
            else:
                runs = np.array([any(workload.demand.runs_in(t) for t in p) for p in grid.periods])
                self.wanted[w] = grid.spread(runs)
        self.is_work = np.array([isinstance(x.demand, WorkDemand) for x in problem.workloads])
        self.spot_part = np.array([x.interruptible_fraction for x in problem.workloads])
        self.work_hours = grid.hours / grid.spread(grid.least_factor) / HOURS_PER_MONTH
        self.carbon_hours = grid.hours / grid.spread(grid.largest_factor) / 1000.0
        self.there = self._presence()
        self._demand_rows()
        self._shared_rows(periods)
        sources = len(catalogue.sources)
        self.stock_row = np.full((sources, slices), -1)  # quota or machines held, of a source
        self.held_row = np.full((sources, periods), -1)
        self.held_column = np.full((sources, periods), -1)
        self.in_master = np.zeros((len(catalogue.pair_source), slices), bool)
        self.quantity_row = np.full((len(catalogue.reservations), periods), -1)
        self.bought = np.zeros(catalogue.reservation_cost.shape, bool)
        self.served: list[tuple[Array, Array, Array]] = []  # pair, slice, column
        self.purchases: list[tuple[Array, Array, Array]] = []  # reservation, start, column
        self.server_purchases: dict[str, tuple[Array, Array]] = {}  # type -> starts, columns
        self.served_months: dict[int, list[tuple[Array, Array]]] = defaultdict(
            list
        )  # server -> columns, share of each period
        self.kept_columns: dict[str, Array] = {}  # owned servers -> column of each period
        self.block_columns: dict[str, int] = {}  # capacity block -> column
        self.partner_columns: dict[int, Array] = {}  # source -> columns of machines running
        self._unserved()

    def _presence(self) -> Array:
        """Share of each slice in which an elastic source can be had; 1 for the others."""
        c, grid = self.catalogue, self.grid
        found = np.ones((len(c.sources), grid.slices))
        for q, source in enumerate(c.sources):
            if not isinstance(source, ElasticSource):
                continue
            elastic = source.elastic
            if elastic.window != Window() or elastic.hours is not None:
                months = grid.by_period(grid.presence(elastic.window))
                found[q] = np.outer(months, grid.hours_of_day(elastic.hours)).ravel()
        return found

    def _demand_rows(self) -> None:
        c, lp = self.catalogue, self.lp
        self.demand_row = np.full(self.load.shape, -1)
        rates = self.wanted & ~self.is_work[:, None]
        self.demand_row[rates] = lp.add_rows(self.load[rates], self.load[rates])
        amount = c.amount[self.is_work] / HOURS_PER_MONTH
        self.work_row = np.full(len(self.load), -1)
        self.work_row[self.is_work] = lp.add_rows(amount, np.full(len(amount), np.inf))
        self.spot_row = np.full(self.load.shape, -1)
        spot = c.pair_workload[c.is_spot[c.pair_source]]
        partly = np.isin(np.arange(len(self.load)), spot) & (self.spot_part < 1.0)
        bounded = self.wanted & partly[:, None]
        most = np.where(self.is_work[:, None], 0.0, self.spot_part[:, None] * self.load)[bounded]
        self.spot_row[bounded] = lp.add_rows(np.full(len(most), -np.inf), most)

    def _shared_rows(self, periods: int) -> None:
        """Shares of each period, the cap on carbon, capital expenditure."""
        c, lp, limits = self.catalogue, self.lp, self.catalogue.problem.limits
        self.total_row = np.full(periods, -1)
        self.group_row = np.full((len(c.groups), periods), -1)
        none = np.full(periods, -np.inf)
        if c.groups:
            self.total_row = lp.add_rows(np.zeros(periods), np.zeros(periods))
            for g in range(len(c.groups)):
                self.group_row[g] = lp.add_rows(none, np.zeros(periods))
            entries = Entries()
            every = np.arange(periods)
            entries.add(every, self.total_row, -1.0)
            for g, (_, most) in enumerate(c.groups):
                entries.add(every, self.group_row[g], -most)
            self.total_column = lp.add_columns(np.zeros(periods), np.full(periods, np.inf), entries)
        self.carbon_row = self.capex_row = -1
        if limits.carbon_kg_total is not None:
            most_carbon = np.array([limits.carbon_kg_total / 1000.0])
            self.carbon_row = int(lp.add_rows(np.array([-np.inf]), most_carbon)[0])
        if limits.capex_total is not None:
            most_capex = np.array([limits.capex_total * MONEY])
            self.capex_row = int(lp.add_rows(np.array([-np.inf]), most_capex)[0])

    def leave_room(self, room: float) -> None:
        """Bound shares by so much less than they may be (0: as they may be)."""
        for g, (_, most) in enumerate(self.catalogue.groups):
            for row, column in zip(self.group_row[g].tolist(), self.total_column.tolist(), strict=True):
                self.lp.highs.changeCoeff(row, column, -max(0.0, most - room))

    def _unserved(self) -> None:
        """Work left undone, at a price above any machine's: the relaxation is never without a point."""
        c, lp, entries = self.catalogue, self.lp, Entries()
        dearest = np.zeros(len(self.load))
        np.maximum.at(dearest, c.pair_workload, c.hourly[c.pair_source] / c.pair_speed)
        price = PENALTY * np.maximum(dearest, dearest.max(initial=1e-3))
        w, j = np.nonzero(self.demand_row >= 0)
        works = np.flatnonzero(self.is_work)
        entries.add(np.arange(len(w)), self.demand_row[w, j], 1.0)
        entries.add(np.arange(len(w), len(w) + len(works)), self.work_row[works], 1.0)
        cost = np.concatenate((price[w] * self.grid.hours[j], price[works] * HOURS_PER_MONTH))
        self.unserved = lp.add_columns(cost, np.full(len(cost), np.inf), entries)

    def serve_entries(self, entries: Entries, pairs: Array, j: Array) -> None:
        """What one machine of each pair does in a slice, in the rows that count work."""
        c, at = self.catalogue, np.arange(len(pairs))
        q, w, speed = c.pair_source[pairs], c.pair_workload[pairs], c.pair_speed[pairs]
        period = self.grid.period_of[j]
        entries.add(at, self.demand_row[w, j], speed)
        entries.add(at, self.work_row[w], speed * self.work_hours[j])
        part = np.where(c.is_spot[q], 1.0, 0.0) - np.where(self.is_work[w], self.spot_part[w], 0.0)
        entries.add(at, np.where(part != 0.0, self.spot_row[w, j], -1), speed * part)
        weight = c.share_weight[q] * self.grid.hours[j]
        entries.add(at, self.total_row[period], weight)
        for g in range(len(c.groups)):
            entries.add(at, np.where(c.in_group[q, g], self.group_row[g, period], -1), weight)
        if self.carbon_row >= 0:
            emitting = np.where(c.carbon_kg[q] > 0, self.carbon_row, -1)
            entries.add(at, emitting, c.carbon_kg[q] * self.carbon_hours[j])

    def add_serving(self, pairs: Array, j: Array) -> None:
        """Columns of pairs at work in slices; a quota's row comes with its first column."""
        new = self.wanted[self.catalogue.pair_workload[pairs], j] & ~self.in_master[pairs, j]
        pairs, j = pairs[new], j[new]
        if not len(pairs):
            return
        c = self.catalogue
        q = c.pair_source[pairs]
        bounded = np.isfinite(c.most[q]) & (c.kind[q] == ELASTIC) & (self.stock_row[q, j] < 0)
        if bounded.any():
            cells = np.unique(q[bounded] * self.grid.slices + j[bounded])
            rows, slices = np.divmod(cells, self.grid.slices)
            most = c.most[rows] * self.there[rows, slices]
            self.stock_row[rows, slices] = self.lp.add_rows(np.full(len(most), -np.inf), most)
        entries = Entries()
        self.serve_entries(entries, pairs, j)
        entries.add(np.arange(len(pairs)), self.stock_row[q, j], 1.0 / c.usable[q])
        cost = np.where(c.kind[q] == PARTNER, 0.0, c.hourly[q]) * self.grid.hours[j]
        columns = self.lp.add_columns(cost, np.full(len(cost), np.inf), entries)
        self.in_master[pairs, j] = True
        self.served.append((pairs, j, columns))

    def add_stock(self, sources: Array) -> None:
        """Rows for machines held: what works in a slice is held, what is held was bought or is owned."""
        new = sources[self.held_column[sources, 0] < 0]
        if not len(new):
            return
        periods, slices = len(self.grid.periods), self.grid.slices
        stock = np.full(len(new) * slices, -np.inf)
        self.stock_row[new] = self.lp.add_rows(stock, np.zeros(len(stock))).reshape(-1, slices)
        owned = np.concatenate([self._owned(q) for q in new.tolist()])
        self.held_row[new] = self.lp.add_rows(owned, owned).reshape(-1, periods)
        entries, at = Entries(), np.arange(len(new) * periods)
        entries.add(at, self.held_row[new].ravel(), 1.0)
        for b in range(len(self.grid.blocks)):
            rows = self.stock_row[new][:, b :: len(self.grid.blocks)]
            entries.add(at, rows.ravel(), -1.0)
        infinite = np.full(len(at), np.inf)
        columns = self.lp.add_columns(np.zeros(len(at)), infinite, entries)
        self.held_column[new] = columns.reshape(-1, periods)

    def _owned(self, q: int) -> Array:
        """Mean of the owned machines of a firm source in each period; server types keep theirs elsewhere."""
        source, months = self.catalogue.sources[q], np.zeros(len(self.grid.factor))
        if isinstance(source, FirmSource):
            for owned in source.owned:
                months += [owned.quantity * owned_in(owned, month) for month in range(len(months))]
        return self.grid.by_period(months)

    def in_force(self, begin: Array, end: Array) -> Array:
        """Mean share of each period in which something from month `begin` to before `end` is in force."""
        months = np.arange(len(self.grid.factor))
        return self.grid.by_period(((begin[:, None] <= months) & (months < end[:, None])).astype(float))

    def add_reservations(self, offers: Array, starts: Array) -> None:
        """Purchases of reservations; the machine's rows are there already."""
        c, lp = self.catalogue, self.lp
        new = ~self.bought[offers, starts] & np.isfinite(c.reservation_cost[offers, starts])
        offers, starts = offers[new], starts[new]
        if not len(offers):
            return
        most = np.array([_or_infinite(c.reservations[o].max_quantity) for o in offers.tolist()])
        for o in np.unique(offers).tolist():
            in_force = most_in_force(c.reservations[o])
            if in_force is not None and self.quantity_row[o, 0] < 0:
                bound = np.full(len(self.grid.periods), float(in_force))
                self.quantity_row[o] = lp.add_rows(np.full(len(bound), -np.inf), bound)
        terms = np.array([c.reservations[o].term_months for o in offers.tolist()])
        share = self.in_force(starts, starts + terms)
        entries = Entries()
        at, period = np.nonzero(share > 0)
        held = self.held_row[c.reservation_source[offers[at]], period]
        entries.add(at, held, -share[at, period])
        entries.add(at, self.quantity_row[offers[at], period], share[at, period])
        if self.carbon_row >= 0:
            entries.add(
                np.arange(len(offers)), np.full(len(offers), self.carbon_row), self.tonnes(offers, starts)
            )
        columns = lp.add_columns(c.reservation_cost[offers, starts], most, entries)
        self.bought[offers, starts] = True
        self.purchases.append((offers, starts, columns))

    def tonnes(self, offers: Array, starts: Array) -> Array:
        """Carbon of one machine of a reservation within the horizon."""
        found = [self.catalogue.reservations[o] for o in offers.tolist()]
        months = np.minimum(starts + [r.term_months for r in found], len(self.grid.factor)) - starts
        kilograms = np.array([r.machine.carbon_kg_per_hour for r in found])
        return np.asarray(kilograms * HOURS_PER_MONTH * months / 1000.0)


def _or_infinite(most: int | None) -> float:
    return float("inf") if most is None else float(most)


def opening_cost(catalogue: Catalogue) -> Array:
    """Present worth of opening each site, thousands."""
    horizon = catalogue.problem.horizon
    return np.array([opening_flow(s, horizon).npv(horizon) * MONEY for s in catalogue.problem.sites])
