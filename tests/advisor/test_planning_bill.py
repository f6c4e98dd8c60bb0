"""The bill in decimals, each figure worked out by hand from counts and prices."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from advisor.planning.bill import Bill, BillDisagrees, make_bill
from providers.offers import Purchase
from tests.advisor.planning_cases import PARTNER, SITE, TEAM, make_reservation, plan_data, solved_case
from tests.factories import make_offer

NO_OFFERS = {"offers": "none"}


def bill_of(data: dict[str, Any], *offers: Any) -> Bill:
    return make_bill(solved_case(data, offers))


def near(expected: str) -> Any:
    """Equal to 20 digits: the hours of a month end in no decimal."""
    return pytest.approx(Decimal(expected), rel=Decimal("1e-20"))


def test_a_machine_by_the_hour_costs_730_hours_a_month() -> None:
    # 8 H100 all the time = 1 machine: 730 h x 50 USD
    assert bill_of(plan_data(), make_offer()).cash == (near("36500"),)


def test_a_price_in_another_currency_is_converted_in_decimals() -> None:
    # 730 h x 50 EUR x 1.09 USD/EUR = 39,785 USD; the binary 1.09 would leave a tail
    offer = make_offer(currency="EUR")
    bill = bill_of(plan_data(exchange_rates={"EUR": "1.09"}), offer)
    assert bill.cash == (near("39785"),)


def test_hours_of_unequal_load_are_billed_as_they_are() -> None:
    # 16 H100 in 12 of 24 weekday hours, else 8: 1 machine always, a second one in 730 x 5/7 x 12/24 hours
    # 50 x 730 x (1 + 5/14) = 36,500 + 13,035.7142857...
    day = [1.0] * 12 + [0.5] * 12
    demand = {"unit": "accelerators", "peak": 16, "profile": {"weekday": day, "weekend": [0.5] * 24}}
    bill = bill_of(plan_data(TEAM | {"demand": demand}), make_offer())
    assert bill.total == near(str(Decimal(36500) + Decimal(36500) * 5 / 14))


def test_a_reservation_pays_upfront_and_every_hour_of_its_term() -> None:
    # start: 1000 + 730 x 10; then 7300 a month; the third month is owed after the plan's two
    bill = bill_of(plan_data(months=2), make_reservation())
    assert (bill.cash, bill.owed) == ((Decimal(8300), Decimal(7300)), Decimal(7300))


def test_a_going_concern_owes_the_rest_of_the_term_too() -> None:
    bill = bill_of(plan_data(months=2, end_of_horizon="going_concern"), make_reservation())
    assert (bill.cash, bill.owed) == ((Decimal(8300), Decimal(7300)), Decimal(7300))


def test_a_block_is_billed_for_the_hours_of_its_window_in_the_months_they_lie_in() -> None:
    # 2027-01-22 .. 2027-02-15: 10 of 31 days of January, 14 of 28 of February; one machine at 20 USD:
    # 730 x 10/31 x 20 = 4,709.68 and 730 x 14/28 x 20 = 7,300
    block = make_offer(
        purchase=Purchase.CAPACITY_BLOCK,
        price_per_hour=Decimal(20),
        available_from=datetime(2027, 1, 22, tzinfo=UTC),
        available_until=datetime(2027, 2, 15, tzinfo=UTC),
    )
    job = {
        "name": "job",
        "kind": "training",
        "demand": {"unit": "accelerator_hours", "total": {"H100": 4000}},
    }
    bill = bill_of(plan_data(job, months=3), block)
    assert [float(cash) for cash in bill.cash] == pytest.approx([730 * 10 / 31 * 20, 7300, 0], rel=1e-12)


def test_a_block_that_outlives_the_plan_is_owed() -> None:
    block = make_offer(
        purchase=Purchase.CAPACITY_BLOCK,
        price_per_hour=Decimal(20),
        available_from=datetime(2027, 1, 1, tzinfo=UTC),
        available_until=datetime(2027, 2, 15, tzinfo=UTC),
    )
    bill = bill_of(plan_data(), block)
    # January whole, 14 of 28 days of February after the plan
    assert (bill.total, bill.owed) == (near("14600"), near("7300"))


def test_a_partner_is_paid_its_fee_in_each_month_of_use() -> None:
    # 730 h x 10 USD + 400 USD, in each of two months
    bill = bill_of(plan_data(months=2, capacity=NO_OFFERS | {"partners": [PARTNER]}))
    assert bill.cash == (near("7700"), near("7700"))


def test_a_partner_is_paid_its_minimum_only_in_its_open_hours() -> None:
    # hours 18..6 are half of all hours; 2 machines at least, 1 is needed: 365 h x 2 x 10 + 400
    night = [1.0 if hour >= 18 or hour < 6 else 0.0 for hour in range(24)]
    profile = {"weekday": night, "weekend": night}
    load = TEAM | {"demand": {"unit": "accelerators", "peak": 8, "profile": profile}}
    partner = PARTNER | {"hours": [18, 6], "min_quantity": 2}
    bill = bill_of(plan_data(load, capacity=NO_OFFERS | {"partners": [partner]}))
    assert bill.total == near("7700")


def at_site(**changes: Any) -> dict[str, Any]:
    """Two servers' worth of load in months 1 and 2 of four."""
    load = TEAM | {
        "demand": {"unit": "accelerators", "constant": 16},
        "window": {"earliest": "2027-02", "deadline": "2027-03"},
    }
    site = SITE | {"servers": [SITE["servers"][0] | changes]}
    return plan_data(load, months=4, capacity=NO_OFFERS | {"sites": [site]})


