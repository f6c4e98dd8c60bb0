"""Purchases in whole machines: the relaxation as a small mixed-integer program, whole in what is bought."""

import highspy
import numpy as np

from ..clock import Deadline
from ..matrix import Array
from .crowding import add_crowded_months
from .loop import Relaxation

HOPELESS = 0.004  # of the optimum: dearer columns are left out of the search for a plan
ROOM = 0.004  # left under shares, which slices rounded one by one would overstep
ATTEMPTS = 4


def buy_whole(relaxation: Relaxation, *, gap: float, deadline: Deadline) -> bool:
    """Move to a point with whole purchases near the relaxation's; False when none is found in time.

    It serves to find a plan, so nothing has to be proven of it. The solver goes back to the relaxation.
    """
    master = relaxation.master
    lp, highs = master.lp, master.lp.highs
    columns = purchases(relaxation)
    low, high = lp.bounds()
    hopeless = (lp.reduced > HOPELESS * abs(lp.objective)) & (lp.values < 1e-9)
    dropped = np.flatnonzero(hopeless & (low == 0.0)).astype(np.int32)
    zeros = np.zeros(len(dropped))
    highs.changeColsBounds(len(dropped), dropped, zeros, zeros)
    kinds = np.full(len(columns), highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(len(columns), columns, kinds)
    master.leave_room(ROOM)
    found = False
    for _ in range(ATTEMPTS):
        found = lp.solve_whole(gap, deadline.left())
        if not found or not add_crowded_months(master):
            break
    master.leave_room(0.0)
    highs.changeColsBounds(len(dropped), dropped, zeros, high[dropped])
    kinds = np.full(len(columns), highspy.HighsVarType.kContinuous)
    highs.changeColsIntegrality(len(columns), columns, kinds)
    return found


def purchases(relaxation: Relaxation) -> Array:
    """Columns of all that is bought."""
    master = relaxation.master
    found = [columns for _, _, columns in master.purchases]
    found += [columns for _, columns in master.server_purchases.values()]
    found += [np.array([column]) for column in master.block_columns.values()]
    return np.concatenate([np.zeros(0, int), *found]).astype(np.int32)
