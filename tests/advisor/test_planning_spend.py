"""Spend commitments from price rows to a result: every figure worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.planning.summary import summary, terms
from providers.offers import Offer, Payment, Purchase
from tests.advisor.planning_cases import (
    TEAM,
    case_of,
    make_reservation,
    near,
    plan_data,
    result_of,
)
from tests.factories import NOW, make_offer

P5 = "aws/eu-central-1/p5.48xlarge"
SP = "aws-compute-sp-1m-none"


def make_rate(family: str = SP, price: object = 30, **changes: Any) -> Offer:
    """A discounted rate of a machine of eight H100 under a plan."""
    terms = {"purchase": Purchase.SPEND_COMMITMENT, "commitment_family": family}
    return make_offer(**(terms | {"price_per_hour": Decimal(str(price))} | changes))


def two_levels(peak: int, low: float, name: str = "team") -> dict[str, Any]:
    """`peak` accelerators for 12 hours of every day, else that times `low`."""
    day = [1.0] * 12 + [low] * 12
    demand = {"unit": "accelerators", "peak": peak, "profile": {"weekday": day, "weekend": day}}
    return TEAM | {"name": name, "demand": demand}


def test_a_base_is_committed_to_and_the_rest_runs_on_demand() -> None:
    # 16 H100 by day, 8 by night: one machine at 30 committed (30 * 730), the other on demand (50 * 365).
    # two committed would cost 60 * 730 = 43,800; none 50 * 1095 = 54,750
    result = result_of(plan_data(two_levels(16, 0.5)), [make_offer(), make_rate(source_url="https://e.org/")])
    assert result.objective_npv == near(30 * 730 + 50 * 365)
    made, rented = result.purchases
    assert made.model_dump() == {
        "offer": f"aws/*/*/spend_commitment/{SP}",
        "provider": "aws",
        "region": "*",
        "country": "DE",
        "instance_type": "*",
        "accelerator": None,
        "accelerator_count": None,
        "site": None,
        "partner": None,
        "purchase": "spend_commitment",
        "term_months": 1,
        "payment": "none",
        "start": "2027-01",
        "months": 1,
        "quantity": 1,
        "quantity_unit": "commitments",
        "commitment_per_hour": near(30),
        "instance_hours": None,
        "npv": near(30 * 730),
        "cash": near(30 * 730),
        "price_per_hour": None,
        "upfront": None,
        "source_currency": "USD",
        "source_url": "https://e.org/",
        "price_observed_at": "2026-11-20T00:00:00Z",
        "price_state": "listed",
        "price_book_line": None,
    }
    assert (rented.offer, rented.quantity, rented.quantity_unit) == (f"{P5}/on_demand", 2, "machines_at_once")
    assert (rented.instance_hours, rented.cash) == (near(1095), near(50 * 365))
    hours = {row.commitment: row.instance_hours for row in result.usage}
    assert hours == {f"aws/*/*/spend_commitment/{SP}": near(730), None: near(365)}
    assert {row.offer for row in result.usage} == {f"{P5}/on_demand"}
    assert result.totals is not None
    assert result.totals.bill_total == "40150.00"
    kinds = {row.kind: row.cash for row in result.totals.by_kind}
    assert kinds == {"spend_commitment": near(21_900), "on_demand": near(18_250)}
    assert [w for w in result.warnings if w.code == "provider_bills_otherwise"] == []
    assert result.load is not None
    held = {row.kind: row.accelerators for row in result.load.held}
    assert held == {"spend_commitment": 8, "on_demand": 8}


def test_it_is_told_in_words_as_money_never_as_machines() -> None:
    result = result_of(plan_data(two_levels(16, 0.5)), [make_offer(), make_rate(price="30.456")])
    lines = summary(result, now=NOW)
    text = " ".join(lines)
    assert text.startswith(
        f"Commit 30.46 USD per hour for 1 month under {SP} from 2027-01 and rent up to 2 ×"
    )
    assert any("30.46 USD/h" in line for line in lines)
    (row, _) = result.purchases
    assert terms(row) == "1 month, no upfront"
    assert f"  /h: commit 30.46 USD per hour for 1 month under {SP}, used or not" in lines
    assert any(line.strip().startswith("spend commitments") for line in lines)


def test_covered_hours_share_in_the_cost_of_the_commitment_alone() -> None:
    # two teams of one machine each, day and night; one machine is bought 30 cheaper for both: each pays half
    result = result_of(
        plan_data(TEAM, TEAM | {"name": "other"}),
        [make_offer(), make_rate()],
    )
    assert result.objective_npv == near(2 * 30 * 730)
    assert [row.cash_per_unit for row in result.unit_costs] == [near(30 / 8), near(30 / 8)]


@pytest.mark.parametrize(
    ("payment", "upfront", "months"),
    [
        # 12 months at 30: 262,800 in all
        ("none", 0, [21_900, 21_900]),
        ("partial", 131_400, [131_400 + 10_950, 10_950]),
        ("all", 262_800, [262_800, 0]),
    ],
)
def test_payment_is_upfront_in_part_or_all(payment: str, upfront: float, months: list[float]) -> None:
    # one machine; a year's on demand price of 2,000 for two months leaves no doubt
    offers = [make_offer(price_per_hour=Decimal(2000)), make_rate(f"aws-compute-sp-1y-{payment}")]
    result = result_of(plan_data(months=2), offers)
    (made,) = (row for row in result.purchases if row.purchase == "spend_commitment")
    assert (made.payment, made.upfront or 0, made.term_months) == (payment, near(upfront), 12)
    assert result.totals is not None
    assert [row.cash for row in result.totals.by_month] == [near(cash) for cash in months]
    assert result.totals.lock_in == near(262_800 - sum(months))


def test_a_going_concern_is_credited_the_money_paid_for_months_beyond() -> None:
    offers = [make_offer(price_per_hour=Decimal(2000)), make_rate("aws-compute-sp-1y-all")]
    result = result_of(plan_data(months=2, end_of_horizon="going_concern"), offers)
    assert result.totals is not None
    assert (result.totals.cash, result.totals.residual) == (near(262_800), near(262_800 * 10 / 12))
    assert result.objective_npv == near(262_800 * 2 / 12)


def test_rates_in_another_currency_are_committed_in_the_plans() -> None:
    offers = [make_offer(), make_rate(price=20, currency="EUR")]
    result = result_of(plan_data(exchange_rates={"EUR": 1.1}), offers)
    (made,) = (row for row in result.purchases if row.purchase == "spend_commitment")
    assert (made.commitment_per_hour, made.source_currency) == (near(22), "EUR")
    assert result.objective_npv == near(22 * 730)


def test_two_families_of_machines_share_a_compute_plan_but_not_an_ec2_plan() -> None:
    p4 = {"instance_type": "p4d.24xlarge", "accelerator": "A100-40GB"}
    other = TEAM | {"name": "old", "throughput": {"A100-40GB": 1}}
    offers = [make_offer(), make_offer(price_per_hour=Decimal(20), **p4)]
    compute = [make_rate(), make_rate(price=12, **p4)]
    ec2 = [make_rate("aws-ec2-sp-1m-none", 28), make_rate("aws-ec2-sp-1m-none", 11, **p4)]
    data = plan_data(TEAM, other)
    shared = case_of(data, offers + compute).problem.spend_plans
    assert [(plan.key, plan.rates) for plan in shared] == [
        (f"aws/*/*/spend_commitment/{SP}", {f"{P5}/on_demand": 30, offers[1].offer_id: 12})
    ]
    bound = case_of(data, offers + ec2).problem.spend_plans
    name = "spend_commitment/aws-ec2-sp-1m-none"
    assert {plan.key: list(plan.rates.values()) for plan in bound} == {
        f"aws/eu-central-1/p4d.*/{name}": [11],
        f"aws/eu-central-1/p5.*/{name}": [28],
    }
    assert all(plan.narrow for plan in bound)
    assert result_of(data, offers + compute + ec2).objective_npv == near((28 + 11) * 730)


@pytest.mark.parametrize(
    ("family", "fields", "expected"),
    [
        ("aws-compute-sp-1y-none", {}, (12, 0.0)),
        ("aws-compute-sp-3y-all", {}, (36, 1.0)),
        ("flex-cud-18m-partial", {}, (18, 0.5)),
        ("azure-savings-plan-3y", {}, (36, 0.0)),
        ("anything", {"term_months": 24, "payment": Payment.ALL}, (24, 1.0)),
        ("odd-1y-none", {"term_months": 36}, (36, 0.0)),  # the row's own fields come first
    ],
)
def test_term_and_payment_are_of_the_row_or_of_the_name(
    family: str, fields: dict[str, Any], expected: tuple[int, float]
) -> None:
    (plan,) = case_of(plan_data(), [make_offer(), make_rate(family, **fields)]).problem.spend_plans
    assert (plan.term_months, plan.upfront_fraction) == expected


def test_a_name_that_does_not_say_the_terms_gets_them() -> None:
    rates = [
        make_rate("anything", term_months=24, payment=Payment.ALL),
        make_rate("anything", 31, term_months=24, payment=Payment.NONE, region="eu-west-1"),
        make_rate("euro-1y", 20, currency="EUR"),
        make_rate("euro-1y", 20, region="eu-west-1"),
    ]
    case = case_of(plan_data(exchange_rates={"EUR": 1.1}), [make_offer(), *rates])
    assert sorted(plan.key for plan in case.problem.spend_plans) == [
        "aws/*/*/spend_commitment/anything/24m-all",
        "aws/*/*/spend_commitment/anything/24m-none",
        "aws/*/*/spend_commitment/euro-1y/EUR",
        "aws/*/*/spend_commitment/euro-1y/USD",
    ]


def test_rates_without_a_term_or_with_too_long_a_term_are_left_out_by_name() -> None:
    offers = [make_offer(), make_rate("mystery", 1), make_rate("aws-compute-sp-3y-none", 1)]
    result = result_of(plan_data(limits={"commitment_months_max": 12}), offers)
    assert [row.purchase for row in result.purchases] == ["on_demand"]
    warnings = {row.code: (row.severity, row.message) for row in result.warnings}
    severity, message = warnings["left_out_spend_without_term"]
    assert (severity, f"{P5}/spend_commitment/mystery" in message) == ("warning", True)
    assert warnings["left_out_long_commitment"][0] == "info"


def test_a_machine_sold_under_a_plan_only_is_covered_whole() -> None:
    # nothing on demand is allowed: 16 H100 by day, 8 by night, at 30 an hour for 60 committed
    data = plan_data(
        two_levels(16, 0.5), capacity={"offers": {"purchases": ["reserved", "spend_commitment"]}}
    )
    result = result_of(data, [make_offer(), make_rate()])
    made, machines = sorted(result.purchases, key=lambda row: -row.npv)
    assert (made.commitment_per_hour, result.objective_npv) == (near(60), near(60 * 730))
    assert (machines.offer, machines.quantity, machines.quantity_unit, machines.cash) == (
        f"{P5}/spend_commitment/{SP}",
        2,
        "machines_at_once",
        0.0,
    )
    assert sum(row.instance_hours for row in result.usage) == near(1095)
    assert "under spend commitments" in " ".join(summary(result, now=NOW))
    (only,) = case_of(data, [make_offer(), make_rate()]).problem.elastic
    assert only.covered_only


def test_azure_takes_the_lower_of_the_two_prices() -> None:
    place: dict[str, Any] = {
        "provider": "azure",
        "region": "westeurope",
        "instance_type": "Standard_ND96isr_H100_v5",
    }
    offers = [
        make_offer(price_per_hour=Decimal(20), **place),
        make_rate("azure-savings-plan-1y", 30, **place),
    ]
    (plan,) = case_of(plan_data(), offers).problem.spend_plans
    assert list(plan.rates.values()) == [20.0]


def test_the_single_commitment_to_compare_with_may_be_one_to_spend() -> None:
    offers = [make_offer(), make_rate(), make_reservation(price_per_hour=Decimal(40), term_months=1)]
    result = result_of(plan_data(two_levels(16, 0.5)), offers, baselines=True)
    best = next(row for row in result.baselines if row.name == "best_single_commitment")
    assert best.npv == near(30 * 730 + 50 * 365)
    assert best.note == f"30.00 an hour to aws/*/*/spend_commitment/{SP}"
    on_demand = next(row for row in result.baselines if row.name == "all_on_demand")
    assert on_demand.npv == near(50 * 1095)


def test_stale_rates_in_use_are_told() -> None:
    old = make_rate(observed_at=NOW.replace(year=2025))
    result = result_of(plan_data(), [make_offer(), old])
    (warning,) = (row for row in result.warnings if row.code == "stale_price")
    assert old.offer_id in warning.message
