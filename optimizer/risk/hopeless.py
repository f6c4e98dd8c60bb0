"""Which scenario, were it certain, could not be served."""

from ..clock import Deadline
from ..problem import Problem
from ..relaxation import Relaxation, relaxed
from .futures import futures
from .scenarios import Risk, Scenario

WHOLE_SHARE = 0.3  # of the time left, at most, for whole machines in the hardest scenario


def hopeless_scenario(problem: Problem, risk: Risk, deadline: Deadline) -> int | None:
    """Position of a scenario that cannot hold on its own, the hardest first; None when none is proven so.

    All scenarios are tried without whole machines, which is exact and quick; only the hardest with them.
    """
    certain = futures(problem)
    hardest_first = sorted(range(len(certain)), key=lambda position: -_load(risk.scenarios[position]))
    for whole, positions in ((False, hardest_first), (True, hardest_first[:1])):
        for position in positions:
            if deadline.passed():
                return None
            enough = deadline.within(WHOLE_SHARE * deadline.left()) if whole else deadline
            relaxation = Relaxation(relaxed(certain[position]), whole=whole, deadline=enough)
            if relaxation.cannot_hold(relaxation.columns):
                return position
    return None


def _load(scenario: Scenario) -> float:
    return sum(scenario.demand_factors.values())
