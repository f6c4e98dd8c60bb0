"""Commitments to spend under scenarios: what they cover in each, in the provider's own order."""

from dataclasses import replace

import numpy as np

from ..built import Built
from ..model import MONEY
from ..provider_order import in_provider_order
from ..result import Hourly, Plan
from .measure import objective


def in_order_everywhere(built: Built, values: np.ndarray, plan: Plan) -> tuple[Plan, float]:
    """The plan as its providers bill it in each scenario, and what that saves of the objective."""
    saved: list[float] = []
    hourly: list[Hourly] = []
    for position, scene in enumerate(built.scenes):
        single, less = in_provider_order(scene.index.problem, plan.in_scenario(position))
        hourly.append(Hourly(runs=single.runs, serves=single.serves, covers=single.covers))
        saved.append(less)
    ordered = replace(plan, scenarios=tuple(hourly))
    if built.tail is None:
        return ordered, sum(scene.probability * less for scene, less in zip(built.scenes, saved, strict=True))
    costs = [sum(values[x.index] * money for x, money in terms.items()) / MONEY for terms in built.tail.costs]
    fewer = [cost - less for cost, less in zip(costs, saved, strict=True)]
    return ordered, objective(built.tail.risk, costs) - objective(built.tail.risk, fewer)
