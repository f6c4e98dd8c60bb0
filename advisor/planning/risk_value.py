"""What planning for the scenarios is worth, in the time that comparisons get."""

from advisor.planning.effort import BASELINE_GAP, BASELINE_SECONDS, Effort
from advisor.planning.steps import Steps
from optimizer.problem import Problem
from optimizer.risk.value import NOT_ASKED, Unplanned, unplanned


def planning_not_done(problem: Problem, effort: Effort, steps: Steps) -> Unplanned:
    """The cost over all scenarios of the purchases best for the plan's own figures."""
    if not effort.baselines:
        return NOT_ASKED
    steps.begin("comparing", "comparing with the plan that takes its figures for certain")
    return unplanned(
        problem,
        gap=min(effort.gap, BASELINE_GAP),
        time_limit_seconds=min(effort.time_limit_seconds, BASELINE_SECONDS[2]),
        cancelled=steps.watch,
    )
