"""Few offers that are likely in a good plan: those the relaxation uses, and those nearest to being used."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from pulp import LpVariable

from .build import Built
from .highs import SolverAnswer
from .index import ElasticSource
from .matrix import Array, Matrix

MORE = 16  # offers that the relaxation does not use
USED = -1.0


def likely(built: Built, matrix: Matrix, relaxed: SolverAnswer, known: Array | None) -> Matrix:
    """The model with all other offers off. What `known`, a plan, uses stays: it is a plan of this too.

    Nearest are offers whose price would have to fall by the least share of what they cost.
    """
    if relaxed.values is None or relaxed.reduced_costs is None:
        return matrix
    columns: dict[str, list[int]] = {}
    for key, variable in _offered(built):
        columns.setdefault(key, []).append(variable.index)
    distance = {key: _distance(matrix, relaxed, known, np.array(own)) for key, own in columns.items()}
    unused = sorted((far, key) for key, far in distance.items() if far > USED)
    high = matrix.high.copy()
    for _, key in unused[MORE:]:
        high[columns[key]] = np.maximum(matrix.low[columns[key]], 0.0)
    return replace(matrix, high=high)


def _offered(built: Built) -> Iterator[tuple[str, LpVariable]]:
    """Columns that run or buy an offer, with its key."""
    for scene in built.scenes:
        for (q, _), variable in scene.variables.running.items():
            source = scene.index.sources[q]
            if isinstance(source, ElasticSource):
                yield source.elastic.key, variable
    v = built.variables
    for bought in (v.reserved, v.servers):
        yield from ((key, variable) for (key, _), variable in bought.items())
    yield from v.blocks.items()


def _distance(matrix: Matrix, relaxed: SolverAnswer, known: Array | None, own: Array) -> float:
    """Least reduced cost of an offer's columns as a share of their cost; `USED` when one is used."""
    if relaxed.values is None or relaxed.reduced_costs is None:
        return USED
    used = (relaxed.values[own] > 1e-6).any() or (known is not None and bool((known[own] > 1e-6).any()))
    if used:
        return USED
    share = relaxed.reduced_costs[own] / np.maximum(np.abs(matrix.cost[own]), 1e-9)
    return max(0.0, float(share.min()))
