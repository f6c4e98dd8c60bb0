"""How far limits that clash must give way."""

from dataclasses import replace

import pytest

from optimizer.conflicts import clashes
from optimizer.problem import Limits
from optimizer.result import Status
from optimizer.solve import solve

from .factories import make_elastic, make_problem, make_rate


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
