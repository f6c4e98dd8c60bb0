"""How far limits that clash must give way."""

from dataclasses import replace

import pytest

from optimizer.clock import Deadline
from optimizer.conflicts import clashes
from optimizer.problem import Limits
from optimizer.relaxation import Relaxation, relaxed
from optimizer.result import Status
from optimizer.solve import solve

from .factories import make_elastic, make_problem, make_rate
from .solving import LongAtWork


def at_most(cash: float) -> Limits:
    return Limits(cash_per_month=(cash,))


def test_what_makes_room_is_told_for_the_whole_plan_not_for_its_smallest_set() -> None:
    # 8 and 4 machines at 1.25 an hour: 7300 and 3650 a month, 5000 allowed. The first alone is too much; but
    # room is made by 10,950, or by serving 1350 of its 7300 beside the second: one machine of 8
    loads = (make_rate(8, name="a"), make_rate(4, name="b"))
    problem = make_problem(*loads, months=1, elastic=(make_elastic(price=1.25),), limits=at_most(5000.0))
    assert {(c.limit, c.where): (c.needed, c.available) for c in clashes(problem)} == {
        ("demand", "a"): pytest.approx((1.0, 1 / 8)),
        ("cash_per_month", ""): pytest.approx((10_950.0, 5000.0)),
    }
    assert solve(replace(problem, limits=at_most(10_950.0))).status is Status.OPTIMAL
    assert solve(replace(problem, limits=at_most(10_949.0))).status is Status.INFEASIBLE


@pytest.mark.parametrize(("whole", "longest"), [(True, 7.0), (False, 1007.0)])
def test_each_solve_keeps_to_the_time_left(whole: bool, longest: float) -> None:
    """The solver's clock adds up over its runs, but for those with whole numbers."""
    problem = make_problem(make_rate(2.5), elastic=(make_elastic(),), limits=at_most(5000.0))
    relaxation = Relaxation(relaxed(problem), whole=whole, deadline=Deadline.after(7.0))
    relaxation.highs = LongAtWork(relaxation.highs)
    assert relaxation.cannot_hold([]) is False
    assert longest - 1.0 < relaxation.highs.getOptionValue("time_limit")[1] <= longest
