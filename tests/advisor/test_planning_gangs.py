"""Gangs from a plan: held together in one region, by machines of any size; where they cannot be, in words."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from providers.offers import Purchase
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.planning_cases import (
    PARTNER,
    SITE,
    TEAM,
    case_of,
    make_reservation,
    near,
    plan_data,
    result_of,
)
from tests.factories import make_offer

HOUR = 730
PRETRAIN = {
    "name": "pretrain",
    "kind": "training",
    "demand": {"unit": "accelerator_hours", "total": {"H100": 8 * HOUR}},
    "gang": 16,
}


def test_from_a_plan_file_to_the_answer(tmp_path: Path) -> None:
    """A month's work of one machine, held together by two: both are paid for the month, and that is said."""
    prices = write_prices(tmp_path / "prices.csv", [make_offer()])
    out = tmp_path / "answer.json"
    said = advise(write_plan(tmp_path, plan_data(PRETRAIN, months=3)), prices, "--json", str(out))
    assert said.code == 0, said.err
    answer = json.loads(out.read_text("utf-8"))
    assert (answer["status"], answer["objective_npv"]) == ("optimal", near(2 * 50 * HOUR))
    (bought,) = answer["purchases"]
    assert (bought["purchase"], bought["quantity"], bought["instance_hours"]) == (
        "on_demand",
        2,
        near(2 * HOUR),
    )
    (used,) = answer["usage"]
    assert (used["delivered_units"], used["instance_hours"]) == (near(8 * HOUR), near(2 * HOUR))
    (held,) = [w for w in answer["warnings"] if w["code"] == "gang_held"]
    assert held["severity"] == "info"
    assert held["message"] == (
        "pretrain: its gang of 16 is held together, H100 at aws/eu-central-1 in "
        f"{used['month']}; what is rented by the hour to hold it is paid in all their hours, at work or not."
    )


def test_a_gang_of_one_machine_asks_for_nothing() -> None:
    assert case_of(plan_data(PRETRAIN | {"gang": 8}), [make_offer()]).problem.workloads[0].gang is None
    result = result_of(plan_data(PRETRAIN | {"gang": 8}), [make_offer()])
    assert result.objective_npv == near(50 * HOUR)
    assert not [w for w in result.warnings if w.code == "gang_held"]


def test_smaller_machines_of_a_region_hold_a_gang_together() -> None:
    small = make_offer(instance_type="small", accelerator_count=Decimal(4), price_per_hour=Decimal(1))
    elsewhere = make_offer(
        instance_type="small", region="eu-west-1", country="IE", accelerator_count=Decimal(4),
        price_per_hour=Decimal("0.1"), max_quantity=1,
    )  # fmt: skip
    # two small ones of one region do what one of 50 USD does; one at a tenth elsewhere is no part of it
    result = result_of(plan_data(TEAM | {"gang": 8}), [make_offer(), small, elsewhere])
    assert result.objective_npv == near(2 * HOUR)


def test_each_type_region_site_and_partner_is_a_pool_of_its_own() -> None:
    site = SITE | {"name": "colo"}
    offers = [
        make_offer(),
        make_offer(instance_type="half", accelerator_count=Decimal(4), zone="eu-central-1a"),
    ]
    offers.append(make_offer(accelerator="H200", instance_type="p5e.48xlarge"))
    data = plan_data(
        TEAM | {"gang": 16, "throughput": {"H100": 1, "H200": 1}},
        capacity={"sites": [site], "partners": [PARTNER]},
    )
    gang = case_of(data, offers).problem.workloads[0].gang
    assert gang is not None
    assert gang.accelerators == 16
    assert sorted(gang.pools.values()) == [
        "aws/eu-central-1/H100", "aws/eu-central-1/H100", "aws/eu-central-1/H200", "own/colo/H100",
        "partner/uni/H100",
    ]  # fmt: skip


def test_a_partners_machine_can_hold_a_gang_that_no_offer_can() -> None:
    partner = PARTNER | {"accelerator_count": 16, "fixed_per_month": 0}
    data = plan_data(TEAM | {"gang": 9}, capacity={"partners": [partner]})
    # one machine of 16 serves the 8: 10 USD an hour
    assert result_of(data, [make_offer()]).objective_npv == near(10 * HOUR)


def test_reservations_and_on_demand_hold_a_gang_side_by_side() -> None:
    # chat has one machine reserved anyhow (3000 + 10 an hour, in all 24,900 for three months, against 36,500
    # a month on demand); in the month of pretrain a second one on demand completes the gang
    reserved = make_reservation(max_quantity=1, upfront=Decimal(3000))
    result = result_of(plan_data(TEAM, PRETRAIN, months=3), [make_offer(), reserved])
    chat, beside = 3000 + 10 * HOUR * 3, 50 * HOUR
    assert result.objective_npv == near(chat + beside)


@pytest.mark.parametrize("days", [14.5, 30.5])
def test_a_capacity_block_holds_a_gang_for_as_long_as_it_lasts(days: float) -> None:
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    block = make_offer(
        purchase=Purchase.CAPACITY_BLOCK,
        price_per_hour=Decimal(20),
        available_from=begin,
        available_until=begin + timedelta(days=days),
    )
    job = PRETRAIN | {"demand": {"unit": "accelerator_hours", "total": {"H100": 2000}}}
    result = result_of(plan_data(job), [make_offer(), block])
    # two machines for the block's share of the month's 730 hours; 2000 accelerator-hours fit 16 x 341
    assert result.objective_npv == near(2 * 20 * HOUR * days / 31)


def test_a_gang_that_nowhere_can_be_held_is_told_in_words() -> None:
    few = make_offer(max_quantity=4)
    fewer = make_offer(region="us-east-1", country="US", max_quantity=2)
    result = result_of(plan_data(PRETRAIN | {"gang": 512}), [few, fewer])
    assert result.status == "infeasible"
    assert result.conflicts is not None
    (row,) = result.conflicts
    assert (row.limit, row.where, row.needed, row.available) == ("workloads[0].gang", "pretrain", 512, 32)
    assert row.unit == "accelerators held together"
    assert row.relaxation == (
        "pretrain needs 512 H100 at once in one region; at most 32 can be held together "
        "(H100 at aws/eu-central-1)."
    )


def test_money_that_does_not_suffice_for_a_gang_is_told_with_it() -> None:
    data = plan_data(PRETRAIN, limits={"cash_per_month": 50_000})
    result = result_of(data, [make_offer()])
    assert result.status == "infeasible"
    assert result.conflicts is not None
    rows = {row.limit: row for row in result.conflicts}
    assert rows["limits.cash_per_month"].needed == near(2 * 50 * HOUR, within=1)
    assert "16 at once in one region" in rows["workloads[0].demand"].relaxation


def test_a_gang_of_accelerators_that_nobody_has_is_impossible_and_not_bad_input() -> None:
    other = make_offer(accelerator="A100-80GB")
    assert result_of(plan_data(TEAM | {"gang": 8}), [other]).status == "infeasible"
