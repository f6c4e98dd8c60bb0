"""What a search that was cut short left too large: people nobody asks for, partners joined and not used."""

import math
from dataclasses import replace

from .build import Built
from .highs import SolverAnswer
from .index import ServerSource
from .matrix import Array, Matrix

ALMOST = 1e-6


def settled(built: Built, matrix: Matrix, answer: SolverAnswer) -> SolverAnswer:
    """The answer with such columns at their least; no row needs more of them, so the plan holds as it did."""
    if answer.values is None:
        return answer
    values = answer.values.copy()
    _staff(built, values)
    _joined(built, values)
    if built.tail is not None:
        built.tail.settle(values)
    objective = float(matrix.cost @ values) + matrix.offset
    if objective >= answer.objective:
        return answer
    return replace(answer, values=values, objective=objective, bound=min(answer.bound, objective))


def _staff(built: Built, values: Array) -> None:
    v, index = built.variables, built.index
    servers: dict[tuple[str, int], float] = {}
    for (q, month), held in v.held.items():
        source = index.sources[q]
        if isinstance(source, ServerSource):
            key = source.site.key, month
            servers[key] = servers.get(key, 0.0) + round(float(values[held.index]))
    persons = {site.key: site.servers_per_person or 1.0 for site in index.problem.sites}
    for (site, month), people in v.staff.items():
        needed = math.ceil(servers.get((site, month), 0.0) / persons[site] - ALMOST)
        values[people.index] = min(float(values[people.index]), float(needed))


def _joined(built: Built, values: Array) -> None:
    for scene in built.scenes:
        v = scene.variables
        used = {
            (q, scene.index.slices[i].month) for (q, i), x in v.running.items() if values[x.index] > ALMOST
        }
        for key, joined in v.joined.items():
            if key not in used:
                values[joined.index] = 0.0
