"""What every offer of the catalogue would be worth at the duals of the relaxation: one pass of numpy."""

from dataclasses import dataclass

import numpy as np

from ..matrix import Array
from ..problem import HOURS_PER_MONTH
from .catalogue import ELASTIC, FIRM, SERVER
from .master import Master


@dataclass(frozen=True, slots=True)
class Prices:
    """Reduced costs (thousands): of pairs at work, pair x slice, for hourly offers and for firm machines at
    the price of the machines held; of reservations, offer x start."""

    serving: Array
    firm_serving: Array  # of pairs of firm machines, in the order of `firm_pairs`
    firm_pairs: Array
    hourly_pairs: Array
    reservations: Array
    shortfall: float  # what all columns left out could lower the optimum by, at most (negative or 0)


def price(master: Master) -> Prices:
    """Price all columns at the duals of the last solve."""
    c, grid = master.catalogue, master.grid
    firm_pairs = np.flatnonzero(((c.kind == FIRM) | (c.kind == SERVER))[c.pair_source])
    hourly_pairs = np.flatnonzero((c.kind == ELASTIC)[c.pair_source])
    stock = _dual(master, master.stock_row)
    q = c.pair_source[hourly_pairs]
    serving = _worth(master, hourly_pairs)
    np.negative(serving, out=serving)
    serving += c.hourly[q][:, None] * grid.hours
    scarce = np.flatnonzero(stock.min(axis=1)[q] < 0)
    serving[scarce] -= stock[q[scarce]]
    serving *= master.wanted[c.pair_workload[hourly_pairs]]
    rare = np.flatnonzero(master.there.min(axis=1)[q] <= 0)
    serving[rare] = np.where(master.there[q[rare]] > 0, serving[rare], 0.0)
    value, firm_serving = _held(master, firm_pairs, stock)
    reservations = _reservations(master, value)
    shortfall = _left_out(master, hourly_pairs, serving) + _left_out(master, firm_pairs, firm_serving)
    shortfall += _left_out_reservations(master, reservations)
    return Prices(serving, firm_serving, firm_pairs, hourly_pairs, reservations, shortfall)


def _dual(master: Master, rows: Array) -> Array:
    """Duals of rows, 0 where there is none."""
    return np.asarray(np.where(rows >= 0, master.lp.duals[np.maximum(rows, 0)], 0.0))


def _worth(master: Master, pairs: Array) -> Array:
    """What a machine of each pair at work earns at the duals, pair x slice, its stock apart."""
    c, grid = master.catalogue, master.grid
    work = _dual(master, master.demand_row)
    work = work + _dual(master, master.work_row)[:, None] * master.work_hours
    q, w = c.pair_source[pairs], c.pair_workload[pairs]
    found = np.take(work, w, axis=0)
    part = np.where(c.is_spot[q], 1.0, 0.0) - np.where(master.is_work[w], master.spot_part[w], 0.0)
    some = np.flatnonzero(part)
    found[some] += part[some][:, None] * _dual(master, master.spot_row)[w[some]]
    found *= c.pair_speed[pairs][:, None]
    if c.groups:
        by_period = _dual(master, master.total_row) + c.in_group.astype(float) @ _dual(
            master, master.group_row
        )
        shares = (c.share_weight[:, None] * by_period)[q]
        blocks = len(grid.blocks)
        for period in np.flatnonzero(shares.any(axis=0)).tolist():
            span = slice(period * blocks, (period + 1) * blocks)
            found[:, span] += np.outer(shares[:, period], grid.hours[span])
    if master.carbon_row >= 0:
        found += np.outer(c.carbon_kg[q], master.carbon_hours) * master.lp.duals[master.carbon_row]
    return np.asarray(found)


