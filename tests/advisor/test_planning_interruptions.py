"""Spot hours that interruptions cost a job with checkpoints."""

from decimal import Decimal
from math import exp, log
from typing import Any

import pytest

from advisor.demand.parse import parse_plan
from advisor.demand.workload import Workload
from advisor.planning.interruptions import UNKNOWN_FRACTION, interruptions_per_hour, lost_fraction
from advisor.planning.result import Result
from providers.offers import Offer, Purchase
from tests.advisor.planning_cases import case_of, near, plan_data, plan_text, result_of
from tests.factories import make_offer

HOUR = 730
SAVED = {"interval_minutes": 120, "restart_minutes": 60}
# when 25 % are taken in a month: each interruption costs 60 + 60 minutes
LOST = -log(0.75) / HOUR * 2


def job(**changes: Any) -> dict[str, Any]:
    """Work of `total` hours of H100 that spot may do alone."""
    return {
        "name": "job",
        "kind": "training",
        "demand": {"unit": "accelerator_hours", "total": {"H100": 8 * HOUR}},
        "interruptible_fraction": 1,
        "checkpoint": SAVED,
    } | changes


def spot(**changes: Any) -> Offer:
    values = {
        "purchase": Purchase.SPOT,
        "price_per_hour": Decimal(10),
        "interruption_fraction": Decimal("0.25"),
    }
    return make_offer(**(values | changes))


def workload(**changes: Any) -> Workload:
    return parse_plan(plan_text(job(**changes)), source="plan.yaml").workloads[0]


def told(result: Result) -> dict[str, str]:
    return {
        w.code: w.message
        for w in result.warnings
        if w.code in ("spot_hours_lost", "spot_interruption_assumed")
    }


def test_a_steady_rate_takes_the_stated_share_of_machines_in_a_month() -> None:
    for fraction in (0.01, 0.05, 0.25, 0.9):
        left = exp(-interruptions_per_hour(fraction) * HOUR)
        assert 1 - left == pytest.approx(fraction)
    assert interruptions_per_hour(0) == 0
    assert interruptions_per_hour(1) == interruptions_per_hour(0.99) == pytest.approx(-log(0.01) / HOUR)


def test_an_interruption_costs_half_an_interval_and_a_restart() -> None:
    for interval, restart in ((120, 60), (30, 10), (1440, 0)):
        checkpoint = {"interval_minutes": interval, "restart_minutes": restart}
        expected = -log(0.75) / HOUR * (interval / 2 + restart) / 60
        assert lost_fraction(workload(checkpoint=checkpoint), 0.25, 8) == pytest.approx(expected)
    assert lost_fraction(workload(checkpoint=None), 0.25, 8) == 0
    assert lost_fraction(workload(), None, 8) == 0
    assert lost_fraction(workload(), 0, 8) == 0


def test_a_gang_stops_when_any_of_its_machines_is_taken_and_no_more_than_all_is_lost() -> None:
    assert lost_fraction(workload(gang=8), 0.25, 8) == pytest.approx(LOST)
    assert lost_fraction(workload(gang=32), 0.25, 8) == pytest.approx(4 * LOST)
    assert lost_fraction(workload(gang=33), 0.25, 8) == pytest.approx(5 * LOST)
    assert lost_fraction(workload(gang=100_000), 0.99, 8) == 1


def test_only_spot_offers_do_less_work() -> None:
    case = case_of(plan_data(job()), [make_offer(), spot()])
    amounts = case.problem.workloads[0].units_per_hour
    plain, taken = "aws/eu-central-1/p5.48xlarge/8xH100", "aws/eu-central-1/p5.48xlarge/8xH100/spot"
    assert amounts == {plain: near(1 / HOUR), taken: near((1 - LOST) / HOUR)}
    machines = {option.spot: option.machine.key for option in case.problem.elastic}
    assert machines == {False: plain, True: taken}


def test_without_checkpoint_spot_is_served_as_bought() -> None:
    case = case_of(plan_data(job(checkpoint=None)), [make_offer(), spot()])
    assert case.problem.workloads[0].units_per_hour == {"aws/eu-central-1/p5.48xlarge/8xH100": near(1 / HOUR)}


