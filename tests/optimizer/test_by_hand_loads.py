"""Loads and work: answers worked out on paper, in the comments. A month has 730 hours."""

import pytest

from optimizer.problem import Horizon, Owned, Problem
from optimizer.timegrid import DayShape, Window

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_work,
    two_levels,
)
from .solving import cost, plan_of


def test_workloads_share_a_machine_of_the_same_hour() -> None:
    # 0.6 and 0.4 of a machine: one machine. 0.6 and 0.5: two.
    def problem(second: float) -> Problem:
        loads = (make_rate(0.6, name="a"), make_rate(second, name="b"))
        return make_problem(*loads, elastic=(make_elastic(price=1.0),))

    assert cost(problem(0.4)) == pytest.approx(730.0)
    assert cost(problem(0.5)) == pytest.approx(1460.0)


def test_a_reserved_machine_serves_one_workload_by_day_and_another_by_night() -> None:
    # each needs a machine for half of each day: one machine reserved at 1 an hour serves both = 730,
    # against 2 * 365 * 1.5 = 1095 on demand.
    day = DayShape(((1.0,) * 12 + (0.0,) * 12), ((1.0,) * 12 + (0.0,) * 12))
    night = DayShape(((0.0,) * 12 + (1.0,) * 12), ((0.0,) * 12 + (1.0,) * 12))
    problem = make_problem(
        make_rate(1, name="day", shape=day),
        make_rate(1, name="night", shape=night),
        elastic=(make_elastic(price=1.5),),
        reservations=(make_reservation(price=1.0, term=1),),
    )
    assert cost(problem) == pytest.approx(730.0)


def test_training_fills_the_valleys_of_serving() -> None:
    # serving needs 2 machines for half of each day and 1 for the rest; training needs 365 machine-hours in
    # the month. Two reserved machines have exactly 2 * 730 - 1095 = 365 hours left: nothing else is needed.
    problem = make_problem(
        make_rate(2, shape=two_levels(0.5)),
        make_work(365.0),
        elastic=(make_elastic(price=5.0),),
        reservations=(make_reservation(price=1.0, term=1),),
    )
    assert cost(problem) == pytest.approx(1460.0)
    assert plan_of(problem).runs == ()


def test_training_waits_for_the_cheaper_months() -> None:
    # 730 machine-hours within months 0..2; the offer costs 3 until month 2 and 1 from then on.
    early = make_elastic("early", price=3.0, window=Window(0.0, 2.0))
    late = make_elastic("late", price=1.0, window=Window(2.0, 3.0))
    problem = make_problem(make_work(730.0), months=3, elastic=(early, late))
    assert cost(problem) == pytest.approx(730.0)
    soon = make_problem(make_work(730.0, last_month=1), months=3, elastic=(early, late))
    assert cost(soon) == pytest.approx(2190.0)


def test_replicas_that_leave_accelerators_idle_make_a_machine_do_less() -> None:
    # a machine of 8 accelerators, 3 to a replica of 10 units: 2 replicas = 20 units. 50 units: 3 machines;
    # were all 8 in use (26.67 units), 2 would do.
    load = make_rate(50, {"m": 20.0})
    eight = make_machine(accelerators=8.0)
    problem = make_problem(load, elastic=(make_elastic(price=1.0, machine=eight),))
    assert cost(problem) == pytest.approx(3 * 730)


def test_coarser_blocks_carry_the_largest_load_of_their_hours() -> None:
    # levels 1.0 for 8 hours, 0.8 for 8, 0.2 for 8, load 10. Exact: 10 + 8 + 2 machines for a third of the
    # month each = 20/3 * 730. Two blocks: raising 0.8 to 1.0 costs 2, raising 0.2 to 0.8 costs 6, so the
    # first two merge: 10 + 10 + 2.
    day = (1.0,) * 8 + (0.8,) * 8 + (0.2,) * 8

    def problem(blocks: int | None) -> Problem:
        horizon = Horizon(months=1, blocks_per_month=blocks)
        load = make_rate(10, shape=DayShape(day, day))
        return make_problem(load, horizon=horizon, elastic=(make_elastic(price=1.0),))

    assert cost(problem(None)) == pytest.approx(20 / 3 * 730)
    assert cost(problem(2)) == pytest.approx(22 / 3 * 730)


def test_growth_and_headroom_raise_the_load() -> None:
    # peak 4, +25 % a month, 20 % headroom: 4.8, 6.0, 7.5 -> 5, 6, 8 machines.
    load = make_rate(4, growth_per_month=0.25, headroom_fraction=0.2)
    problem = make_problem(load, months=3, elastic=(make_elastic(price=1.0),))
    assert cost(problem) == pytest.approx(730 * (5 + 6 + 8))


def test_owned_machines_work_for_nothing_while_they_last() -> None:
    # 3 machines wanted for 2 months, 2 owned in the first: 1 + 3 on demand.
    owned = Owned(key="o", quantity=2, machine=make_machine(), last_month=0)
    problem = make_problem(make_rate(3), months=2, elastic=(make_elastic(price=1.0),), owned=(owned,))
    assert cost(problem) == pytest.approx(730 * 4)
