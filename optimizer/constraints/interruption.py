"""Spot serves at most the interruptible part of each hour's load."""

from collections import defaultdict

from ..index import Index, is_spot
from ..model import Model, Terms
from ..problem import WorkDemand
from ..variables import Variables


def add_interruption(model: Model, index: Index, v: Variables) -> int:
    """sum_{q spot} units * serve <= interruptible_fraction[w] * load[w,i] for each slice with spot.

    For an amount of work the load of a slice is the work done in it, from all sources.
    """
    spot: dict[tuple[int, int], Terms] = defaultdict(dict)
    every: dict[tuple[int, int], Terms] = defaultdict(dict)
    for w, q, i in index.serves:
        if index.problem.workloads[w].interruptible_fraction >= 1.0:
            continue
        every[w, i][v.serve[w, q, i]] = index.units(w, q)
        if is_spot(index.sources[q]):
            spot[w, i][v.serve[w, q, i]] = index.units(w, q)
    for (w, i), terms in spot.items():
        workload = index.problem.workloads[w]
        fraction = workload.interruptible_fraction
        scale = max(terms.values())
        if isinstance(workload.demand, WorkDemand):
            done = every[w, i]
            row = {serve: (terms.get(serve, 0.0) - fraction * units) / scale for serve, units in done.items()}
            model.at_most(row, 0.0)
        else:
            row = {serve: units / scale for serve, units in terms.items()}
            model.at_most(row, fraction * index.loads[w, i] / scale)
    return len(spot)
