"""Explanations of plans that commit money, against arithmetic on paper."""

from dataclasses import replace

import pytest

from optimizer.explain.alternatives import without_commitments
from optimizer.explain.scaling import SCALINGS, keeping, kept_money
from optimizer.problem import Limits

from .factories import make_elastic, make_plan, make_problem, make_rate
from .solving import best, cost


def test_money_committed_is_kept_and_paid_whatever_is_used_of_it() -> None:
    # two machines at 1 an hour under the plan: 1,460; a third runs on demand at 2, one fewer saves nothing
    plan = make_plan({"od": 1.0}, term=1)
    problem = replace(make_problem(make_rate(2), elastic=(make_elastic(price=2.0),)), spend_plans=(plan,))
    found = best(problem).plan
    assert found is not None
    for factor, expected in ((1.0, 1460.0), (0.5, 1460.0), (1.5, 1460.0 + 2 * 730)):
        changed = SCALINGS["demand"](problem, factor)
        kept = cost(keeping(changed, found)) + kept_money(changed, found)
        assert kept == pytest.approx(expected), factor
    assert cost(without_commitments(problem)) == pytest.approx(2 * 2 * 730)
    assert cost(SCALINGS["cloud_prices"](problem, 1.2)) == pytest.approx(1.2 * 1460)
    tight = replace(problem, limits=Limits(cash_per_month=(2000.0,)))
    assert keeping(tight, found).limits.cash_per_month == pytest.approx((540.0,))
