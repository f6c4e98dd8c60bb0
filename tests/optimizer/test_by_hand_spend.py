"""Commitments to spend: answers worked out on paper, in the comments. A month has 730 hours."""

from dataclasses import replace

import pytest

from optimizer.problem import Elastic, EndOfHorizon, Horizon, Limits, Problem
from optimizer.result import Plan
from optimizer.timegrid import Window

from .factories import make_elastic, make_machine, make_plan, make_problem, make_rate, two_levels
from .solving import best, cost, plan_of


def committed(plan: Plan) -> dict[tuple[str, int], float]:
    return {(one.plan, one.start): one.per_hour for one in plan.commitments}


def test_a_load_of_two_levels_commits_to_its_base() -> None:
    # 4 machines by day (12 h), 2 by night; 2.00 on demand, 1.20 under the plan.
    # a commitment for the third machine would be used half the time: 1.20 * 730 > 2.00 * 365.
    # base: 2 * 1.20 * 730 = 1752; day's rest: 2 * 2.00 * 365 = 1460.
    problem = make_problem(
        make_rate(4, shape=two_levels(0.5)),
        elastic=(make_elastic(price=2.0),),
        spend_plans=(make_plan({"od": 1.2}, term=1),),
    )
    assert cost(problem) == pytest.approx(1752 + 1460)
    assert committed(plan_of(problem)) == {("sp", 0): pytest.approx(2.4)}


def test_a_deep_discount_commits_to_the_peak_and_pays_for_idle_hours() -> None:
    # at 0.90 the third and fourth machine cost 0.90 * 730 = 657 each, less than 2.00 * 365 = 730 on demand.
    # all 4 committed, used or not: 4 * 0.90 * 730 = 2628.
    problem = make_problem(
        make_rate(4, shape=two_levels(0.5)),
        elastic=(make_elastic(price=2.0),),
        spend_plans=(make_plan({"od": 0.9}, term=1),),
    )
    assert cost(problem) == pytest.approx(2628)
    outcome = best(problem)
    assert outcome.plan is not None
    night = max(outcome.plan.slices, key=lambda piece: max(cell % 24 for cell in piece.cells))
    covered = {cover.slice: cover.machines for cover in outcome.plan.covers}
    assert covered[night.index] == pytest.approx(2.0)  # the money of two more is lost in these hours


def two_families(rate_a: float, rate_b: float) -> Problem:
    """Family a by day, b by night, each one machine at 4.00 on demand."""
    day = replace(make_rate(1, {"a": 1.0}, name="day", shape=two_levels(0.0)))
    evening = two_levels(0.0).weekday[::-1]
    night = make_rate(
        1, {"b": 1.0}, name="night", shape=replace(two_levels(0.0), weekday=evening, weekend=evening)
    )
    a, b = make_machine("a"), make_machine("b")
    offers = (make_elastic("od-a", 4.0, machine=a), make_elastic("od-b", 4.0, machine=b))
    plan = make_plan({"od-a": rate_a, "od-b": rate_b}, term=1)
    return make_problem(day, night, elastic=offers, spend_plans=(plan,))


def test_two_families_share_one_plan_at_different_discounts() -> None:
    # rates 2.00 and 3.00. S = 2: a covered, b for 2/3: 2 * 730 + 4 * 1/3 * 365 = 1946.67.
    # S = 3: 3 * 730 = 2190; S = 0: 2 * 4 * 365 = 2920.
    problem = two_families(2.0, 3.0)
    assert cost(problem) == pytest.approx(2 * 730 + 4 / 3 * 365)
    assert committed(plan_of(problem)) == {("sp", 0): pytest.approx(2.0)}


