"""Refuse scenarios that are none, naming the field."""

import math
from collections.abc import Iterator

from ..problem import Problem


def check_risk(problem: Problem) -> Iterator[str]:
    """Faults of `problem.risk`: field, value, and what would be right."""
    risk = problem.risk
    if risk is None:
        return
    if not 0.0 <= risk.weight_fraction <= 1.0:
        yield f"risk.weight_fraction: {risk.weight_fraction}: must be a number, 0 to 1"
    if not 0.0 <= risk.tail_fraction < 1.0:
        yield f"risk.tail_fraction: {risk.tail_fraction}: must be a number from 0 to below 1"
    if not risk.scenarios:
        yield "risk.scenarios: empty: at least one is needed"
    total = math.fsum(scenario.probability for scenario in risk.scenarios)
    if risk.scenarios and not abs(total - 1.0) <= 1e-9:
        yield f"risk.scenarios: their probabilities add up to {total:.10g}: must be 1"
    names = {load.name for load in problem.workloads}
    for position, scenario in enumerate(risk.scenarios):
        path = f"risk.scenarios[{position}]"
        if not scenario.probability > 0:
            yield f"{path}.probability: {scenario.probability}: must be a number above 0"
        factors = {"price_factor": scenario.price_factor}
        factors |= {f"demand_factors[{name!r}]": f for name, f in scenario.demand_factors.items()}
        for field, factor in factors.items():
            if not (math.isfinite(factor) and factor > 0):
                yield f"{path}.{field}: {factor}: must be a number above 0"
        for name in sorted(scenario.demand_factors.keys() - names):
            yield f"{path}.demand_factors: {name!r}: is no workload"
