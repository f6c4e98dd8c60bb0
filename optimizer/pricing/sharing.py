"""Shares slice by slice: where slices are rounded one by one, each keeps the share of its relaxation.

A month then keeps its bound as a whole. This narrows the plans that can be found, not those that are allowed.
"""

from collections import defaultdict

import numpy as np

from ..build import Built
from ..constraints.shares import groups_of
from ..matrix import Array
from ..model import Terms
from .loop import Relaxation
from .whole import ROOM

NEAR = 0.7  # of a bound: shares below it in the mean of a period are left free
SLACK_USED = 0.8  # of what a period leaves of its bound, given to each of its slices


def hold_shares(relaxation: Relaxation, built: Built) -> None:
    """Rows: hours of a group in a slice <= its share of them in the relaxation, where the bound is near."""
    tight = _tight(relaxation)
    if not tight:
        return
    index, grid = built.index, relaxation.master.grid
    period_of, block_of = grid.month_period(), grid.cell_block()
    mine: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for w, q, i in index.serves:
        mine[i].append((w, q))
    groups = [{name for name, _ in groups_of(source, index.problem.limits)} for source in index.sources]
    for i, serving in mine.items():
        piece = index.slices[i]
        period = period_of[piece.month]
        j = period * len(grid.blocks) + block_of[piece.cells[0]]
        for name, share in tight.get(period, {}).items():
            terms: Terms = {}
            for w, q in serving:
                weight = index.sources[q].machine.accelerators
                terms[built.variables.serve[w, q, i]] = weight * (float(name in groups[q]) - float(share[j]))
            built.model.at_most(terms, 0.0)


def _tight(relaxation: Relaxation) -> dict[int, dict[str, Array]]:
    """Period -> group near its bound -> share of the group in each slice."""
    master, c, grid = relaxation.master, relaxation.master.catalogue, relaxation.master.grid
    total = np.zeros(grid.slices)
    by_group = np.zeros((len(c.groups), grid.slices))
    for pairs, j, columns in master.served:
        q = c.pair_source[pairs]
        work = c.share_weight[q] * master.lp.values[columns] * grid.hours[j]
        np.add.at(total, j, work)
        for g in range(len(c.groups)):
            np.add.at(by_group[g], j, np.where(c.in_group[q, g], work, 0.0))
    found: dict[int, dict[str, Array]] = defaultdict(dict)
    for g, (name, most) in enumerate(c.groups):
        held = by_group[g].reshape(len(grid.periods), -1).sum(axis=1)
        all_ = total.reshape(len(grid.periods), -1).sum(axis=1)
        mean = held / np.maximum(all_, 1e-300)
        share = by_group[g] / np.maximum(total, 1e-300)
        share = share + grid.spread(SLACK_USED * np.maximum(0.0, most - ROOM - mean))
        for period in np.flatnonzero(mean > NEAR * most).tolist():
            found[period][name] = share
    return found
