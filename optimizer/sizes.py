"""How much of a problem is ever written down as one model."""

from .problem import Problem

HUGE = 500_000  # triples of workload, source and slice: more is never written down whole
SURVIVING = 3  # times as much is written down where losses are survived


def written(problem: Problem, count: int) -> int:
    """Triples of workload, source and slice of all scenarios; more of them where losses are survived."""
    scenarios = 1 if problem.risk is None else len(problem.risk.scenarios)
    return count * scenarios * (SURVIVING if problem.limits.survival is not None else 1)
