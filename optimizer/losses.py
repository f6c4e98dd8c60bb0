"""The hour in which the loss of a place leaves most unserved."""

from .matrix import Array
from .relaxation import Relaxation


def worst_hour(
    relaxation: Relaxation, name: str, values: Array
) -> tuple[int | None, tuple[tuple[str, float], ...]]:
    """Month, and load (units per hour) of each workload, of the first slice short by the largest share."""
    index, column = relaxation.built.index, relaxation.columns[name]
    shortest, where = 0.0, None
    for row in relaxation.rows_of(name):
        terms = relaxation.row(row)
        need = terms.pop(column)  # the share's coefficient is the whole need
        met = sum(coefficient * values[c] for c, coefficient in terms.items())
        short = round((need - met) / need, 6)
        if short > shortest:
            shortest, where = short, relaxation.built.variables.outages[row]
    if where is None:
        return None, ()
    workloads, i = where
    loads = tuple((index.problem.workloads[w].name, index.loads[w, i]) for w in workloads)
    return index.slices[i].month, loads