def test_a_site_is_billed_for_opening_servers_energy_and_people() -> None:
    # start: opening 1000 + rent 100. Two servers, paid as late as they may be, serve months 1 and 2:
    # each month rent 100 + 2 x (10 + 2 kW x 1.5 x 730 h x 0.2 = 438) + 2 people x 500 = 1996
    bill = bill_of(at_site() | {"discount_rate": 0.1})
    assert list(map(int, bill.capex)) == [1000, 10_000, 0, 0]
    assert bill.cash == (near("1100"), near("11996"), near("1996"), near("100"))


def test_a_server_that_idles_draws_less() -> None:
    # half power idle, full at work: 16 H100 keep both servers at work, so energy is as above: 438 each
    assert bill_of(at_site(idle_power_fraction=0.5)).total == near(str(11000 + 400 + 2 * 1896))


def test_a_server_half_used_draws_for_the_hours_at_work_only() -> None:
    # one server, at work 12 of 24 hours: 2 kW x 1.5 x 0.2 x (730 x 0.5 + 365 x 0.5) = 328.5 USD in a month
    day = [1.0] * 12 + [0.0] * 12
    load = TEAM | {
        "demand": {"unit": "accelerators", "peak": 8, "profile": {"weekday": day, "weekend": day}},
        "window": {"earliest": "2027-02"},
    }
    site = SITE | {"servers": [SITE["servers"][0] | {"idle_power_fraction": 0.5}]}
    bill = bill_of(plan_data(load, months=2, capacity=NO_OFFERS | {"sites": [site]}))
    # opening 1000, server 5000, rent 2 x 100, maintenance 10, one person 500, energy 328.5
    assert bill.total == near("7038.5")


def test_money_of_a_site_in_another_currency_is_converted() -> None:
    data = at_site()
    data["capacity"]["sites"][0]["currency"] = "EUR"
    bill = bill_of(data | {"exchange_rates": {"EUR": "1.1"}})
    assert bill.total == near(str(Decimal("1.1") * (11000 + 400 + 2 * 1896)))


def test_owned_servers_cost_only_what_running_them_costs() -> None:
    # rent 100, maintenance 10, energy 438, one person 500; opening and server are paid already
    owned = [{"offer": "own/colo/HGX", "quantity": 1}]
    site = SITE | {"opening": {"capex": 1000, "monthly": 100}}
    bill = bill_of(plan_data(capacity=NO_OFFERS | {"sites": [site], "owned": owned}))
    assert (bill.total, sum(bill.capex)) == (near("1048"), Decimal(0))


def test_owned_commitments_cost_nothing_more() -> None:
    offer = make_reservation()
    owned = [{"offer": offer.offer_id, "quantity": 1}]
    assert bill_of(plan_data(capacity={"owned": owned}), offer).total == 0


@pytest.mark.parametrize("what", ["cash", "capex", "owed"])
def test_a_bill_that_differs_from_the_account_is_an_error(what: str) -> None:
    solved = solved_case(plan_data(months=2), [make_reservation()])
    amounts = getattr(solved.account, what)
    wrong = amounts * 1.00001 if what == "owed" else (amounts[0] + 0.1, *amounts[1:])
    changes: dict[str, Any] = {what: wrong}
    account = replace(solved.account, **changes)
    with pytest.raises(BillDisagrees, match="differ") as error:
        make_bill(replace(solved, account=account))
    assert what in error.value.details[0]


def test_a_month_that_is_wrong_is_found_though_the_sum_is_right() -> None:
    solved = solved_case(plan_data(months=2), [make_reservation()])
    first, second = solved.account.cash
    account = replace(solved.account, cash=(first - 1, second + 1))
    with pytest.raises(BillDisagrees):
        make_bill(replace(solved, account=account))
