"""Purchases in whole machines: the relaxation, with only what is bought whole, as a small mixed-integer program."""

import highspy
import numpy as np

from ..matrix import Array
from .loop import Relaxation

HOPELESS = 0.004  # of the optimum: dearer columns are left out of the search for a plan


def buy_whole(relaxation: Relaxation, *, gap: float, seconds: float) -> bool:
    """Move to a point with whole purchases near the relaxation's; False when none is found in time.

    It serves to find a plan, so nothing has to be proven of it. The solver goes back to the relaxation.
    """
    lp, highs = relaxation.master.lp, relaxation.master.lp.highs
    columns = _purchases(relaxation)
    if not len(columns):
        return True
    low, high = lp.bounds()
    hopeless = (lp.reduced > HOPELESS * abs(lp.objective)) & (lp.values < 1e-9)
    dropped = np.flatnonzero(hopeless & (low == 0.0)).astype(np.int32)
    zeros = np.zeros(len(dropped))
    highs.changeColsBounds(len(dropped), dropped, zeros, zeros)
    kinds = np.full(len(columns), highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(len(columns), columns, kinds)
    found = lp.solve_whole(gap, seconds)
    highs.changeColsBounds(len(dropped), dropped, zeros, high[dropped])
    kinds = np.full(len(columns), highspy.HighsVarType.kContinuous)
    highs.changeColsIntegrality(len(columns), columns, kinds)
    return found


def _purchases(relaxation: Relaxation) -> Array:
    master = relaxation.master
    found = [columns for _, _, columns in master.purchases]
    found += [columns for _, columns in master.server_purchases.values()]
    found += [np.array([column]) for column in master.block_columns.values()]
    return np.concatenate([np.zeros(0, int), *found]).astype(np.int32)
