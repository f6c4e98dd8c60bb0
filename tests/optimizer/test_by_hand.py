"""Rented capacity: answers worked out on paper, in the comments. A month has 730 hours."""

import pytest

from optimizer.problem import CapacityBlock, EndOfHorizon, Horizon, Problem, Reservation
from optimizer.timegrid import Window

from .factories import make_elastic, make_machine, make_problem, make_rate, make_reservation, two_levels
from .solving import cost


@pytest.mark.parametrize(
    ("busy_hours", "expected"),
    [
        # one machine from 0 to `busy_hours` o'clock every day: 730 * busy / 24 hours a month.
        # on demand 2.00 an hour against 1.00 in every hour: even at 12 of 24 hours.
        (11, 2.0 * 730 * 11 / 24),  # 669.17 on demand < 730 reserved
        (13, 730.0),  # 790.83 on demand > 730 reserved
    ],
)
def test_a_reservation_pays_from_its_break_even_hours(busy_hours: int, expected: float) -> None:
    problem = make_problem(
        make_rate(1, shape=two_levels(0.0, high_hours=busy_hours)),
        elastic=(make_elastic(price=2.0),),
        reservations=(make_reservation(price=1.0, term=1),),
    )
    assert cost(problem) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        # one machine for 2 months. on demand: 2 * 730 * 1 = 1460.
        # reserved for 3 months at 0.50: run_off owes 3 * 365 = 1095; going_concern pays 2 * 365 = 730.
        (EndOfHorizon.RUN_OFF, 1095.0),
        (EndOfHorizon.GOING_CONCERN, 730.0),
    ],
)
def test_what_is_owed_after_the_horizon_follows_the_rule(end: EndOfHorizon, expected: float) -> None:
    problem = make_problem(
        make_rate(1),
        horizon=Horizon(months=2, end=end),
        elastic=(make_elastic(price=1.0),),
        reservations=(make_reservation(price=0.5, term=3),),
    )
    assert cost(problem) == pytest.approx(expected)


def test_a_going_concern_gets_the_unused_part_of_the_upfront_back() -> None:
    # 2 months, r = 0: 3000 upfront for 3 months; one month lies beyond, 3000 * 1/3 = 1000 is credited.
    # 2000 net < on demand 2 * 730 * 2 = 2920. Under run_off the 3000 would lose against 2920.
    reservation = make_reservation(price=0.0, term=3, upfront=3000.0)

    def problem(end: EndOfHorizon) -> Problem:
        horizon = Horizon(months=2, end=end)
        return make_problem(
            make_rate(1), horizon=horizon, elastic=(make_elastic(price=2.0),), reservations=(reservation,)
        )

    assert cost(problem(EndOfHorizon.GOING_CONCERN)) == pytest.approx(2000.0)
    assert cost(problem(EndOfHorizon.RUN_OFF)) == pytest.approx(2920.0)


def test_upfront_money_is_dearer_than_later_money_when_discounted() -> None:
    # 12 months at r = 21 %: d(m) = 1.21^(-m/12); d(6) = 1/1.1.
    # upfront 8000 now, or 730 a month: sum_{m<12} 730 * d(m). q = 1.21^(-1/12) = 0.984241,
    # sum = (1 - 1/1.21) / (1 - q) = 0.1735537 / 0.0157595 = 11.0126, so 8039 > 8000.
    # Undiscounted 8760 > 8000 as well; at r = 44 %: q = 0.970070, sum = 0.3055556 / 0.0299298
    # = 10.2091, so 7452.6 < 8000: the order turns.
    def problem(rate: float) -> Problem:
        return make_problem(
            make_rate(1),
            horizon=Horizon(months=12, discount_rate=rate),
            reservations=(
                make_reservation("upfront", price=0.0, term=12, upfront=8000.0),
                make_reservation("monthly", price=1.0, term=12),
            ),
        )

    assert cost(problem(0.21)) == pytest.approx(8000.0)
    paid = 730 * sum(1.44 ** (-month / 12) for month in range(12))
    assert paid == pytest.approx(7452.6, abs=0.1)
    assert cost(problem(0.44)) == pytest.approx(paid)


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        # 2 machines for a month: on demand 2 * 730 * 2 = 2920; partner at 1: 1460 + fee.
        (1400.0, 2860.0),
        (1500.0, 2920.0),
    ],
)
def test_a_partner_is_worth_its_fee_or_not(fee: float, expected: float) -> None:
    partner = make_elastic("partner", price=1.0, partner=True, fixed_per_month=fee)
    problem = make_problem(make_rate(2), elastic=(make_elastic(price=2.0), partner))
    assert cost(problem) == pytest.approx(expected)


