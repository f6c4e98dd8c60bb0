"""Solve to the end and let the verifier add it up."""

from typing import Any

from optimizer.clock import Deadline
from optimizer.explain.again import Again
from optimizer.problem import Problem
from optimizer.result import Outcome, Plan, Status
from optimizer.solve import solve
from optimizer.verify import verify


def best(problem: Problem) -> Outcome:
    """The proven optimum, re-added by the verifier."""
    outcome = solve(problem, gap=1e-9, time_limit_seconds=60)
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan is not None
    verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    return outcome


def cost(problem: Problem) -> float:
    found = best(problem).objective_npv
    assert found is not None
    return found


def plan_of(problem: Problem) -> Plan:
    found = best(problem).plan
    assert found is not None
    return found


def again_of(problem: Problem, *, seconds: float = 60.0) -> Again:
    """Variations of a problem, solved to the end within `seconds`."""
    outcome = solve(problem, gap=1e-9, time_limit_seconds=20)
    return Again(problem, outcome, gap=1e-9, deadline=Deadline.after(seconds), most_seconds=20)


class LongAtWork:
    """A solver that has run for long already."""

    def __init__(self, highs: Any) -> None:
        self.highs = highs

    def __getattr__(self, name: str) -> Any:
        return getattr(self.highs, name)

    def getRunTime(self) -> float:  # noqa: N802 - the solver's own name
        return 1000.0
