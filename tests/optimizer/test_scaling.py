"""Plans of very unequal sizes: right to the same digits as others. Worked out in the comments."""

from dataclasses import replace

import pytest

from optimizer.problem import Horizon
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.verify import PlanRefused, verify

from .factories import make_elastic, make_machine, make_problem, make_rate, make_reservation, make_work
from .solving import best, cost

BIG = make_machine("big")


def test_one_machine_beside_a_hundred_thousand() -> None:
    # each load has its own kind of machine: 100,000 at 1.25 and one at 3
    problem = make_problem(
        make_rate(100_000.0, {"big": 1.0}, name="many"),
        make_rate(1.0, name="one"),
        elastic=(make_elastic("big", 1.25, machine=BIG), make_elastic(price=3.0)),
    )
    found = best(problem)
    assert found.objective_npv == pytest.approx(730 * (100_000 * 1.25 + 3), rel=1e-9)
    assert found.plan is not None
    assert sorted(run.quantity for run in found.plan.runs) == [1, 100_000]


def test_a_load_of_parts_of_a_hundred_thousandth_still_takes_a_whole_machine() -> None:
    # 100,000.001 machines are 100,001, each of them paid
    problem = make_problem(make_rate(100_000.001), elastic=(make_elastic(price=2.0),))
    assert cost(problem) == pytest.approx(730 * 100_001 * 2.0, rel=1e-9)


@pytest.mark.parametrize("price", [0.0001, 400_000.0])
def test_prices_of_any_size_are_weighed_exactly(price: float) -> None:
    # three machines, reserved at three fifths of the hourly price
    problem = make_problem(
        make_rate(3.0),
        months=4,
        elastic=(make_elastic(price=price),),
        reservations=(make_reservation(price=price * 0.6, term=4),),
    )
    assert cost(problem) == pytest.approx(3 * 730 * 4 * price * 0.6, rel=1e-9)


def test_cheap_and_dear_machines_of_one_plan_keep_their_prices() -> None:
    # 1000 small ones at 0.0001 and two at 400,000 an hour
    problem = make_problem(
        make_rate(1000.0, name="cheap"),
        make_rate(2.0, {"big": 1.0}, name="dear"),
        elastic=(make_elastic(price=0.0001), make_elastic("big", 400_000.0, machine=BIG)),
    )
    assert cost(problem) == pytest.approx(730 * (1000 * 0.0001 + 2 * 400_000), rel=1e-9)


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_sixty_months_at_any_discount(rate: float) -> None:
    # two machines in all months, in five terms of 12 months paid monthly: 1 an hour against 2
    problem = make_problem(
        make_rate(2.0),
        horizon=Horizon(months=60, discount_rate=rate),
        elastic=(make_elastic(price=2.0),),
        reservations=(make_reservation(price=1.0, term=12),),
    )
    expected = sum(2 * 730 / (1 + rate) ** (month / 12) for month in range(60))
    assert cost(problem) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("rate", "committed"), [(0.0, True), (0.3, False)])
def test_discount_weighs_money_now_against_money_later(rate: float, committed: bool) -> None:
    # 52,000 at once, or 60 months of 730 hours at 1.2: 52,560 without discount, far less with
    problem = make_problem(
        make_rate(1.0),
        horizon=Horizon(months=60, discount_rate=rate),
        elastic=(make_elastic(price=1.2),),
        reservations=(make_reservation(price=0.0, upfront=52_000.0, term=60),),
    )
    hourly = sum(730 * 1.2 / (1 + rate) ** (month / 12) for month in range(60))
    assert (hourly > 52_000) is committed
    assert cost(problem) == pytest.approx(min(hourly, 52_000.0), rel=1e-9)


def test_a_search_cut_short_says_what_it_has_proven() -> None:
    # work and load that take branching; however little time there is, optimal is said of the proven gap alone
    machines = [make_machine(f"m{n}", accelerators=n + 1.0) for n in range(6)]
    units = {machine.key: 1.0 + 0.37 * n for n, machine in enumerate(machines)}
    problem = make_problem(
        *(make_rate(3.1 + 1.7 * n, units, name=f"w{n}", growth_per_month=0.03) for n in range(4)),
        make_work(20_000.0, units),
        months=24,
        elastic=tuple(make_elastic(f"e{n}", 2.0 + 0.7 * n, machine=m) for n, m in enumerate(machines)),
        reservations=tuple(make_reservation(f"r{n}", 1.1 + 0.4 * n, 7, machine=m)
                           for n, m in enumerate(machines)),
    )  # fmt: skip
    for seconds in (0.01, 1.0):
        outcome = solve(problem, gap=0.0, time_limit_seconds=seconds)
        if outcome.objective_npv is None:
            assert outcome.status is Status.UNKNOWN
            assert outcome.plan is None
            continue
        assert outcome.gap is not None
        reached = (outcome.objective_npv - outcome.record.bound) / outcome.objective_npv
        assert outcome.gap == pytest.approx(max(0.0, reached))
        assert (outcome.status is Status.OPTIMAL) is (outcome.gap <= 1e-9)


TRACES = [1e-5, 1e-6, 1e-8, 1e-11]


@pytest.mark.parametrize("load", TRACES)
def test_a_trace_of_a_load_takes_a_whole_machine(load: float) -> None:
    # a machine at 2 in each hour; where 0.5 is a reservation's price, that
    rented = make_problem(make_rate(load), months=2, elastic=(make_elastic(price=2.0),))
    assert cost(rented) == pytest.approx(2 * 730 * 2.0)
    held = replace(rented, reservations=(make_reservation(price=0.5, term=2),))
    assert cost(held) == pytest.approx(2 * 730 * 0.5)


@pytest.mark.parametrize("load", TRACES)
def test_a_trace_of_a_load_is_not_left_to_spot_alone(load: float) -> None:
    # half may be interrupted: the other half takes a machine on demand at 2, and that serves all of it
    problem = make_problem(
        make_rate(load, interruptible_fraction=0.5),
        elastic=(make_elastic(price=2.0), make_elastic("spot", price=0.1, spot=True)),
    )
    assert cost(problem) == pytest.approx(730 * 2.0)


@pytest.mark.parametrize("work", [730 * trace for trace in TRACES])
def test_a_trace_of_work_takes_a_machine_once(work: float) -> None:
    # a machine at 2 for one load block of the month: all hours are alike
    assert cost(make_problem(make_work(work), elastic=(make_elastic(price=2.0),))) == pytest.approx(1460.0)


def test_a_fading_load_is_served_to_its_end() -> None:
    # a tenth of it is left each month: 1, 0.1, 0.01 … of one machine, below a millionth in the last months
    problem = make_problem(
        make_rate(1.0, growth_per_month=-0.9), months=12, elastic=(make_elastic(price=1.0),)
    )
    assert cost(problem) == pytest.approx(12 * 730.0)


def test_a_plan_without_a_machine_for_a_trace_of_a_load_is_refused() -> None:
    problem = make_problem(make_rate(1e-9), make_work(1e-9), elastic=(make_elastic(price=2.0),))
    plan = best(problem).plan
    assert plan is not None
    with pytest.raises(PlanRefused) as caught:
        verify(problem, replace(plan, runs=(), serves=()))
    places = [fault.partition("is there")[2] for fault in caught.value.problems]
    assert places == [" in slice 0", " in its months"]