def test_lost_hours_are_paid_and_the_work_that_is_done_counts() -> None:
    # two machines: one would do 1 - LOST of the work in the month; both run the whole of it
    result = result_of(plan_data(job()), [spot()])
    assert result.objective_npv == near(2 * HOUR * 10)
    assert sum(row.delivered_units for row in result.usage) == pytest.approx(8 * HOUR)
    assert result_of(plan_data(job(checkpoint=None)), [spot()]).objective_npv == near(HOUR * 10)
    (cost,) = result.unit_costs
    assert cost.npv_per_unit == near(2 * HOUR * 10 / (8 * HOUR))


def test_what_is_not_interruptible_makes_up_for_a_little_that_is_lost() -> None:
    # one spot machine and, for the rest, the dear small one on demand: cheaper than a second spot machine
    small = make_offer(instance_type="one", accelerator_count=Decimal(1), price_per_hour=Decimal(7))
    result = result_of(plan_data(job()), [spot(), small])
    assert 8 * LOST < 1
    assert result.objective_npv == near(HOUR * 10 + HOUR * 7)
    by_offer = {row.offer.rpartition("/")[2]: row.delivered_units for row in result.usage}
    assert sum(by_offer.values()) == pytest.approx(8 * HOUR)
    assert by_offer["spot"] <= 8 * HOUR * (1 - LOST) + 1e-6


def test_a_load_of_kind_batch_needs_more_spot_for_what_is_lost() -> None:
    load = job(kind="batch", demand={"unit": "accelerators", "constant": 8}, throughput={"H100": 1})
    assert result_of(plan_data(load), [spot()]).objective_npv == near(2 * HOUR * 10)
    assert result_of(plan_data(load | {"checkpoint": None}), [spot()]).objective_npv == near(HOUR * 10)


def test_the_result_tells_the_share_lost_and_how_it_is_worked_out() -> None:
    result = result_of(plan_data(job()), [spot()])
    share = f"{LOST * 100:.2g} %"
    assert share == "0.079 %"
    assert told(result) == {
        "spot_hours_lost": "job: share of spot hours lost to interruptions, and paid: "
        "aws/eu-central-1/p5.48xlarge/spot 0.079 %."
    }
    assert any("-ln(1 - f) / 730 an hour" in line for line in result.assumptions)
    assert not any("is not counted." in line and "Spot" in line for line in result.assumptions)


def test_an_unknown_share_is_assumed_and_that_is_a_warning() -> None:
    assert UNKNOWN_FRACTION == 0.25
    case = case_of(plan_data(job()), [spot(interruption_fraction=None)])
    (amount,) = case.problem.workloads[0].units_per_hour.values()
    assert amount == near((1 - LOST) / HOUR)
    result = result_of(plan_data(job()), [spot(interruption_fraction=None)])
    assert "assumed that 25 % of machines are taken in a month" in told(result)["spot_interruption_assumed"]
    (warning,) = [w for w in result.warnings if w.code == "spot_interruption_assumed"]
    assert warning.severity == "warning"


def test_where_only_some_jobs_are_saved_both_rules_are_told() -> None:
    result = result_of(plan_data(job(), job(name="other", checkpoint=None)), [spot()])
    assert any(
        "work without checkpoint lost to interruptions is not counted" in a for a in result.assumptions
    )
    assert any("of a job with checkpoint lose" in a for a in result.assumptions)


def test_work_in_flops_on_spot_loses_the_same_share() -> None:
    demand = {"unit": "flops", "total": 1e22, "mfu": {"H100": 0.4}}
    case = case_of(plan_data(job(demand=demand)), [make_offer(), spot()])
    plain, taken = sorted(case.problem.workloads[0].units_per_hour.values(), reverse=True)
    assert plain == near(8 * 989.4e12 * 0.4 * 3600 / 1e22)
    assert taken / plain == pytest.approx(1 - LOST)
