"""Explanations against arithmetic on paper. A month has 730 hours; nothing is discounted unless said."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.checks import InvalidProblem
from optimizer.explain.again import Finding, difference
from optimizer.explain.alternatives import cheapest_country, countries, without_capex, without_commitments
from optimizer.explain.entering import Entering, entering, priced
from optimizer.explain.forcing import forced, without
from optimizer.explain.scaling import SCALINGS, discount_rate, keeping
from optimizer.pins import Pin
from optimizer.problem import Horizon, Limits, Problem
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.timegrid import Window
from optimizer.verify import PlanRefused, verify

from .factories import (
    HOURS,
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_server,
    make_site,
    make_work,
    two_levels,
)
from .solving import again_of, best, cost
from .test_break_even import built_or_rented

OTHER = make_machine("n", provider="rival", country="US")
EITHER = {"m": 1.0, "n": 1.0}


def dear_and_cheap(**changes: Any) -> Problem:
    """Three machines for four months: 2 an hour on demand, 2.5 reserved for two months, 3 from a rival."""
    values: dict[str, Any] = {
        "elastic": (make_elastic(price=2.0), make_elastic("dear", price=3.0, machine=OTHER)),
        "reservations": (make_reservation("term", price=2.5, term=2),),
    }
    return make_problem(make_rate(3.0, EITHER), months=4, **(values | changes))


def found(finding: Finding | None) -> Finding:
    assert finding is not None
    return finding


@pytest.mark.parametrize(("offer", "more"), [("od", 0.0), ("dear", HOURS * 1.0), ("term", 2 * HOURS * 0.5)])
def test_one_unit_forced_in_costs_what_it_is_dearer(offer: str, more: float) -> None:
    again = again_of(dear_and_cheap())
    gone = difference(again.base, found(again.restricted(forced(again.base.problem, offer))))
    assert gone is not None
    assert (gone.low, gone.npv, gone.high) == pytest.approx((more, more, more), abs=1e-6)
    assert gone.is_proven == (more > 0)


def test_a_server_forced_in_opens_its_site() -> None:
    server = make_server(capex=1000.0, life_months=4, machine=make_machine("s", provider="own"))
    problem = make_problem(
        make_rate(1.0, {"m": 1.0, "s": 1.0}),
        months=4,
        elastic=(make_elastic(price=0.1),),
        sites=(make_site(server, opening_capex=500.0, opening_per_month=10.0),),
    )
    again = again_of(problem)
    assert again.base.npv == pytest.approx(4 * HOURS * 0.1)
    # cheapest in the last month: rented until then, and three quarters of it are still worth something
    assert found(again.restricted(forced(problem, "s"))).npv == pytest.approx(500 + 40 + 250 + 3 * 73)


@pytest.mark.parametrize(("offer", "price", "meets"), [("dear", 3.0, 2.0), ("term", 2.5, 2.0)])
def test_an_offer_enters_at_the_price_of_what_it_replaces(offer: str, price: float, meets: float) -> None:
    problem = dear_and_cheap()
    again = again_of(problem)
    enters = entering(again, offer, again.base)
    assert isinstance(enters, Entering)
    assert enters.high * price == pytest.approx(meets)
    assert enters.low == pytest.approx(enters.high)
    assert enters.slack == pytest.approx(0.0, abs=1e-6)
    just_below, just_above = (cost(priced(problem, offer, f * enters.high)) for f in (0.999, 1.001))
    assert again.base.npv is not None
    assert just_below < again.base.npv - 1e-3
    assert just_above == pytest.approx(again.base.npv)


def test_an_offer_in_the_plan_leaves_where_the_next_one_is_as_cheap() -> None:
    problem = dear_and_cheap()
    again = again_of(problem)
    leaves = entering(again, "od", found(again.restricted(without(problem, "od"))), again.base.plan)
    assert isinstance(leaves, Entering)
    assert leaves.high * 2.0 == pytest.approx(2.5)


def test_whole_machines_make_an_offer_enter_at_less_than_its_share() -> None:
    """One large machine does the work of three, of which two are needed: worth 4, though three cost 6."""
    large = make_machine("large")
    problem = make_problem(
        make_rate(2.0, {"m": 1.0, "large": 3.0}),
        elastic=(make_elastic(price=2.0), make_elastic("large", price=9.0, machine=large)),
    )
    again = again_of(problem)
    enters = entering(again, "large", again.base)
    assert isinstance(enters, Entering)
    assert enters.high * 9.0 == pytest.approx(4.0)


def test_an_offer_nobody_needs_enters_at_no_price_that_is_told() -> None:
    spare = make_elastic("far", price=1e6, machine=OTHER)
    problem = make_problem(make_rate(1.0, EITHER), elastic=(make_elastic(price=2.0), spare))
    again = again_of(problem)
    assert entering(again, "far", again.base) == (
        "at 5% of its price it would still not lower the cost beyond the gap"
    )


def test_an_offer_that_could_cost_anything_is_told_so() -> None:
    rival = make_elastic("far", price=5000.0, machine=OTHER)
    again = again_of(make_problem(make_rate(1.0, EITHER), elastic=(make_elastic(price=2.0), rival)))
    without_it = found(again.restricted(without(again.base.problem, "od")))
    leaves = entering(again, "od", without_it, again.base.plan)
    assert leaves == "it would be in the plan even at 1,000 times its price"


def test_what_cannot_be_had_within_the_plan_cannot_be_forced_into_it() -> None:
    late = make_reservation("late", window=Window(9.0, 12.0))
    again = again_of(dear_and_cheap(reservations=(late,)))
    assert found(again.restricted(forced(again.base.problem, "late"))).status is Status.INFEASIBLE


def test_a_ceiling_on_cash_keeps_an_offer_out_below_the_price_that_would_meet() -> None:
    """Paid at once for two months, a reservation meets a ceiling long before it stops saving."""
    upfront = make_reservation("all", price=0.0, upfront=2 * HOURS * 3.0, term=2)
    limits = Limits(cash_per_month=(2.2 * HOURS, 2.2 * HOURS))
    problem = make_problem(
        make_rate(1.0), months=2, elastic=(make_elastic(price=2.0),), reservations=(upfront,), limits=limits
    )
    again = again_of(problem)
    enters = entering(again, "all", again.base)
    # worth 2 x 2 x 730 in all, two thirds of its price; but in a month only 2.2 x 730 may be paid
    assert isinstance(enters, Entering)
    assert enters.low == pytest.approx(2.2 / 6, abs=1e-5)
    assert enters.high == pytest.approx(2.2 / 6, abs=1e-5)


@settings(max_examples=12, deadline=None)
@given(
    prices=st.lists(st.integers(1, 9), min_size=3, max_size=3),
    load=st.integers(1, 4),
    term=st.integers(1, 3),
    offer=st.sampled_from(["od", "dear", "term"]),
)
def test_forcing_an_offer_never_lowers_the_cost(prices: list[int], load: int, term: int, offer: str) -> None:
    problem = make_problem(
        make_rate(float(load), EITHER, shape=two_levels(0.4)),
        months=2,
        elastic=(make_elastic(price=prices[0]), make_elastic("dear", price=prices[1], machine=OTHER)),
        reservations=(make_reservation("term", price=prices[2], term=term),),
    )
    assert cost(forced(problem, offer)) >= cost(problem) - 1e-6


def test_the_verifier_refuses_a_plan_without_what_is_pinned() -> None:
    problem = dear_and_cheap()
    plan = best(problem).plan
    assert plan is not None
    for offer in ("dear", "term"):
        with pytest.raises(PlanRefused, match=f"{offer}: 0 bought, at least 1 asked"):
            verify(forced(problem, offer), plan)
    with pytest.raises(InvalidProblem, match=r"pins\[0\].offer: 'nobody'"):
        solve(replace(problem, pins=(Pin(offer="nobody"),)))


def test_exactly_so_many_are_bought_where_that_is_pinned() -> None:
    problem = make_problem(
        make_rate(3.0),
        elastic=(make_elastic(price=2.0),),
        reservations=(make_reservation(price=1.0, term=1),),
    )
    assert cost(problem) == pytest.approx(3 * HOURS)
    one = replace(problem, pins=(Pin(offer="r", quantity=1, exact=True),))
    assert cost(one) == pytest.approx((1 + 2 * 2) * HOURS)
    many = replace(problem, pins=(Pin(offer="r", quantity=9, start=0, exact=True),))
    assert cost(many) == pytest.approx(9 * HOURS)


def test_the_cheapest_country_is_the_one_that_costs_least_alone() -> None:
    half = make_rate(2.0, {"m": 1.0, "n": 1.0}, name="half")
    problem = make_problem(
        half,
        make_work(100.0, {"m": 1.0, "n": 2.0}),
        elastic=(make_elastic(price=2.0), make_elastic("us", price=2.1, machine=OTHER)),
    )
    again = again_of(problem)
    assert countries(problem) == ["DE", "US"]
    answer = cheapest_country(again, countries(problem))
    assert isinstance(answer, tuple)
    name, finding = answer
    alone = {
        "DE": cost(replace(problem, elastic=problem.elastic[:1])),
        "US": cost(replace(problem, elastic=problem.elastic[1:])),
    }
    assert name == min(alone, key=lambda country: alone[country])
    assert finding.npv == pytest.approx(min(alone.values()))


def test_without_capex_or_commitments_what_they_saved_is_paid() -> None:
    problem = built_or_rented()
    assert cost(without_capex(problem)) == pytest.approx(0.2 * 7300 * 7.5)
    committed = make_problem(
        make_rate(3.0),
        elastic=(make_elastic(price=2.0),),
        reservations=(make_reservation(price=1.0, term=1),),
    )
    assert cost(without_commitments(committed)) == pytest.approx(3 * 2 * HOURS)


def test_purchases_kept_cost_at_least_as_much_as_deciding_anew() -> None:
    problem = built_or_rented()
    plan = best(problem).plan
    assert plan is not None
    for name, scaled in SCALINGS.items():
        for factor in (0.8, 1.2):
            changed = scaled(problem, factor)
            assert cost(keeping(changed, plan)) >= cost(changed) - 1e-6, (name, factor)
    # five servers serve the nights; with a fifth less load the days need three more machines, not five
    assert sum(bought.quantity for bought in plan.servers) == 5
    fewer = 5 * 1000 + 500 + 0.2 * 3650 * 3
    assert cost(keeping(SCALINGS["demand"](problem, 0.8), plan)) == pytest.approx(fewer)


def test_a_rate_discounts_what_is_paid_later() -> None:
    problem = make_problem(make_rate(1.0), horizon=Horizon(months=13), elastic=(make_elastic(price=1.0),))
    by_hand = sum(HOURS * 1.1 ** (-m / 12) for m in range(13))
    assert cost(discount_rate(problem, 0.1)) == pytest.approx(by_hand)


def test_what_is_not_reached_in_time_is_not_told() -> None:
    again = again_of(dear_and_cheap(), seconds=0.0)
    assert again.restricted(forced(again.base.problem, "dear")) is None
    assert entering(again, "dear", again.base) is None
