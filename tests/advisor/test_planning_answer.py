"""From the text of a plan to a result: every figure of small plans worked out by hand."""

from decimal import Decimal

from tests.advisor.planning_cases import (
    PARTNER,
    SITE,
    TEAM,
    make_reservation,
    near,
    plan_data,
    result_of,
)
from tests.factories import make_offer

HOUR = 730
P5 = "aws/eu-central-1/p5.48xlarge"


def test_a_month_on_demand_is_told_completely() -> None:
    result = result_of(plan_data(), [make_offer(source_url="https://example.org/prices")])
    assert (result.status, result.gap, result.conflicts, result.binding) == ("optimal", 0.0, None, None)
    (row,) = result.purchases
    assert row.model_dump() == {
        "offer": f"{P5}/on_demand",
        "provider": "aws",
        "region": "eu-central-1",
        "country": "DE",
        "instance_type": "p5.48xlarge",
        "accelerator": "H100",
        "accelerator_count": 8.0,
        "site": None,
        "partner": None,
        "purchase": "on_demand",
        "term_months": None,
        "payment": None,
        "start": "2027-01",
        "months": 1,
        "quantity": 1,
        "quantity_unit": "machines_at_once",
        "commitment_per_hour": None,
        "instance_hours": near(HOUR),
        "npv": near(50 * HOUR),
        "cash": near(50 * HOUR),
        "price_per_hour": 50.0,
        "upfront": None,
        "source_currency": "USD",
        "source_url": "https://example.org/prices",
        "price_observed_at": "2026-11-20T00:00:00Z",
        "price_state": "listed",
        "price_book_line": None,
    }
    assert result.totals is not None
    assert result.totals.bill_total == "36500.00"
    assert result.totals.by_kind[0].model_dump() == {
        "kind": "on_demand",
        "npv": near(36_500),
        "cash": near(36_500),
    }
    assert result.time.model_dump() == {
        "blocks_per_month": 1,
        "segments": 1,
        "merged": False,
        "load_overstated_fraction": 0.0,
    }


def test_a_reservation_is_told_with_its_lock_in() -> None:
    # 10 % a year; start: 1000 + 7300; then 7300 at 1.1^(-1/12) and, owed after two months, at 1.1^(-2/12)
    factor = [1.1 ** (-month / 12) for month in range(3)]
    npv = 1000 + 7300 * sum(factor)
    result = result_of(plan_data(months=2, discount_rate=0.1), [make_reservation()])
    (row,) = result.purchases
    assert (row.offer, row.term_months, row.payment, row.upfront) == (
        f"{P5}/reserved/3m-partial",
        3,
        "partial",
        1000.0,
    )
    assert (row.months, row.quantity, row.quantity_unit, row.instance_hours) == (2, 1, "machines", None)
    assert row.npv == result.objective_npv == near(npv)
    assert result.totals is not None
    assert result.totals.cash == near(15_600)
    assert (result.totals.lock_in, result.totals.lock_in_npv) == (
        near(7300),
        near(7300 * factor[2]),
    )
    assert [month.cash for month in result.totals.by_month] == [near(8300), near(7300)]
    assert [month.month for month in result.totals.by_month] == ["2027-01", "2027-02"]


def test_a_going_concern_gets_upfront_money_back() -> None:
    result = result_of(plan_data(months=2, end_of_horizon="going_concern"), [make_reservation()])
    assert result.totals is not None
    # one of three months lies beyond: 1000 / 3 credited; its 7300 are owed, and not charged
    assert (result.totals.residual, result.totals.lock_in) == (near(1000 / 3), near(7300))
    assert result.objective_npv == near(15_600 - 1000 / 3)


def test_own_servers_are_told_with_site_people_carbon_and_what_they_are_worth() -> None:
    site = SITE | {"opening": {"capex": 1000, "monthly": 100}}
    data = plan_data(capacity={"offers": "none", "sites": [site]}, limits={"carbon_price_per_tonne": 100})
    result = result_of(data, [])
    (row,) = result.purchases
    # server 5000 + 10 + 2 kW x 1.5 x 730 h x 0.2 = 438; 1 of 2 months of life used: worth 5000 x 0.55 = 2750
    assert (row.offer, row.site, row.purchase) == ("own/colo/HGX/self_hosted", "colo", "self_hosted")
    assert (row.cash, row.npv) == (near(5448), near(5448 - 2750))
    assert (row.upfront, row.price_per_hour, row.price_state) == (5000.0, None, "quote")
    totals = result.totals
    assert totals is not None
    assert (totals.capex, totals.residual, totals.cash) == (6000.0, near(2750), near(7048))
    # 2190 kWh x 0.4 kg x (1 - 0.5) = 438 kg, at 100 a tonne 43.80
    assert (totals.carbon_tonnes, totals.carbon_charge) == (near(0.438), near(43.8))
    assert {row.kind: (row.npv, row.cash) for row in totals.by_kind} == {
        "self_hosted": (near(2698), near(5448)),
        "site": (near(1600), near(1600)),  # opening 1000, rent 100, one person 500
        "carbon": (near(43.8), 0.0),
    }
    assert sum(row.npv for row in totals.by_kind) == near(totals.npv)


