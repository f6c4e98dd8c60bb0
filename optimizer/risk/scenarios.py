"""What may come: scenarios with probabilities, and what a plan is judged by over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One future. Factors multiply what the problem says; a workload that is not named keeps its demand.

    `price_factor` multiplies the hourly price of what is rented at list price by the hour (on demand, spot).
    Prices of commitments and partners are agreed, and stay.
    """

    probability: float
    demand_factors: Mapping[str, float] = field(default_factory=dict)  # by workload
    price_factor: float = 1.0

    def demand_factor(self, workload: str) -> float:
        """What the workload's demand is multiplied by."""
        return self.demand_factors.get(workload, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """The scenarios, and the objective (1 - weight) x expected cost + weight x CVaR at `tail`.

    CVaR at `tail` is the mean cost of the dearest scenarios that together have probability 1 - tail.
    """

    scenarios: tuple[Scenario, ...]
    weight_fraction: float = 0.0
    tail_fraction: float = 0.9
