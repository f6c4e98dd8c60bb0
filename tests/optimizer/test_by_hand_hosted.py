"""Own data centres: answers worked out on paper, in the comments. A month has 730 hours."""

import pytest

from optimizer.problem import Horizon, Limits, Owned, Problem

from .factories import make_elastic, make_problem, make_rate, make_server, make_site, two_levels
from .solving import cost, plan_of


def test_a_server_returns_its_book_value_at_the_horizon() -> None:
    # capex 1000, life 4 months, residual 20 %, plan of 3 months: book value 1000 * (1 - 0.8 * 3/4) = 400.
    # r = 0: 1000 - 400 = 600, plus 3 * (maintenance 10 + 1 kW * 1.5 * 730 h * 0.10 = 109.5) = 358.5.
    server = make_server(capex=1000.0, life_months=4, residual_fraction=0.2, maintenance_per_month=10.0)
    problem = make_problem(
        make_rate(1, {"m-s": 1.0}), months=3, sites=(make_site(server, price_per_kwh=0.1, pue=1.5),)
    )
    assert cost(problem) == pytest.approx(958.5)


def test_a_server_that_ends_early_returns_its_residual_then() -> None:
    # life 2 of 4 months, r = 10 %: two servers in turn, bought in months 0 and 2 at 1000 each;
    # the first returns 200 in month 2; the second ends with the plan: book value 200 in month 3.
    # 1000 - 200 d(2) + 1000 d(2) - 200 d(3) with d(m) = 1.1^(-m/12).
    server = make_server(capex=1000.0, life_months=2, residual_fraction=0.2)
    problem = make_problem(
        make_rate(1, {"m-s": 1.0}),
        horizon=Horizon(months=4, discount_rate=0.1),
        sites=(make_site(server),),
    )
    expected = 1000 + 800 * 1.1 ** (-2 / 12) - 200 * 1.1 ** (-3 / 12)
    assert cost(problem) == pytest.approx(expected)


def test_a_site_serves_only_after_its_opening() -> None:
    # opening takes 2 months, so months 0 and 1 are on demand: 2 * 730 * 2 = 2920. The server is bought
    # as late as it can (r = 10 %): in month 1 with a lead of 1, life 4 of which 1 month is used, no residual:
    # 1000 d(1) - 750 d(2). Site: 100 at once + 3 months at 10.
    server = make_server(capex=1000.0, life_months=4, lead_months=1)
    site = make_site(server, opening_capex=100.0, opening_per_month=10.0, opening_lead_months=2)
    problem = make_problem(
        make_rate(1, {"m": 1.0, "m-s": 1.0}),
        horizon=Horizon(months=3, discount_rate=0.1),
        elastic=(make_elastic(price=2.0),),
        sites=(site,),
    )
    d = [1.1 ** (-month / 12) for month in range(3)]
    expected = 1460 * (d[0] + d[1]) + 1000 * d[1] - 750 * d[2] + 100 + 10 * sum(d)
    assert cost(problem) == pytest.approx(expected)
    assert [(p.start, p.quantity) for p in plan_of(problem).servers] == [(1, 1)]


def test_staff_comes_in_whole_people() -> None:
    # 3 units wanted, one server each for 250 net a month (1000 over a life of 4, no residual), two servers a
    # person at 400: 3 servers need 2 people = 750 + 800 = 1550; 2 servers and one machine on demand
    # (730) = 500 + 400 + 730 = 1630; on demand alone 2190. At 500 a person: 1750 against 1730.
    def problem(staff: float) -> Problem:
        site = make_site(staff_per_month=staff, servers_per_person=2.0)
        return make_problem(
            make_rate(3, {"m": 1.0, "m-s": 1.0}), elastic=(make_elastic(price=1.0),), sites=(site,)
        )

    assert cost(problem(400.0)) == pytest.approx(1550.0)
    assert cost(problem(500.0)) == pytest.approx(1730.0)


@pytest.mark.parametrize(("price_per_kwh", "expected"), [(0.5, 365.0), (1.5, 730.0)])
def test_an_owned_server_runs_only_while_its_power_is_worth_it(price_per_kwh: float, expected: float) -> None:
    # 1 kW: 730 kWh a month, against 1 an hour in the cloud.
    server = make_server()
    site = make_site(server, price_per_kwh=price_per_kwh)
    problem = make_problem(
        make_rate(1, {"m": 1.0, "m-s": 1.0}),
        elastic=(make_elastic(price=1.0),),
        sites=(site,),
        owned=(Owned(key="o", quantity=1, server=server),),
        limits=Limits(capex_total=0.0),
    )
    assert cost(problem) == pytest.approx(expected)


def test_idle_servers_draw_less() -> None:
    # one server at work half of each day: idle power 40 % always, the other 60 % for 365 hours:
    # 0.4 * 730 + 0.6 * 365 = 511 kWh at 1. Capex 1000 - 750.
    server = make_server(idle_power_fraction=0.4)
    problem = make_problem(
        make_rate(1, {"m-s": 1.0}, shape=two_levels(0.0)), sites=(make_site(server, price_per_kwh=1.0),)
    )
    assert cost(problem) == pytest.approx(511 + 250)


def test_a_server_is_used_only_up_to_its_cap() -> None:
    # 9 servers of which 90 % can be used do 8.1 units; 8 do 7.2. Load 8: 9 servers at 250.
    server = make_server(utilisation_cap_fraction=0.9)
    problem = make_problem(make_rate(8, {"m-s": 1.0}), sites=(make_site(server),))
    assert cost(problem) == pytest.approx(9 * 250)


def test_the_power_limit_counts_machines_not_their_cooling() -> None:
    # 2.5 kW of IT load hold two servers of 1 kW, whatever the cooling (PUE 2) draws; the third machine is
    # on demand. Energy at no price. 2 * 250 + 730.
    problem = make_problem(
        make_rate(3, {"m": 1.0, "m-s": 1.0}),
        elastic=(make_elastic(price=1.0),),
        sites=(make_site(limit_kw=2.5, pue=2.0),),
    )
    assert cost(problem) == pytest.approx(1230.0)
