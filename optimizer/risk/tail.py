"""The variables that measure the tail: value at risk, and what each scenario costs beyond it."""

from dataclasses import dataclass

import numpy as np
import pulp

from ..model import Terms
from .measure import value_at_risk
from .scenarios import Risk


@dataclass(frozen=True, slots=True)
class Tail:
    """zeta and eta of MODEL.md; `costs` are each scenario's hourly costs (thousands), `rows` those of eta."""

    risk: Risk
    at: pulp.LpVariable
    beyond: tuple[pulp.LpVariable, ...]
    costs: tuple[Terms, ...]
    rows: tuple[int, ...]

    def settle(self, values: np.ndarray) -> None:
        """Set zeta and eta to what the costs of the scenarios make them."""
        costs = [sum(values[x.index] * money for x, money in terms.items()) for terms in self.costs]
        probabilities = [scenario.probability for scenario in self.risk.scenarios]
        at = value_at_risk(costs, probabilities, self.risk.tail_fraction)
        values[self.at.index] = at
        for variable, cost in zip(self.beyond, costs, strict=True):
            values[variable.index] = max(0.0, cost - at)
