"""Expected cost, conditional value at risk, and the objective made of them: plain arithmetic."""

import math
from collections.abc import Sequence

from .scenarios import Risk


def expected(costs: Sequence[float], probabilities: Sequence[float]) -> float:
    """Sum of probability x cost."""
    return math.fsum(p * cost for p, cost in zip(probabilities, costs, strict=True))


def cvar(costs: Sequence[float], probabilities: Sequence[float], tail_fraction: float) -> float:
    """Mean cost of the dearest scenarios with probability 1 - tail_fraction together.

    The scenario at the edge counts with the part of its probability that still fits.
    """
    left = whole = 1.0 - tail_fraction
    total = 0.0
    for cost, probability in sorted(zip(costs, probabilities, strict=True), reverse=True):
        part = min(left, probability)
        total += part * cost
        left -= part
        if left <= 0:
            break
    return total / (whole - max(0.0, left))


def value_at_risk(costs: Sequence[float], probabilities: Sequence[float], tail_fraction: float) -> float:
    """The least cost that dearer scenarios exceed with probability 1 - tail_fraction at most."""
    left = 1.0 - tail_fraction
    for cost, probability in sorted(zip(costs, probabilities, strict=True), reverse=True):
        left -= probability
        if left <= 1e-12:
            return cost
    return min(costs)


def objective(risk: Risk, costs: Sequence[float]) -> float:
    """(1 - weight) x expected cost + weight x CVaR, of the costs of the scenarios in their order."""
    probabilities = [scenario.probability for scenario in risk.scenarios]
    mean = expected(costs, probabilities)
    if risk.weight_fraction == 0.0:
        return mean
    worst = cvar(costs, probabilities, risk.tail_fraction)
    return (1.0 - risk.weight_fraction) * mean + risk.weight_fraction * worst