def test_the_highest_saving_is_covered_first_within_an_hour() -> None:
    # both families at once, 4.00 each on demand, rates 1.00 (75 % off) and 3.00 (25 % off).
    load_a, load_b = make_rate(1, {"a": 1.0}, name="x"), make_rate(1, {"b": 1.0}, name="y")
    offers = (
        make_elastic("od-a", 4.0, machine=make_machine("a")),
        make_elastic("od-b", 4.0, machine=make_machine("b"), max_quantity=1),
    )
    plan = make_plan({"od-a": 1.0, "od-b": 3.0}, term=2)
    # two months' term, one month's plan, run_off: b's 3.00 would be owed twice, 6 > 4; a's 1.00 too, 2 < 4.
    problem = make_problem(load_a, load_b, elastic=offers, spend_plans=(plan,))
    assert cost(problem) == pytest.approx((2 * 1 + 4) * 730)
    (cover,) = plan_of(problem).covers
    assert cover.option == "od-a"
    assert cover.machines == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("end", "upfront", "expected"),
    [
        # one machine for 2 months, rate 1.00 for a term of 4: 4 * 730 = 2920 in all; on demand 2 * 730 * 3.
        # run_off: all of it is due, whatever is paid when (r = 0).
        (EndOfHorizon.RUN_OFF, 0.0, 2920.0),
        (EndOfHorizon.RUN_OFF, 0.5, 2920.0),
        (EndOfHorizon.RUN_OFF, 1.0, 2920.0),
        # going concern: 2 of 4 months' hours are not paid, and 2/4 of the upfront money is credited.
        (EndOfHorizon.GOING_CONCERN, 0.0, 1460.0),
        (EndOfHorizon.GOING_CONCERN, 0.5, 1460.0),
        (EndOfHorizon.GOING_CONCERN, 1.0, 1460.0),
    ],
)
def test_a_term_beyond_the_plan_follows_the_rule(end: EndOfHorizon, upfront: float, expected: float) -> None:
    problem = make_problem(
        make_rate(1),
        horizon=Horizon(months=2, end=end),
        elastic=(make_elastic(price=3.0),),
        spend_plans=(make_plan({"od": 1.0}, term=4, upfront_fraction=upfront),),
    )
    assert cost(problem) == pytest.approx(expected)


def test_money_paid_early_is_worth_more() -> None:
    # 2 months, f = 1 / (1 + r)^(1/12): hourly 730 in both months; half of it all in month 0; or all of it.
    rate = 0.44
    f = 1.44 ** (-1 / 12)
    for upfront, expected in ((0.0, 730 * (1 + f)), (0.5, 730 + 365 * (1 + f)), (1.0, 1460.0)):
        problem = make_problem(
            make_rate(1),
            horizon=Horizon(months=2, discount_rate=rate),
            elastic=(make_elastic(price=3.0),),
            spend_plans=(make_plan({"od": 1.0}, term=2, upfront_fraction=upfront),),
        )
        assert cost(problem) == pytest.approx(expected)


def test_a_limit_on_cash_keeps_money_from_being_committed_upfront() -> None:
    # 2 machines; of x of them all 2 * 730 * 1.00 is paid in month 0, the rest runs at 1.50 on demand:
    # 1460 x + 1095 (2 - x) <= 2300 in month 0, so x = 110 / 365; cost 1460 x + 2190 (2 - x).
    x = 110 / 365
    problem = make_problem(
        make_rate(2),
        months=2,
        elastic=(make_elastic(price=1.5),),
        spend_plans=(make_plan({"od": 1.0}, term=2, upfront_fraction=1.0),),
        limits=Limits(cash_per_month=(2300.0, 5000.0)),
    )
    assert cost(problem) == pytest.approx(1460 * x + 2190 * (2 - x))


def test_a_machine_sold_under_a_plan_only_runs_as_far_as_it_is_covered() -> None:
    # 2 machines by day, 1 by night at 1.00 under the plan: whole machines, so 2.00 is committed: 1460.
    only = make_elastic(price=0.0, covered_only=True)
    problem = make_problem(
        make_rate(2, shape=two_levels(0.5)), elastic=(only,), spend_plans=(make_plan({"od": 1.0}, term=1),)
    )
    assert cost(problem) == pytest.approx(1460)
    # beside an on demand offer of another machine at 1.50: 1.00 * 730 + 1.50 * 365 = 1277.5
    beside = make_elastic("other", price=1.5, machine=make_machine("n"))
    both = replace(
        problem,
        elastic=(only, beside),
        workloads=(make_rate(2, {"m": 1.0, "n": 1.0}, shape=two_levels(0.5)),),
    )
    assert cost(both) == pytest.approx(1277.5)


