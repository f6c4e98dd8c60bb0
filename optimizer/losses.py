"""The hour in which the loss of a place leaves most unserved."""

from .matrix import Array
from .relaxation import Relaxation


def worst_hour(
    relaxation: Relaxation, name: str, values: Array
) -> tuple[int | None, tuple[tuple[str, float], ...]]:
    """Month, and load (units per hour) of each workload, of the first slice short by the largest share."""
    column, scenes = relaxation.columns[name], relaxation.built.scenes
    shortest, worst = 0.0, None
    for row in relaxation.rows_of(name):
        terms = relaxation.row(row)
        need = terms.pop(column)  # the share's coefficient is the whole need
        met = sum(coefficient * values[c] for c, coefficient in terms.items())
        short = round((need - met) / need, 6)
        if short > shortest:
            shortest, worst = short, row
    scene = next((scene for scene in scenes if worst in scene.variables.outages), None)
    if worst is None or scene is None:
        return None, ()
    index, (workloads, i) = scene.index, scene.variables.outages[worst]
    loads = tuple((index.problem.workloads[w].name, index.loads[w, i]) for w in workloads)
    return index.slices[i].month, loads
