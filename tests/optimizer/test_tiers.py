"""Volume tiers: whoever takes so many machines at once pays that tier's price for all of them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from optimizer.problem import Elastic, Problem, Reservation, Tier
from optimizer.reduce import reduce
from optimizer.result import Purchase, Status
from optimizer.solve import solve
from optimizer.tiers import bound_tiers
from optimizer.verify import PlanRefused, verify

from .factories import make_elastic, make_problem, make_rate, make_reservation, two_levels
from .oracle import cheapest_by_enumeration
from .second import least_cost
from .test_oracle import ALL, check
from .test_second import check as check_second
from .tier_problems import tier_problems

HOURS = 730.0


def tiers(*prices: tuple[int, int | None, float], most: int | None = None) -> tuple[Elastic, ...]:
    return tuple(
        make_elastic(f"od/{low}", price, min_quantity=low, max_quantity=high, tier=Tier(of="od", most=most))
        for low, high, price in prices
    )


def reserved(
    *prices: tuple[int, int | None, float], most: int | None = None, term: int = 2
) -> tuple[Reservation, ...]:
    return tuple(
        make_reservation(
            f"r/{low}", price, term, min_quantity=low, max_quantity=high, tier=Tier(of="r", most=most)
        )
        for low, high, price in prices
    )


def cost(problem: Problem) -> float:
    """The least cost, found in three ways."""
    outcome = solve(problem, gap=1e-9)
    assert outcome.plan is not None
    verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    assert outcome.objective_npv == pytest.approx(least_cost(problem))
    return float(outcome.objective_npv or 0.0)


def bought(problem: Problem) -> dict[str, int]:
    outcome = solve(problem, gap=1e-9)
    assert outcome.plan is not None
    return {p.option: p.quantity for p in outcome.plan.reserved}


LIST = ((1, 15, 10.0), (16, None, 8.0))


def test_few_machines_cost_the_first_price_and_many_the_other_for_all_of_them() -> None:
    for machines, price in ((1, 10.0), (12, 10.0), (16, 8.0), (20, 8.0)):
        problem = make_problem(make_rate(machines), elastic=tiers(*LIST))
        assert cost(problem) == pytest.approx(machines * price * HOURS)


def test_more_are_taken_than_needed_where_all_of_them_then_cost_less() -> None:
    # 13 at 10 are 130 an hour, 16 at 8 are 128; 12 at 10 are 120
    assert cost(make_problem(make_rate(13), elastic=tiers(*LIST))) == pytest.approx(128 * HOURS)
    assert cost(make_problem(make_rate(12), elastic=tiers(*LIST))) == pytest.approx(120 * HOURS)


def test_each_hour_has_the_price_of_what_it_takes() -> None:
    # 16 by day at 8, 4 by night at 10
    problem = make_problem(make_rate(16, shape=two_levels(0.25)), elastic=tiers(*LIST))
    assert cost(problem) == pytest.approx((16 * 8 + 4 * 10) * HOURS / 2)


def test_a_price_that_rises_is_not_got_round_by_taking_two_tiers() -> None:
    # 3 machines: all at 5, though 2 at 1 and one at 5 would be 7
    problem = make_problem(make_rate(3), elastic=tiers((1, 2, 1.0), (3, None, 5.0)))
    assert cost(problem) == pytest.approx(15 * HOURS)
    # 5 machines: no tier sells so many
    short = make_problem(make_rate(5), elastic=tiers((1, 2, 1.0), (3, 4, 1.0), most=4))
    assert solve(short).status is Status.INFEASIBLE
    assert cheapest_by_enumeration(short).npv is None


def test_a_commitment_counts_what_is_bought_at_once() -> None:
    load = make_rate(4, growth_per_month=1.0, last_month=1)
    later = make_rate(4, name="later", first_month=1)
    on_demand = make_elastic(price=50.0)
    offers = reserved((1, 7, 1.5), (8, None, 1.0), term=2)
    problem = make_problem(load, later, months=2, elastic=(on_demand,), reservations=offers)
    # 4 in month 0, 8 + 4 in month 1. 12 at once: 12 x 2 x 1 = 24; 4 at 1.5, then 8 at 1: 12 + 16 = 28
    assert cost(problem) == pytest.approx(24 * HOURS)
    assert bought(problem) == {"r/8": 12}


def test_what_is_bought_in_different_months_is_not_added_up_for_a_tier() -> None:
    # 5 in month 0 and 5 more in month 1: ten in force, each purchase within 1 to 7
    load = make_rate(5, growth_per_month=1.0)
    offers = reserved((1, 7, 2.0), (8, None, 1.9), term=2)
    problem = make_problem(load, months=2, reservations=offers)
    # 10 at once from month 0: 10 x 2 x 1.9 = 38; 5 twice: 5 x 2 x 2 x 2 = 40, run off counted in full
    assert cost(problem) == pytest.approx(38 * HOURS)
    dear = make_problem(load, months=2, reservations=reserved((1, 7, 2.0), (8, None, 2.1), term=2))
    assert cost(dear) == pytest.approx(40 * HOURS)


def test_all_tiers_together_are_no_more_than_there_are() -> None:
    load = make_rate(5, growth_per_month=1.0)
    offers = reserved((1, 7, 2.0), (8, 9, 2.1), most=9, term=2)
    assert solve(make_problem(load, months=2, reservations=offers)).status is Status.INFEASIBLE
    enough = reserved((1, 7, 2.0), (8, 10, 2.1), most=10, term=2)
    assert cost(make_problem(load, months=2, reservations=enough)) == pytest.approx(40 * HOURS)


def test_a_tier_for_which_too_few_are_needed_is_no_offer_for_others() -> None:
    # the tier from 8 on is cheapest, but three machines do not reach it: the plain offer must stay
    plain = make_elastic("plain", 7.0)
    problem = make_problem(make_rate(3), elastic=(*tiers((1, 7, 9.0), (8, None, 2.0)), plain))
    assert cost(problem) == pytest.approx(16 * HOURS)  # 8 at 2 are less than 3 at 7
    dear = make_problem(make_rate(3), elastic=(*tiers((1, 7, 9.0), (8, None, 3.0)), plain))
    assert cost(dear) == pytest.approx(21 * HOURS)


def test_only_what_can_always_be_added_replaces_other_offers() -> None:
    dearer = make_elastic("dearer", 9.0)
    falling = tuple(tiers((0, None, 8.0), (4, None, 6.0)))
    rising = tuple(tiers((0, None, 6.0), (4, None, 8.0)))
    load = make_rate(9)
    assert {e.key for e in reduce(make_problem(load, elastic=(*falling, dearer))).problem.elastic} == {
        "od/0",
        "od/4",
    }
    assert bound_tiers(make_problem(load, elastic=falling)) == {"od/4"}
    assert len(reduce(make_problem(load, elastic=(*rising, dearer))).problem.elastic) == 3


def test_an_offer_stays_that_is_wanted_beside_a_tier_with_a_maximum() -> None:
    # 3 at 2 and 2 at 7 are 20; 5 at 6 are 30. With the tier, nothing more can be had at 6.
    offers = (*tiers((0, None, 6.0), (2, 3, 2.0)), make_elastic("plain", 7.0))
    assert cost(make_problem(make_rate(5), elastic=offers)) == pytest.approx(20 * HOURS)


def test_the_verifier_refuses_two_tiers_at_once() -> None:
    offers = reserved((1, 2, 1.0), (3, None, 2.0), term=1)
    problem = make_problem(make_rate(5), reservations=offers)
    outcome = solve(problem)
    assert outcome.plan is not None
    both = (Purchase(option="r/1", start=0, quantity=2), Purchase(option="r/3", start=0, quantity=3))
    split = replace(outcome.plan, reserved=both)
    with pytest.raises(PlanRefused, match="r bought in month 0: several volume tiers at once: r/1, r/3"):
        verify(problem, split)


@settings(ALL, max_examples=200)
@given(tier_problems())
def test_the_solver_finds_what_trying_everything_finds(problem: Problem) -> None:
    check(problem)


@settings(ALL, max_examples=100)
@given(tier_problems())
def test_a_second_formulation_agrees(problem: Problem) -> None:
    check_second(problem)