def test_growth_adds_commitments_when_they_begin_to_pay() -> None:
    # 1 machine in month 0, 2 from month 1 on, 3 months, term 2, rate 1.00, on demand 3.00.
    # committed: 1.00 from month 0 (0 and 1), 1.00 from month 1 (1 and 2), and for the second machine of
    # month 2 1.00 from month 2, though a month of it lies beyond: 1460 < 3 * 730. 3 * 1460 = 4380.
    problem = make_problem(
        make_rate(1, growth_per_month=1.0, last_month=1),
        make_rate(2, name="later", first_month=2),
        months=3,
        elastic=(make_elastic(price=3.0),),
        spend_plans=(make_plan({"od": 1.0}, term=2),),
    )
    assert cost(problem) == pytest.approx(4380)


def test_quantities_bound_covered_and_uncovered_machines_together() -> None:
    problem = make_problem(
        make_rate(3),
        elastic=(
            make_elastic(price=1.0, max_quantity=2),
            make_elastic("dear", 5.0, machine=make_machine("n")),
        ),
        spend_plans=(make_plan({"od": 0.5}, term=1),),
    )
    loads = (make_rate(3, {"m": 1.0, "n": 1.0}),)
    # two machines of m at 0.50, one of n at 5.00
    assert cost(replace(problem, workloads=loads)) == pytest.approx((2 * 0.5 + 5.0) * 730)


def test_a_plan_is_bought_in_its_window_only() -> None:
    # on sale from month 1: month 0 on demand, month 1 covered
    problem = make_problem(
        make_rate(1),
        months=2,
        elastic=(make_elastic(price=2.0),),
        spend_plans=(make_plan({"od": 1.0}, term=1, window=Window(1.0, 9.0)),),
    )
    assert cost(problem) == pytest.approx((2.0 + 1.0) * 730)


def test_two_plans_are_both_held_where_each_is_best() -> None:
    # 2 machines by day, 1 by night. Deep plan: 0.60 for 4 months of which the plan sees 2 (run_off: 2.40 a
    # month of use); short plan: 1.00 for 1 month. On demand 2.00. Short wins for the base: 730 a month, and
    # for the day's second machine 730 against 2.00 * 365 = 730: the same. 2 months: 1460 + 1460.
    deep, short = make_plan({"od": 0.6}, key="deep", term=8), make_plan({"od": 1.0}, key="short", term=1)
    problem = make_problem(
        make_rate(2, shape=two_levels(0.5)),
        months=2,
        elastic=(make_elastic(price=2.0),),
        spend_plans=(deep, short),
    )
    assert cost(problem) == pytest.approx(2920)
    going_on = replace(problem, horizon=Horizon(months=2, end=EndOfHorizon.GOING_CONCERN))
    # then the deep plan costs 0.60 * 730 a month for each: 2 * 0.60 * 1460 = 1752
    assert cost(going_on) == pytest.approx(1752)


def test_carbon_of_covered_machines_is_that_of_machines_that_run() -> None:
    # 0.5 kg an hour at 2.00 a kg: 1.00 an hour beside the rate of 1.00
    dirty: Elastic = make_elastic(price=3.0, machine=make_machine(carbon_kg_per_hour=0.5))
    problem = make_problem(
        make_rate(1),
        elastic=(dirty,),
        spend_plans=(make_plan({"od": 1.0}, term=1),),
        limits=Limits(carbon_price_per_kg=2.0),
    )
    assert cost(problem) == pytest.approx(2 * 730)


def test_money_that_is_owned_is_used_and_kept_apart_from_what_is_bought() -> None:
    # 3 machines; 1.50 of 1.00 each is owned in month 0: 1.5 machines covered; the rest is committed to
    plan = make_plan({"od": 1.0}, term=1, owned_per_hour=(1.5,))
    problem = make_problem(make_rate(3), months=2, elastic=(make_elastic(price=2.0),), spend_plans=(plan,))
    assert cost(problem) == pytest.approx((1.5 + 3.0) * 730)
    # where nothing can be bought, it covers all the same, and nothing afterwards
    late = replace(plan, window=Window(9.0, 10.0))
    assert cost(replace(problem, spend_plans=(late,))) == pytest.approx((2.0 * 1.5 + 2.0 * 3) * 730)


def test_a_plan_with_money_of_its_own_is_not_replaced_by_a_better_one() -> None:
    mine = make_plan({"od": 1.9}, key="mine", term=1, owned_per_hour=(1.9,))
    better = make_plan({"od": 1.0}, key="better", term=1)
    problem = make_problem(make_rate(2), elastic=(make_elastic(price=2.0),), spend_plans=(mine, better))
    assert cost(problem) == pytest.approx(730)
