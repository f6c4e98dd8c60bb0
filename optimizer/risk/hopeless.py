"""Which scenario, were it certain, could not be served."""

from ..clock import Deadline
from ..gang_shortlist import can_be_held, is_in_many_places
from ..problem import Problem
from ..relaxation import Relaxation, relaxed
from .futures import futures
from .scenarios import Risk, Scenario

WHOLE_SHARE = 0.3  # of the time left, at most, for whole machines in the hardest scenario
GANG_SHARE = 0.5  # of the time left, at most, for gangs in the hardest scenario


def hopeless_scenario(problem: Problem, risk: Risk, deadline: Deadline) -> int | None:
    """Position of a scenario that cannot hold on its own, the hardest first; None when none is proven so.

    All scenarios are tried without whole machines, which is exact and quick; only the hardest with them, and
    before with its gangs, where many places could hold them.
    """
    certain = futures(problem)
    hardest_first = sorted(range(len(certain)), key=lambda position: -_load(risk.scenarios[position]))
    hardest = hardest_first[0]
    if is_in_many_places(certain[hardest]):
        enough = deadline.within(GANG_SHARE * deadline.left())
        return hardest if can_be_held(certain[hardest], enough) is False else None
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