def test_a_partner_s_minimum_is_paid_in_all_its_hours() -> None:
    # load 2 in the first half of each day, 1 in the second; the partner, at 1 an hour, wants 2 machines in
    # every hour of a month: 2 * 730 = 1460. On demand at 1.8: 1.8 * 730 * 1.5 = 1971. At 1.2: 1314.
    partner = make_elastic("partner", price=1.0, partner=True, min_quantity=2)

    def problem(price: float) -> Problem:
        return make_problem(make_rate(2, shape=two_levels(0.5)), elastic=(make_elastic(price=price), partner))

    assert cost(problem(1.8)) == pytest.approx(1460.0)
    assert cost(problem(1.2)) == pytest.approx(1314.0)


def test_a_partner_of_the_night_leaves_the_day_to_others() -> None:
    # one machine always; the partner has it from 18 to 6 (12 of 24 hours) at 1, on demand costs 2.
    hours = frozenset({18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5})
    partner = make_elastic("partner", price=1.0, partner=True, hours=hours)
    problem = make_problem(make_rate(1), elastic=(make_elastic(price=2.0), partner))
    assert cost(problem) == pytest.approx(365 * 1 + 365 * 2)


def test_a_block_inside_a_month_is_paid_for_its_window() -> None:
    # one machine for 2 months; a block from 0.5 to 1.25 at 1 an hour = 547.5; on demand at 2 for the other
    # 1.25 months = 1825.
    block = CapacityBlock(key="b", machine=make_machine(), price_per_hour=1.0, window=Window(0.5, 1.25))
    problem = make_problem(make_rate(1), months=2, elastic=(make_elastic(price=2.0),), blocks=(block,))
    assert cost(problem) == pytest.approx(0.75 * 730 + 1.25 * 730 * 2)


def test_a_block_that_outlives_the_plan_is_owed_in_full_or_not_at_all() -> None:
    # a block from 0 to 2.5 at 1 an hour, plan of 1 month: run_off 2.5 * 730 = 1825, going_concern 730.
    block = CapacityBlock(key="b", machine=make_machine(), price_per_hour=1.0, window=Window(0.0, 2.5))

    def problem(end: EndOfHorizon) -> Problem:
        return make_problem(make_rate(1), horizon=Horizon(months=1, end=end), blocks=(block,))

    assert cost(problem(EndOfHorizon.RUN_OFF)) == pytest.approx(1825.0)
    assert cost(problem(EndOfHorizon.GOING_CONCERN)) == pytest.approx(730.0)


def test_a_minimum_purchase_is_met_or_left() -> None:
    # 2 machines wanted; reservations come in fours at 0.4: 4 * 292 = 1168 < 1460 on demand.
    # At 0.6: 1752 > 1460.
    def problem(price: float) -> Problem:
        few: Reservation = make_reservation(price=price, term=1, min_quantity=4)
        return make_problem(make_rate(2), elastic=(make_elastic(price=1.0),), reservations=(few,))

    assert cost(problem(0.4)) == pytest.approx(1168.0)
    assert cost(problem(0.6)) == pytest.approx(1460.0)
