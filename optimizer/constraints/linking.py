"""A workload works on machines that are there, said as tightly as whole machines allow; nothing is lost."""

import math
from collections import Counter
from collections.abc import Iterator

from ..index import Index, is_spot, usable
from ..model import Model, Terms
from ..variables import Variables
from .capacity import machines_held, switch
from .cover import MOST_SHARING
from .presence import LEAST_MACHINES

MOST_WHOLE = 4  # above so many machines for the whole load, rounding says little
LEAST_FRACTION = 0.02  # of a machine that is left over


def add_linking(model: Model, index: Index, v: Variables) -> int:
    """serve[w,q,i] / cap[q] <= f * machines[q,i] + floor(b) * (1 - f), for each rate demand w and source q.

    b = load[w,i] / (units[w,q] * cap[q]) machines would serve the whole load (of spot: all that it may
    serve), f is its fractional part. Where less than one machine would do, the relaxation could otherwise run
    just that part of it. And serve[w,q,i] / cap[q] <= b * switch of an offer that is 0 or a least quantity.
    """
    if model.relax:
        return 0
    users = Counter((q, i) for _, q, i in v.serve)
    rows = 0
    for (w, q, i), serve in v.serve.items():
        if (w, i) not in index.loads or users[q, i] > MOST_SHARING:
            continue
        share = usable(index.sources[q])
        most = index.problem.workloads[w].interruptible_fraction if is_spot(index.sources[q]) else 1.0
        alone = most * index.loads[w, i] / (index.units(w, q) * share)
        for terms, right in _rows(index, v, q, i, alone):
            model.at_most({serve: 1.0 / share} | terms, right)
            rows += 1
    return rows


def _rows(index: Index, v: Variables, q: int, i: int, alone: float) -> Iterator[tuple[Terms, float]]:
    taken = switch(index, v, q, i)
    if taken is not None and alone >= LEAST_MACHINES:
        yield {taken: -alone}, 0.0
    whole = math.floor(alone + 1e-9)
    fraction = alone - whole
    if whole <= MOST_WHOLE and LEAST_FRACTION <= fraction <= 1.0 - LEAST_FRACTION:
        terms = {x: -fraction * count for x, count in machines_held(index, v, q, i).items()}
        yield terms, whole * (1.0 - fraction)
