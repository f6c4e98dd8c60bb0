"""Decide from a relaxation where and when gangs are held, one choice after the other.

A relaxation holds a fraction of a gang in many months; rounding that would break it. The largest fraction
is raised to the whole and the relaxation solved again, in which work moves to where the gang now is.
"""

from dataclasses import replace

import numpy as np

from .build import Built
from .cases import Case
from .clock import Deadline
from .highs import Effort, run
from .matrix import Array

MOST_ROUNDS = 60
TRACE = 1e-6  # a gang held to a smaller part than this is not held
MOSTLY = 0.6  # gangs held to at least this part are decided together


def decided(built: Built, case: Case, effort: Effort, deadline: Deadline) -> Case:
    """The case with every choice on gangs made, and its relaxation; as it was where this way finds none.

    Its `bound` remains that of the undecided case.
    """
    choices = [*built.variables.together.values(), *built.variables.in_blocks.values()]
    columns = np.array([variable.index for variable in choices], np.int64)
    low, high = case.matrix.low.copy(), case.matrix.high.copy()
    matrix, relaxed = case.matrix, case.relaxed
    for _ in range(MOST_ROUNDS if choices else 0):
        if relaxed.values is None or deadline.passed():
            return case
        raised = _raised(columns, low, high, relaxed.values)
        if not len(raised):
            break
        low[raised] = 1.0
        trial = run(replace(matrix, low=low.copy()), replace(effort, seconds=deadline.left()), mip=False)
        if trial.infeasible:  # the largest of them is not held at all
            low[raised], high[raised[0]] = 0.0, 0.0
            trial = run(
                replace(matrix, low=low.copy(), high=high.copy()),
                replace(effort, seconds=deadline.left()),
                mip=False,
            )
        relaxed = trial
        matrix = replace(matrix, low=low.copy(), high=high.copy())
    else:
        return case
    if relaxed.values is None:
        return case
    high[columns] = np.where(low[columns] > 0.5, high[columns], 0.0)
    return Case(replace(matrix, high=high), relaxed, case.bound)


def _raised(columns: Array, low: Array, high: Array, values: Array) -> Array:
    """Choices to raise next, the largest first; none where all are made."""
    left = columns[(high[columns] > low[columns] + 0.5) & (values[columns] > TRACE)]
    order = left[np.argsort(-values[left], kind="stable")]
    together = max(1, int((values[order] >= MOSTLY).sum()))
    return np.asarray(order[:together])