def test_a_partner_is_told_by_its_name() -> None:
    result = result_of(plan_data(capacity={"offers": "none", "partners": [PARTNER]}), [])
    (row,) = result.purchases
    assert (row.offer, row.partner, row.cash) == ("partner/uni/HGX-A/partner", "uni", near(7700))
    assert (row.price_per_hour, row.price_observed_at) == (10.0, None)


def test_what_is_owned_is_told_and_costs_nothing() -> None:
    offer = make_reservation()
    result = result_of(plan_data(capacity={"owned": [{"offer": offer.offer_id, "quantity": 2}]}), [offer])
    (row,) = result.purchases
    assert (row.purchase, row.offer, row.quantity, row.cash) == ("owned", offer.offer_id, 2, 0.0)
    assert (result.objective_npv, result.gap) == (0.0, 0.0)
    assert [usage.offer for usage in result.usage] == [offer.offer_id]


def test_usage_of_what_is_billed_by_the_hour_adds_up_to_the_bill() -> None:
    small = make_offer(instance_type="p5.4xlarge", accelerator_count=Decimal(1), price_per_hour=Decimal(7))
    demand = {"unit": "accelerators", "peak": 11, "profile": "diurnal", "growth_per_month": 0.1}
    loads = [TEAM | {"demand": demand}, TEAM | {"name": "b", "headroom": 0.2}]
    offers = [make_offer(), small]
    result = result_of(plan_data(*loads, months=3), offers)
    assert result.totals is not None
    prices = {offer.offer_id: float(offer.price_per_hour) for offer in offers}
    billed = sum(usage.instance_hours * prices[usage.offer] for usage in result.usage)
    assert billed == near(result.totals.cash)
    for row in result.purchases:
        hours = sum(usage.instance_hours for usage in result.usage if usage.offer == row.offer)
        assert hours == near(row.instance_hours or 0.0)


def test_unit_costs_add_up_to_the_whole_cost() -> None:
    loads = [TEAM, TEAM | {"name": "b", "demand": {"unit": "accelerators", "constant": 5}}]
    data = plan_data(*loads, months=4, discount_rate=0.2, limits={"carbon_price_per_tonne": 50})
    result = result_of(data, [make_offer(), make_reservation()])
    assert result.totals is not None
    units = {"team": 8 * HOUR * 4, "b": 5 * HOUR * 4}
    npv = sum(row.npv_per_unit * units[row.workload] for row in result.unit_costs)
    cash = sum(row.cash_per_unit * units[row.workload] for row in result.unit_costs)
    assert (npv, cash) == (near(result.totals.npv), near(result.totals.cash))


def test_a_trace_of_a_load_is_told_with_its_machine_and_without_a_cost_per_unit() -> None:
    # one machine of eight at 50 an hour, for a millionth of a millionth of an accelerator
    trace = TEAM | {"demand": {"unit": "accelerators", "constant": 1e-12}}
    result = result_of(plan_data(trace, months=1), [make_offer()])
    assert result.totals is not None
    assert (result.totals.cash, result.unit_costs) == (near(36_500), ())


def test_baselines_say_what_is_saved() -> None:
    # reserved for its term of 3 months: 1000 + 3 x 7300 = 22,900; on demand: 3 x 36,500 = 109,500
    result = result_of(plan_data(months=3), [make_offer(), make_reservation()], baselines=True)
    rows = {row.name: row for row in result.baselines}
    assert list(rows) == [
        "all_on_demand",
        "best_single_commitment",
        "all_self_hosted",
        "all_cloud",
        "no_partner",
        "cheapest_single_provider",
    ]
    on_demand = rows["all_on_demand"]
    assert (on_demand.npv, on_demand.regret_npv) == (near(109_500), near(86_600))
    assert on_demand.regret_fraction == near(86_600 / 109_500)
    assert (rows["all_self_hosted"].status, rows["all_self_hosted"].npv) == ("not_defined", None)
    assert rows["all_cloud"].regret_npv == near(0.0, within=1.0)
    built = result.build_vs_buy
    assert (built.self_hosted_npv, built.cloud_npv) == (None, near(22_900))
    assert built.reason is not None
    assert "the plan names no site" in built.reason
    assert "Break-even: explanations, of which it is a part, were not asked for." in built.reason
