"""Two formulations of all at once: commitments to spend, gangs, losses survived, scenarios."""

import pytest
from hypothesis import given, settings

from optimizer.problem import Problem
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.verify import verify

from .featured_problems import featured_problems
from .second import least_cost
from .test_oracle import ALL
from .tier_problems import tier_problems


def check(problem: Problem) -> Status:
    """Same status, same optimum, and a plan that the verifier accepts at that cost."""
    outcome = solve(problem, gap=1e-9, time_limit_seconds=60)
    least = least_cost(problem)
    if least is None:
        assert outcome.status is Status.INFEASIBLE
        return outcome.status
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective_npv == pytest.approx(least, rel=1e-6, abs=1e-5)
    assert outcome.plan is not None
    account = verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    assert account.npv == pytest.approx(least, rel=1e-6, abs=1e-5)
    return outcome.status


def test_both_find_the_same_optimum() -> None:
    seen: set[str] = set()

    @settings(ALL, max_examples=200)
    @given(featured_problems())
    def look(problem: Problem) -> None:
        seen.add(check(problem))
        seen.update("gang" for load in problem.workloads if load.gang is not None)
        seen.update("spend" for _ in problem.spend_plans)
        seen.update(["survival"] if problem.limits.survival else [])
        seen.update(["risk"] if problem.risk else [])

    look()
    assert seen == {"optimal", "infeasible", "gang", "spend", "survival", "risk"}


@settings(ALL, max_examples=100)
@given(featured_problems(tier_problems()))
def test_both_do_with_volume_tiers_beside_every_feature(problem: Problem) -> None:
    check(problem)


@pytest.mark.slow
@settings(ALL, max_examples=2500)
@given(featured_problems())
def test_they_do_so_on_many_problems(problem: Problem) -> None:
    check(problem)
