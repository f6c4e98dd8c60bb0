"""Every hour's load is served."""

from ..index import Index
from ..model import Model, Terms
from ..problem import WorkDemand
from ..variables import Variables

LEAST_MONTHS = 1e-3  # of the fastest machine, by which an amount of work is divided at least


def add_demand(model: Model, index: Index, v: Variables) -> int:
    """sum_q units[w,q] * serve[w,q,i] == load[w,i] for each rate demand w and slice i with a load.

    Both sides are divided by the largest units[w,q], so they count machines of the fastest kind. An
    equality, so that what is delivered is what is needed and shares of it cannot be bent by idle work.
    """
    terms: dict[tuple[int, int], Terms] = {key: {} for key, load in index.loads.items() if load > 0}
    fastest: dict[int, float] = {}
    for w, q, _ in index.serves:
        fastest[w] = max(fastest.get(w, 0.0), index.units(w, q))
    for w, q, i in index.serves:
        if (w, i) in terms:
            terms[w, i][v.serve[w, q, i]] = index.units(w, q) / fastest[w]
    for (w, i), row in terms.items():
        name = f"demand:{index.problem.workloads[w].name}"
        model.slack(name, "share of the load", 1.0, v, high=1.0)
        model.equal(row, index.loads[w, i] / fastest.get(w, index.loads[w, i]), name)
    return len(terms)


def add_work(model: Model, index: Index, v: Variables) -> int:
    """sum_{q,i} hours[i] * units[w,q] * serve[w,q,i] == total[w] for each amount of work w.

    Both sides are divided by the work the fastest machine does in a month, or by the total where that is
    less, down to a thousandth of a month: the solver's tolerance is then small beside either.
    """
    totals = {
        w: load.demand.total
        for w, load in enumerate(index.problem.workloads)
        if isinstance(load.demand, WorkDemand)
    }
    terms: dict[int, Terms] = {w: {} for w in totals}
    fastest: dict[int, float] = {}
    for w, q, _ in index.serves:
        fastest[w] = max(fastest.get(w, 0.0), index.units(w, q))
    for w, q, i in index.serves:
        if w in terms:
            share = index.units(w, q) / fastest[w]
            terms[w][v.serve[w, q, i]] = share * index.slices[i].hours / 730.0
    for w, row in terms.items():
        name = f"demand:{index.problem.workloads[w].name}"
        model.slack(name, "share of the work", 1.0, v, high=1.0)
        months = totals[w] / (730.0 * fastest[w]) if w in fastest else 1.0
        unit = min(1.0, max(months, LEAST_MONTHS))
        model.equal({serve: share / unit for serve, share in row.items()}, months / unit, name)
    return len(totals)