def _held(master: Master, firm_pairs: Array, stock: Array) -> tuple[Array, Array]:
    """Worth of a firm machine held in each period, and reduced costs of its pairs.

    A machine whose rows are in the relaxation is worth what they say; any other what its best work would
    earn, so that no pair of it has a negative reduced cost.
    """
    c, grid = master.catalogue, master.grid
    there = master.held_column[:, 0] >= 0
    q = c.pair_source[firm_pairs]
    worth = _worth(master, firm_pairs) - c.hourly[q][:, None] * grid.hours
    worth *= master.wanted[c.pair_workload[firm_pairs]]
    best = np.zeros((len(c.sources), grid.slices))
    if len(firm_pairs):
        firsts = np.flatnonzero(np.concatenate(([True], q[1:] != q[:-1])))
        best[q[firsts]] = np.maximum(0.0, np.maximum.reduceat(worth, firsts, axis=0))
    value = np.where(there[:, None], -stock, best)
    _raise_servers(master, value, best)
    known = np.flatnonzero(there[q])
    firm_serving = np.zeros(worth.shape)
    firm_serving[known] = value[q[known]] / c.usable[q[known]][:, None] - worth[known]
    return value.reshape(len(c.sources), len(grid.periods), -1).sum(axis=2), firm_serving


def _raise_servers(master: Master, value: Array, best: Array) -> None:
    """Raise what servers held are worth in a slice to what their best work there would earn, as far as no
    purchase would then cost less than it earns: duals that prove as much, and leave less work to bring in."""
    c, grid = master.catalogue, master.grid
    for q, parts in master.served_months.items():
        more = np.maximum(0.0, best[q] * c.usable[q] - value[q])
        by_period = more.reshape(len(grid.periods), -1).sum(axis=1)
        share = 1.0
        for columns, served in parts:
            earned = served @ by_period
            dear = earned > 0
            room = master.lp.reduced[columns][dear] / earned[dear]
            share = min(share, float(room.min(initial=1.0)))
        value[q] += max(0.0, share) * more


def _reservations(master: Master, value: Array) -> Array:
    c, grid, duals = master.catalogue, master.grid, master.lp.duals
    months = len(grid.factor)
    starts = np.arange(months)
    quantity = np.where(master.quantity_row >= 0, duals[np.maximum(master.quantity_row, 0)], 0.0)
    earns = value[c.reservation_source] + quantity if len(c.reservations) else np.zeros((0, value.shape[1]))
    found = c.reservation_cost.copy()
    terms = np.array([r.term_months for r in c.reservations], int)
    for term in np.unique(terms).tolist():
        mine = terms == term
        found[mine] -= earns[mine] @ master.in_force(starts, starts + term).T
    if master.carbon_row >= 0:
        kilograms = np.array([r.machine.carbon_kg_per_hour for r in c.reservations])
        last = np.minimum(terms[:, None] + starts, months) - starts
        tonnes = kilograms[:, None] * HOURS_PER_MONTH * last / 1000.0
        found -= tonnes * duals[master.carbon_row]
    return found


def _left_out(master: Master, pairs: Array, costs: Array) -> float:
    """Sum over pairs at work left out of negative reduced cost x the most machines that could be at work."""
    c = master.catalogue
    missing = np.where(master.in_master[pairs], 0.0, np.minimum(costs, 0.0))
    at, j = np.nonzero(missing < 0)
    if not len(at):
        return 0.0
    q, w = c.pair_source[pairs[at]], c.pair_workload[pairs[at]]
    amount = c.amount[w] / HOURS_PER_MONTH / np.maximum(master.work_hours[j], 1e-300)
    alone = np.where(master.is_work[w], amount, master.load[w, j]) / c.pair_speed[pairs[at]]
    return float((missing[at, j] * np.minimum(alone, c.most[q])).sum())


def _left_out_reservations(master: Master, costs: Array) -> float:
    """The same of reservations."""
    missing = np.where(master.bought, 0.0, np.minimum(costs, 0.0))
    o, s = np.nonzero(missing < 0)
    return float((missing[o, s] * _most_reserved(master)[o]).sum()) if len(o) else 0.0


def _most_reserved(master: Master) -> Array:
    """The most machines of each reservation that could be of use at one time."""
    c = master.catalogue
    mine = np.flatnonzero((c.kind == FIRM)[c.pair_source])
    need = np.zeros(len(c.sources))
    w = c.pair_workload[mine]
    rate = master.load.max(axis=1)
    shortest = np.where(master.wanted, master.work_hours, np.inf).min(axis=1)
    alone = np.where(master.is_work, c.amount / HOURS_PER_MONTH / shortest, rate)
    np.add.at(need, c.pair_source[mine], alone[w] / c.pair_speed[mine])
    found = need[c.reservation_source]
    stated = [np.inf if r.max_quantity is None else float(r.max_quantity) for r in c.reservations]
    return np.asarray(np.minimum(found, np.array(stated)))
