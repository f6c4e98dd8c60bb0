"""Limits that hold in every month, where the relaxation knows only the mean of a period.

What is bought may overlap for a month of a period and keep the mean. Such months get rows of their own, which
every plan keeps, so the relaxation stays one. Columns priced in later are not in these rows: looser again.
"""

import numpy as np

from ..index import server_begin
from ..matrix import Array
from ..tiers import most_in_force
from .master import Master

TOLERANCE = 1e-6


def add_crowded_months(master: Master) -> int:
    """Rows for the months in which the last point holds more than is allowed; how many were added."""
    return _reservations(master) + _sites(master)


def _in_force(begin: Array, end: Array, months: int) -> Array:
    t = np.arange(months)
    return (begin[:, None] <= t) & (t < end[:, None])


def _worst(held: Array, most: float) -> list[int]:
    """Months with more than allowed, one of each run of them: the one that holds most."""
    over = np.flatnonzero(held > most + TOLERANCE * max(1.0, most))
    runs = np.split(over, np.flatnonzero(np.diff(over) > 1) + 1) if len(over) else []
    return [int(run[np.argmax(held[run])]) for run in runs]


def _reservations(master: Master) -> int:
    c, months = master.catalogue, len(master.grid.factor)
    bought: dict[int, list[tuple[int, int]]] = {}
    for offers, starts, columns in master.purchases:
        for o, s, column in zip(offers.tolist(), starts.tolist(), columns.tolist(), strict=True):
            bought.setdefault(o, []).append((s, column))
    rows = 0
    for o, found in bought.items():
        r = c.reservations[o]
        starts, columns = np.array(found).T
        active = _in_force(starts, starts + r.term_months, months)
        most = most_in_force(r)
        if most is None or not master.lp.values[columns].any():
            continue
        for month in _worst(master.lp.values[columns] @ active, float(most)):
            inside = columns[active[:, month]]
            master.lp.add_full_row(-np.inf, float(most), inside, np.ones(len(inside)))
            rows += 1
    return rows


def _sites(master: Master) -> int:
    c, months, rows = master.catalogue, len(master.grid.factor), 0
    for site in c.problem.sites:
        parts = []
        for _, source in c.servers():
            if source.site.key != site.key:
                continue
            starts, columns = master.server_purchases[source.key]
            begin = np.array([server_begin(source.server, site, s) for s in starts.tolist()])
            parts.append((source, columns, _in_force(begin, begin + source.server.life_months, months)))
        for source, columns, active in parts:
            if source.server.max_quantity is not None:
                rows += _bound(master, [(columns, active, 1.0)], float(source.server.max_quantity))
        if site.limit_kw is not None:
            sized = [(columns, active, s.server.power_kw) for s, columns, active in parts]
            rows += _bound(master, sized, site.limit_kw)
        if site.limit_racks is not None:
            sized = [(columns, active, s.server.racks) for s, columns, active in parts]
            rows += _bound(master, sized, site.limit_racks)
    return rows


def _bound(master: Master, parts: list[tuple[Array, Array, float]], most: float) -> int:
    held = sum(size * (master.lp.values[columns] @ active) for columns, active, size in parts)
    worst = _worst(np.asarray(held), most)
    for month in worst:
        columns = np.concatenate([columns[active[:, month]] for columns, active, _ in parts])
        sizes = np.concatenate([np.full(int(a[:, month].sum()), size) for _, a, size in parts])
        master.lp.add_full_row(-np.inf, most, columns, sizes)
    return len(worst)
