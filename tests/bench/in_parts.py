"""Small fleets whose machines by the hour run in parts: what the research measured S on.

Purchases, reservations and servers are whole there, on-demand and spot machines need not be. We offer whole
machines only; this is here so that our speed can be laid beside the research's figures.
"""

import time
from dataclasses import dataclass, replace

from optimizer.candidates import Model
from optimizer.highs import Effort, SolverAnswer
from optimizer.matrix import fits
from optimizer.model import MONEY
from optimizer.ordered import in_order
from optimizer.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class InParts:
    """An answer with machines in parts. `npv` and `bound` in the problem's money."""

    npv: float
    bound: float
    columns: int
    seconds: float

    @property
    def gap(self) -> float:
        """Proven relative gap."""
        return max(0.0, self.npv - self.bound) / max(abs(self.npv), 1e-9)


def solve_in_parts(problem: Problem, effort: Effort) -> InParts | None:
    """The least cost if machines by the hour could run in parts; None where no plan was found in time."""
    begin = time.perf_counter()
    model = Model(in_order(problem))
    whole = model.matrix.whole.copy()
    whole[[x.index for x in model.built.variables.running.values()]] = False
    model.matrix = replace(model.matrix, whole=whole)
    left = replace(effort, seconds=effort.seconds - (time.perf_counter() - begin))
    found: SolverAnswer = model.attack(left)
    if found.values is None:
        return None
    if not fits(model.matrix, found.values):
        raise AssertionError("a plan that breaks a row of its model")
    return InParts(
        npv=found.objective / MONEY,
        bound=found.bound / MONEY,
        columns=model.matrix.columns,
        seconds=time.perf_counter() - begin,
    )
