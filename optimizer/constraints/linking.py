"""A workload works on machines that are there, said as tightly as whole machines allow; nothing is lost."""

import math

from ..index import Index, usable
from ..model import Model, Terms
from ..variables import Variables
from .capacity import machines_held

MOST_WHOLE = 4  # above so many machines for the whole load, rounding says little
LEAST_FRACTION = 0.02  # of a machine that is left over


def add_linking(model: Model, index: Index, v: Variables) -> int:
    """serve[w,q,i] / cap[q] <= f * machines[q,i] + floor(b) * (1 - f), for each rate demand w and source q.

    b = load[w,i] / (units[w,q] * cap[q]) machines would serve the whole load, f is its fractional part. Where
    less than one machine would do, the relaxation could otherwise run just that part of it.
    """
    if model.relax:
        return 0
    rows = 0
    for (w, q, i), serve in v.serve.items():
        if (w, i) not in index.loads:
            continue
        share = usable(index.sources[q])
        alone = index.loads[w, i] / (index.units(w, q) * share)
        whole = math.floor(alone + 1e-9)
        fraction = alone - whole
        if whole > MOST_WHOLE or not LEAST_FRACTION <= fraction <= 1.0 - LEAST_FRACTION:
            continue
        terms: Terms = {serve: 1.0 / share}
        terms |= {x: -fraction * count for x, count in machines_held(index, v, q, i).items()}
        model.at_most(terms, whole * (1.0 - fraction))
        rows += 1
    return rows
