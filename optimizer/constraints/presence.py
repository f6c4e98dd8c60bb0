"""A load too small for the solver's tolerance still needs a machine."""

from collections import defaultdict

from ..index import Index, is_spot
from ..model import Model, Terms
from ..problem import WorkDemand
from ..variables import Variables
from .capacity import machines_held

LEAST_MACHINES = 1e-4  # a load of fewer machines could be served by none, within the solver's tolerance


def add_presence(model: Model, index: Index, v: Variables) -> int:
    """sum_q machines[q,i] >= 1 for each workload w and slice i whose load is a trace of a machine.

    For an amount of work, some machine in some slice. Demand and capacity say so too, but only to a solver
    without tolerances. Spot counts only where it may serve the whole load.
    """
    if model.relax or index.mean:
        return 0
    fastest: dict[int, float] = {}
    for w, q, _ in index.serves:
        fastest[w] = max(fastest.get(w, 0.0), index.units(w, q))
    rows: dict[tuple[int, int], Terms] = defaultdict(dict)
    for w, q, i in index.serves:
        workload = index.problem.workloads[w]
        is_work = isinstance(workload.demand, WorkDemand)
        if _machines(index, w, i) >= LEAST_MACHINES * fastest[w]:
            continue
        if is_spot(index.sources[q]) and workload.interruptible_fraction < 1.0:
            continue
        rows[w, -1 if is_work else i] |= dict.fromkeys(machines_held(index, v, q, i), 1.0)
    for row in rows.values():
        model.at_least(row, 1.0)
    return len(rows)


def _machines(index: Index, w: int, i: int) -> float:
    """Work in an hour: of a load in the slice, of an amount of work if it were done in a month."""
    demand = index.problem.workloads[w].demand
    return demand.total / 730.0 if isinstance(demand, WorkDemand) else index.loads[w, i]
