"""Limits: answers worked out on paper, in the comments. A month has 730 hours."""

import pytest

from optimizer.problem import Limits, Problem
from optimizer.result import Status
from optimizer.solve import solve

from .factories import make_elastic, make_machine, make_problem, make_rate, make_reservation, make_site
from .solving import cost


def test_spot_serves_no_more_than_may_be_interrupted() -> None:
    # load 4, half of it interruptible: 2 machines of spot at 0.5, 2 on demand at 2.
    spot = make_elastic("spot", price=0.5, spot=True)
    load = make_rate(4, interruptible_fraction=0.5)
    problem = make_problem(load, elastic=(make_elastic(price=2.0), spot))
    assert cost(problem) == pytest.approx(730 * (2 * 0.5 + 2 * 2))


def test_spot_s_share_of_all_hours_is_bounded_too() -> None:
    # load 4, all interruptible, but at most 25 % of the hours at work may be spot: 1 spot, 3 on demand.
    spot = make_elastic("spot", price=0.5, spot=True)
    problem = make_problem(
        make_rate(4, interruptible_fraction=1.0),
        elastic=(make_elastic(price=2.0), spot),
        limits=Limits(spot_share_max=0.25),
    )
    assert cost(problem) == pytest.approx(730 * (0.5 + 3 * 2))


def test_a_provider_gets_no_more_than_its_share() -> None:
    # load 4: the cheap provider may have half of it.
    other = make_machine("n", provider="rival")
    problem = make_problem(
        make_rate(4, {"m": 1.0, "n": 1.0}),
        elastic=(make_elastic(price=1.0), make_elastic("dear", price=3.0, machine=other)),
        limits=Limits(provider_share_max=0.5),
    )
    assert cost(problem) == pytest.approx(730 * (2 * 1 + 2 * 3))


def test_shares_weigh_machines_by_their_accelerators() -> None:
    # machine n holds 2 accelerators and does 2 units. Of 4 accelerators' work, the cheap one gets half: one n
    # at 1 (2 units) and two m at 3.
    big = make_machine("n", provider="rival", accelerators=2.0)
    problem = make_problem(
        make_rate(4, {"m": 1.0, "n": 2.0}),
        elastic=(make_elastic(price=3.0), make_elastic("cheap", price=1.0, machine=big)),
        limits=Limits(provider_share_max=0.5),
    )
    assert cost(problem) == pytest.approx(730 * (1 + 2 * 3))


def test_a_ceiling_on_capex_sends_the_rest_to_the_cloud() -> None:
    # load 3; a server costs 1000, worth 750 after one of four months: 250 against 730 in the cloud.
    # With capex up to 2500 there are two servers: 2 * 250 + 730 = 1230.
    load = make_rate(3, {"m": 1.0, "m-s": 1.0})
    free = make_problem(load, elastic=(make_elastic(price=1.0),), sites=(make_site(),))
    bound = make_problem(
        load,
        elastic=(make_elastic(price=1.0),),
        sites=(make_site(),),
        limits=Limits(capex_total=2500.0),
    )
    assert cost(free) == pytest.approx(750.0)
    assert cost(bound) == pytest.approx(1230.0)


def test_a_ceiling_on_carbon_forces_the_green_region() -> None:
    # load 2 for a month: the cheap region emits 1 kg an hour, the green one 0.1 at twice the price.
    # 1460 kg if all is cheap; with at most 900: one each, 730 + 73 = 803 kg. 730 * (1 + 2).
    dirty, green = make_machine(carbon_kg_per_hour=1.0), make_machine("g", carbon_kg_per_hour=0.1)
    problem = make_problem(
        make_rate(2, {"m": 1.0, "g": 1.0}),
        elastic=(
            make_elastic(price=1.0, machine=dirty),
            make_elastic("green", price=2.0, machine=green),
        ),
        limits=Limits(carbon_kg_total=900.0),
    )
    assert cost(problem) == pytest.approx(730 * 3)


def test_a_price_on_carbon_is_part_of_the_choice() -> None:
    # 1 + 1.2 * 1 = 2.2 an hour for the dirty machine, 2 + 1.2 * 0.1 = 2.12 for the green one.
    dirty, green = make_machine(carbon_kg_per_hour=1.0), make_machine("g", carbon_kg_per_hour=0.1)
    problem = make_problem(
        make_rate(1, {"m": 1.0, "g": 1.0}),
        elastic=(
            make_elastic(price=1.0, machine=dirty),
            make_elastic("green", price=2.0, machine=green),
        ),
        limits=Limits(carbon_price_per_kg=1.2),
    )
    assert cost(problem) == pytest.approx(730 * 2.12)


def test_a_limit_on_cash_spreads_the_payments() -> None:
    # one machine for 2 months: 1000 upfront, or 1 an hour = 730 a month = 1460. At most 900 a month: 1460.
    def problem(most: float) -> Problem:
        return make_problem(
            make_rate(1),
            months=2,
            elastic=(make_elastic(price=1.0),),
            reservations=(make_reservation(price=0.0, term=2, upfront=1000.0),),
            limits=Limits(cash_per_month=(most, most)),
        )

    assert cost(problem(1000.0)) == pytest.approx(1000.0)
    assert cost(problem(900.0)) == pytest.approx(1460.0)


def test_credits_do_not_make_room_for_cash() -> None:
    # a server of 1000, worth 750 at the end of the month: 250 net, but 1000 must be paid.
    problem = make_problem(
        make_rate(1, {"m": 1.0, "m-s": 1.0}),
        elastic=(make_elastic(price=1.0),),
        sites=(make_site(),),
        limits=Limits(cash_per_month=(999.0,)),
    )
    assert cost(problem) == pytest.approx(730.0)


def test_what_cannot_be_served_is_proven_impossible() -> None:
    # 3 machines wanted, 2 to be had.
    problem = make_problem(make_rate(3), elastic=(make_elastic(max_quantity=2),))
    outcome = solve(problem, gap=1e-9)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.plan is None
