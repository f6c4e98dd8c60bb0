"""The verifier's account of one plan, every line worked out here. A month has 730 hours."""

from dataclasses import replace

import pytest

from optimizer.account import Line
from optimizer.problem import EndOfHorizon, Horizon, Problem
from optimizer.verify import verify

from .judged import judged_plan, judged_problem


def discounted(end: EndOfHorizon) -> Problem:
    return replace(judged_problem(), horizon=Horizon(months=2, discount_rate=0.21, end=end))


def lines_of(end: EndOfHorizon) -> dict[tuple[str, str], Line]:
    account = verify(discounted(end), judged_plan())
    assert len(account.lines) == 10
    return {(line.kind, line.option): line for line in account.lines}


D1 = 1.21 ** (-1 / 12)  # one month at 21 %
D2 = 1.21 ** (-2 / 12)
RUN_OFF = lines_of(EndOfHorizon.RUN_OFF)
GOING = lines_of(EndOfHorizon.GOING_CONCERN)


def test_there_is_one_line_of_each_kind() -> None:
    assert sorted(RUN_OFF) == [
        ("capacity_block", "b"),
        ("on_demand", "od"),
        ("owned", "old"),
        ("owned", "own"),
        ("partner", "partner"),
        ("reserved", "r"),
        ("self_hosted", "s"),
        ("site", "x"),
        ("spot", "spot"),
        ("staff", "x"),
    ]


def test_what_runs_by_the_hour_is_paid_for_the_hours_of_its_slices() -> None:
    # on demand: one machine in half of month 1; spot and partner: one each in month 0, the partner's fee 50
    on_demand, spot, partner = (
        RUN_OFF["on_demand", "od"],
        RUN_OFF["spot", "spot"],
        RUN_OFF["partner", "partner"],
    )
    assert on_demand.cash == pytest.approx(365 * 2.0)
    assert on_demand.npv == pytest.approx(730 * D1)
    assert (on_demand.start, on_demand.months, on_demand.quantity) == (1, 1, 1)
    assert on_demand.instance_hours == pytest.approx(365)
    assert on_demand.carbon_kg == pytest.approx(36.5)
    assert spot.cash == pytest.approx(365)
    assert partner.cash == pytest.approx(730 + 50)


def test_a_reservation_pays_its_term_and_owes_the_rest() -> None:
    # two machines from month 0 for 3 months: 60 upfront, 1460 a month; month 2 lies beyond the horizon
    line = RUN_OFF["reserved", "r"]
    assert line.cash == pytest.approx(60 + 2 * 1460)
    assert line.owed == pytest.approx(1460)
    assert line.credit == 0
    assert line.npv == pytest.approx(60 + 1460 * (1 + D1 + D2))
    assert line.instance_hours == pytest.approx(2 * 1460)
    assert line.carbon_kg == pytest.approx(292)
    # going concern: what is owed is not charged; a third of the 60 comes back in the last month
    line = GOING["reserved", "r"]
    assert line.owed == pytest.approx(1460)
    assert line.credit == pytest.approx(20)
    assert line.npv == pytest.approx(60 + 1460 * (1 + D1) - 20 * D1)


def test_a_block_pays_the_hours_of_its_window_in_each_month() -> None:
    # from 1.5 to 2.25 at 1.5 an hour: 547.5 in month 1, 273.75 in month 2, which is beyond the horizon
    line = RUN_OFF["capacity_block", "b"]
    assert line.cash == pytest.approx(547.5)
    assert line.owed == pytest.approx(273.75)
    assert line.npv == pytest.approx(547.5 * D1 + 273.75 * D2)
    assert line.carbon_kg == pytest.approx(36.5)
    assert GOING["capacity_block", "b"].owed == pytest.approx(273.75)
    assert GOING["capacity_block", "b"].npv == pytest.approx(547.5 * D1)


def test_a_server_pays_upkeep_and_power_and_keeps_its_book_value() -> None:
    # 2 kW at PUE 1.5 = 3 kW: idle half = 1.5 * 730 = 1095 kWh a month, at work 1095 kWh more in month 0.
    # In month 1 two servers are in service (one bought, one owned) and one works: each bears half, 547.5.
    # At 0.10: month 0: 10 + 219 = 229; month 1: 10 + 164.25 = 174.25.
    # Book value after 2 of 4 months, residual 20 %: 1000 * (1 - 0.8 * 2/4) = 600 in month 1.
    line = RUN_OFF["self_hosted", "s"]
    assert line.capex == 1000
    assert line.credit == pytest.approx(600)
    assert line.cash == pytest.approx(1000 + 229 + 174.25)
    assert line.npv == pytest.approx(1229 + 174.25 * D1 - 600 * D1)
    assert line.carbon_kg == pytest.approx((2190 + 1642.5) * 0.2)
    assert line.instance_hours == pytest.approx(1460)


def test_owned_capacity_costs_only_its_running() -> None:
    # the machine nothing, for the month it lasts; the server 10 + 164.25 in month 1, as above
    machine, server = RUN_OFF["owned", "own"], RUN_OFF["owned", "old"]
    assert (machine.npv, machine.cash, machine.carbon_kg, machine.months) == (0, 0, 0, 1)
    assert machine.instance_hours == pytest.approx(730)
    assert server.cash == pytest.approx(174.25)
    assert (server.capex, server.credit) == (0, 0)
    assert (server.start, server.months, server.quantity) == (1, 1, 1)


def test_a_site_is_opened_and_staffed() -> None:
    # 500 + 2 * 20; one person in month 0 for one server, two in month 1 for two
    site, staff = RUN_OFF["site", "x"], RUN_OFF["staff", "x"]
    assert (site.capex, site.cash) == (500, 540)
    assert staff.cash == pytest.approx(900)
    assert staff.npv == pytest.approx(300 + 600 * D1)
    assert staff.quantity == 2


def test_the_sums_are_those_of_the_lines() -> None:
    account = verify(discounted(EndOfHorizon.RUN_OFF), judged_plan())
    # month 0: reserved 60 + 1460, server 1229, spot 365, partner 780, site 520, staff 300
    # month 1: reserved 1460, block 547.5, servers 2 * 174.25, on demand 730, site 20, staff 600
    assert account.cash == pytest.approx((4714, 3706))
    assert account.capex == pytest.approx((1500, 0))
    assert account.opex == pytest.approx((3214, 3706))
    # kg, month 0: reserved 146, spot 73, partner 73, server 438; month 1: 146 + 36.5 + 36.5 + 657
    assert account.carbon_kg == pytest.approx((730, 876))
    assert account.carbon_charge == pytest.approx((7.3, 8.76))
    assert account.owed == pytest.approx(1460 + 273.75)
    assert account.owed_npv == pytest.approx((1460 + 273.75) * D2)
    assert account.credit == pytest.approx(600)
    assert account.credit_npv == pytest.approx(600 * D1)
    expected = 4714 + 3706 * D1 + 1733.75 * D2 - 600 * D1 + 7.3 + 8.76 * D1
    assert account.npv == pytest.approx(expected)
    assert sum(line.npv for line in account.lines) == pytest.approx(expected - 7.3 - 8.76 * D1)
