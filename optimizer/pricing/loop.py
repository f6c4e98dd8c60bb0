"""Solve, price, add what helps; until nothing does."""

from dataclasses import dataclass

import numpy as np

from ..clock import Deadline
from ..matrix import Array
from .catalogue import ELASTIC, Catalogue
from .grid import Grid
from .lp import GrowingLp
from .master import Master
from .own import add_own
from .price import Prices, price

TOLERANCE = 1e-7  # of the optimum: what all offers left out could still save
HELPS = 1e-9  # thousands: a smaller gain is none
PAIRS_AT_ONCE = 2  # per workload and slice
MACHINES_AT_ONCE = 12
RESERVATIONS_AT_ONCE = 300  # offers and starts


@dataclass(slots=True)
class Relaxation:
    """The relaxation over the whole catalogue, alive, and the least cost it proves (thousands).

    Proving more than `enough` is of no use.
    """

    master: Master
    opened: Array  # columns
    bound: float = -np.inf
    enough: float = np.inf
    rounds: int = 0

    @property
    def unserved(self) -> float:
        """How much work the last point leaves undone."""
        return float(self.master.lp.values[self.master.unserved].sum())


def start(catalogue: Catalogue, grid: Grid, deadline: Deadline, *, first: bool = True) -> Relaxation:
    """The relaxation with the cheapest hourly offers of each workload; at `first` all work of servers."""
    master = Master(catalogue, grid, GrowingLp(deadline.cancelled))
    opened = add_own(master, all_work=first)
    c = catalogue
    hourly = np.flatnonzero((c.kind == ELASTIC)[c.pair_source])
    cost = c.hourly[c.pair_source[hourly]] / c.pair_speed[hourly]
    for w in range(len(master.load)):
        mine = hourly[c.pair_workload[hourly] == w]
        order = np.argsort(cost[c.pair_workload[hourly] == w], kind="stable")
        best = mine[order][: 4 if first else 1]
        j = np.flatnonzero(master.wanted[w])
        if len(best) and len(j):
            master.add_serving(np.repeat(best, len(j)), np.tile(j, len(best)))
    return Relaxation(master, opened)


@dataclass(frozen=True, slots=True)
class Used:
    """What the point of a relaxation uses: pairs and their months; reservations, start and quantity."""

    pairs: Array
    months: Array  # pair x month, bool
    offers: Array
    starts: Array
    quantities: Array


def uses(relaxation: Relaxation, trace: float = 1e-7) -> Used:
    """What the last point uses."""
    master, values = relaxation.master, relaxation.master.lp.values
    served = [(p[values[x] > trace], j[values[x] > trace]) for p, j, x in master.served]
    bought = [(o, s, values[columns]) for o, s, columns in master.purchases]
    none = np.zeros(0, int)
    offers = np.concatenate([none, *(o[x > trace] for o, _, x in bought)])
    starts = np.concatenate([none, *(s[x > trace] for _, s, x in bought)])
    quantities = np.concatenate([np.zeros(0), *(x[x > trace] for _, _, x in bought)])
    pairs = np.unique(np.concatenate([none, *(p for p, _ in served)]))
    months = np.zeros((len(pairs), len(master.grid.factor)), bool)
    period = np.array(master.grid.month_period())
    for p, j in served:
        in_period = np.zeros((len(pairs), len(master.grid.periods)), bool)
        in_period[np.searchsorted(pairs, p), master.grid.period_of[j]] = True
        months |= in_period[:, period]
    return Used(pairs, months, offers, starts, quantities)


def bring(relaxation: Relaxation, used: Used) -> None:
    """Bring in what another point uses, of another grid or with other sites, in the periods it is used in."""
    master = relaxation.master
    c, grid = master.catalogue, master.grid
    if len(used.offers):
        master.add_stock(np.unique(c.reservation_source[used.offers]))
        master.add_reservations(used.offers, used.starts)
    starts = [period[0] for period in grid.periods]
    in_period = np.logical_or.reduceat(used.months, starts, axis=1)
    at, j = np.nonzero(master.wanted[c.pair_workload[used.pairs]] & in_period[:, grid.period_of])
    master.add_serving(used.pairs[at], j)


def converge(relaxation: Relaxation, deadline: Deadline, *, tolerance: float = TOLERANCE) -> bool:
    """Whether nothing left out could save more than `tolerance` of the optimum, or enough is proven.

    The bound holds anyway.
    """
    master = relaxation.master
    while not deadline.passed():
        if not master.lp.solve(deadline.left()):
            return False
        relaxation.rounds += 1
        prices = price(master)
        objective = master.lp.objective
        bound = objective + prices.shortfall
        relaxation.bound = max(relaxation.bound, bound)
        if objective - bound <= tolerance * abs(objective) or relaxation.bound >= relaxation.enough:
            return True
        if not add(master, prices):
            return True
    return False


def add(master: Master, prices: Prices) -> bool:
    """Bring in the columns that help most; False when none does."""
    before = master.lp.columns
    _add_hourly(master, prices)
    _add_reservations(master, prices)
    _add_firm(master, prices)
    return master.lp.columns > before


def _add_hourly(master: Master, prices: Prices) -> None:
    c, pairs = master.catalogue, prices.hourly_pairs
    if not len(pairs):
        return
    gain = np.where(master.in_master[pairs], 0.0, -prices.serving) / c.pair_speed[pairs][:, None]
    for w in range(len(master.load)):
        mine = np.flatnonzero(c.pair_workload[pairs] == w)
        if not len(mine):
            continue
        some = gain[mine]
        count = min(PAIRS_AT_ONCE, len(mine))
        best = np.argpartition(-some, count - 1, axis=0)[:count]
        j = np.broadcast_to(np.arange(some.shape[1]), best.shape)
        helps = some[best, j] > HELPS
        master.add_serving(pairs[mine[best[helps]]], j[helps])


def _add_reservations(master: Master, prices: Prices) -> None:
    c = master.catalogue
    if not len(c.reservations):
        return
    costs = np.where(master.bought, 0.0, prices.reservations)
    best = costs.min(axis=1)
    by_machine = np.zeros(len(c.sources))
    np.minimum.at(by_machine, c.reservation_source, best)
    absent = np.flatnonzero((by_machine < -HELPS) & (master.held_column[:, 0] < 0))
    new = absent[np.argsort(by_machine[absent], kind="stable")][:MACHINES_AT_ONCE]
    master.add_stock(new)
    there = master.held_column[:, 0] >= 0
    offers, starts = np.nonzero((costs < -HELPS) & there[c.reservation_source][:, None])
    order = np.argsort(costs[offers, starts], kind="stable")[:RESERVATIONS_AT_ONCE]
    master.add_reservations(offers[order], starts[order])


def _add_firm(master: Master, prices: Prices) -> None:
    """Work of firm machines that the relaxation holds, where it would earn more than the machine costs."""
    c, pairs = master.catalogue, prices.firm_pairs
    there = master.held_column[:, 0] >= 0
    helps = (prices.firm_serving < -HELPS) & there[c.pair_source[pairs]][:, None]
    helps &= ~master.in_master[pairs] & master.wanted[c.pair_workload[pairs]]
    at, j = np.nonzero(helps)
    master.add_serving(pairs[at], j)
