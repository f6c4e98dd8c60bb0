"""Choices of open sites, each with its relaxation: the branching that matters most comes first."""

from dataclasses import dataclass, replace
from itertools import product

from .build import Built
from .highs import Effort, SolverAnswer
from .lazily import Relaxer
from .matrix import Matrix

MOST_CASES = 8  # choices of open sites that are looked at one by one


@dataclass(slots=True)
class Case:
    """One choice of open sites: its relaxation, and the best bound proven for it."""

    matrix: Matrix
    relaxed: SolverAnswer
    bound: float


def site_cases(built: Built, matrix: Matrix, effort: Effort) -> list[Case]:
    """Every feasible choice of open sites with its relaxation, best first.

    With too many sites for that, one case that leaves them open. Empty when nothing is feasible, or when a
    relaxation did not finish in time.
    """
    opened = [variable.index for variable in built.variables.opened.values()]
    if 2 ** len(opened) > MOST_CASES:
        opened = []
    cases, relaxer = [], Relaxer(built, matrix)
    for choice in product((0.0, 1.0), repeat=len(opened)):
        low, high = matrix.low.copy(), matrix.high.copy()
        low[opened] = high[opened] = choice
        fixed = replace(matrix, low=low, high=high) if opened else matrix
        relaxed = relaxer.relaxed(fixed, effort)
        if relaxed.infeasible:
            continue
        if relaxed.values is None or not relaxed.optimal:
            return []
        cases.append(Case(fixed, relaxed, relaxed.objective))
    return sorted(cases, key=lambda case: case.bound)
