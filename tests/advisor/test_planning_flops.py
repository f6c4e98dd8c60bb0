"""Work in FLOPs: what each accelerator does of it, what it costs, and what is said of it."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.planning.result import Result
from optimizer.problem import WorkDemand
from providers import ACCELERATORS
from tests.advisor.planning_cases import PARTNER, SITE, case_of, near, plan_data, result_of
from tests.factories import make_cpu_offer, make_offer

# dense bf16 and fp8 peaks as the vendors' data sheets print them, TFLOP/s
H100, H100_FP8, A100, MI300X = 989.4, 1978.9, 312.0, 1307.4
HOUR = 730


def training(total: float, mfu: Any, **changes: Any) -> dict[str, Any]:
    demand = {"unit": "flops", "total": total, "mfu": mfu} | changes.pop("demand", {})
    return {"name": "pretrain", "kind": "training", "demand": demand} | changes


def amd(**changes: Any) -> Any:
    values = {"instance_type": "amd.8", "accelerator": "MI300X", "accelerator_memory_gib": Decimal(192)}
    return make_offer(**(values | changes))


def codes(result: Result) -> list[str]:
    return [warning.code for warning in result.warnings]


def message(result: Result, code: str) -> str:
    (found,) = [warning.message for warning in result.warnings if warning.code == code]
    return found


def units(case: Any) -> dict[str, float]:
    """Fraction of all the work that one machine does in an hour, by accelerator."""
    found = case.problem.workloads[0].units_per_hour
    return {key.rpartition("x")[2]: amount for key, amount in found.items()}


def test_a_machine_does_peak_times_mfu_of_each_of_its_accelerators() -> None:
    case = case_of(plan_data(training(3.8e24, 0.4, headroom=0.25)), [make_offer(), amd()])
    assert units(case) == {
        "H100": near(8 * H100 * 1e12 * 0.4 * 3600 / 3.8e24),
        "MI300X": near(8 * MI300X * 1e12 * 0.4 * 3600 / 3.8e24),
    }
    demand = case.problem.workloads[0].demand
    assert isinstance(demand, WorkDemand)
    assert demand.total == near(1.25)


def test_fp8_counts_the_fp8_peak_and_leaves_out_what_has_none() -> None:
    old = make_offer(instance_type="p4de", accelerator="A100-80GB")
    data = plan_data(training(1e24, 0.3, demand={"precision": "fp8"}))
    case = case_of(data, [make_offer(), old])
    assert units(case) == {"H100": near(8 * H100_FP8 * 1e12 * 0.3 * 3600 / 1e24)}
    small = plan_data(training(1e21, 0.3, demand={"precision": "fp8"}))
    assert "no fp8 peak is known for them: A100-80GB." in message(
        result_of(small, [make_offer(), old]), "flops_peak_unknown"
    )


def test_mfu_by_accelerator_lets_in_those_it_names_and_a_member_beats_its_family() -> None:
    offers = [make_offer(), amd(), make_offer(instance_type="p4de", accelerator="A100-80GB")]
    case = case_of(plan_data(training(1e24, {"H100": 0.42, "A100": 0.5, "A100-80GB": 0.25})), offers)
    assert units(case) == {
        "H100": near(8 * H100 * 1e12 * 0.42 * 3600 / 1e24),
        "A100-80GB": near(8 * A100 * 1e12 * 0.25 * 3600 / 1e24),
    }


def test_the_bill_is_the_hours_that_the_work_takes_and_its_unit_is_1e21_flop() -> None:
    # on demand, in one month: the machines run for 1e23 / (8 x 989.4e12 x 0.4 x 3600) = 8,773.5 machine-hours
    total = 1e23
    hours = total / (8 * H100 * 1e12 * 0.4 * 3600)
    assert hours == pytest.approx(8773.5, abs=0.1)
    result = result_of(plan_data(training(total, {"H100": 0.4})), [make_offer()])
    # whole machines for the one block of the month: 8,773.5 / 730 = 12.02, so 13 of them
    assert result.objective_npv == near(13 * HOUR * 50)
    (cost,) = result.unit_costs
    assert cost.unit == "USD per 1e21 FLOP"
    assert cost.npv_per_unit == near(13 * HOUR * 50 / (total / 1e21), within=1e-6)
    assert sum(row.delivered_units for row in result.usage) == pytest.approx(total)
    assert result.load is not None
    assert {row.unit for row in result.load.months} == {"accelerators"}


def test_headroom_is_delivered_but_no_output() -> None:
    result = result_of(plan_data(training(1e22, {"H100": 0.4}, headroom=0.5)), [make_offer()])
    assert sum(row.delivered_units for row in result.usage) == pytest.approx(1.5e22)
    (cost,) = result.unit_costs
    assert result.objective_npv is not None
    assert cost.npv_per_unit == pytest.approx(result.objective_npv / 10)


def test_the_same_work_in_flops_and_in_hours_costs_the_same() -> None:
    offers = [make_offer(), amd(price_per_hour=Decimal(45))]
    mfu = {"H100": 0.4, "MI300X": 0.3}
    total = 5e23
    hours = {
        "H100": total / (H100 * 1e12 * 0.4 * 3600),
        "MI300X": total / (MI300X * 1e12 * 0.3 * 3600),
    }
    by_hours = {
        "name": "pretrain",
        "kind": "training",
        "demand": {"unit": "accelerator_hours", "total": hours},
        "window": {"deadline": "2027-02"},
    }
    by_flops = training(total, mfu, window={"deadline": "2027-02"})
    costs = [result_of(plan_data(w, months=3), offers).objective_npv for w in (by_hours, by_flops)]
    assert costs[0] == pytest.approx(costs[1], rel=1e-6)


def test_the_result_says_what_was_assumed_of_each_accelerator_and_its_source() -> None:
    result = result_of(plan_data(training(1e22, 0.4)), [make_offer(), amd(), make_cpu_offer()])
    said = [line for line in result.assumptions if line.startswith("pretrain: one ")]
    assert said == [
        "pretrain: one H100 does 395.8 TFLOP/s = dense bf16 peak 989.4 TFLOP/s "
        f"({ACCELERATORS['H100'].source_url}) × MFU 0.4.",
        "pretrain: one MI300X does 523 TFLOP/s = dense bf16 peak 1,307 TFLOP/s "
        f"({ACCELERATORS['MI300X'].source_url}) × MFU 0.4.",
    ]
    assert "MFU 0.4 is taken for every accelerator" in message(result, "flops_one_mfu")


def test_accelerators_of_unknown_peak_are_named_and_left_out() -> None:
    partner = PARTNER | {"accelerator": "HomeChip", "price_per_hour": 1}
    fpga = make_offer(instance_type="f1", accelerator="FPGA-VU9P", price_per_hour=Decimal(1))
    abroad = make_offer(instance_type="f1", accelerator="FPGA-VU9P", region="us-east-1", country="US")
    data = plan_data(
        training(1e22, 0.4, residency={"allow": ["EU"]}), capacity={"partners": [partner], "sites": [SITE]}
    )
    result = result_of(data, [make_offer(), fpga, abroad])
    said = message(result, "flops_peak_unknown")
    assert said == (
        "pretrain: left out, because no bf16 peak is known for them: FPGA-VU9P, HomeChip. "
        "Write accelerator_hours to use them."
    )
    assert {row.accelerator for row in result.purchases} == {"H100"}
    without = result_of(
        plan_data(training(1e22, 0.4, residency={"deny": ["DE"]})), [abroad, amd(country="FR")]
    )
    assert "FPGA-VU9P" in message(without, "flops_peak_unknown")


def test_chips_made_for_inference_are_used_only_when_they_are_named() -> None:
    cheap = make_offer(instance_type="inf1.xlarge", accelerator="Inferentia1", price_per_hour=Decimal("0.1"))
    result = result_of(plan_data(training(1e21, 0.4)), [make_offer(), cheap])
    assert {row.accelerator for row in result.purchases} == {"H100"}
    assert message(result, "flops_inference_only") == (
        "pretrain: left out, because they are made for inference: Inferentia1. Write "
        "mfu by accelerator to use them."
    )
    named = result_of(plan_data(training(1e21, {"Inferentia1": 0.4})), [make_offer(), cheap])
    assert {row.accelerator for row in named.purchases} == {"Inferentia1"}
    assert "flops_inference_only" not in codes(named)


def test_offers_that_the_filters_take_away_are_not_named() -> None:
    fpga = make_offer(instance_type="f1", accelerator="FPGA-VU9P")
    data = plan_data(training(1e22, {"H100": 0.4}))
    assert codes(result_of(data, [make_offer(), fpga])) == ["idle_paid_hours"]
    filtered = plan_data(training(1e22, 0.4), capacity={"offers": {"accelerators": ["H100"]}})
    assert codes(result_of(filtered, [make_offer(), fpga])) == ["flops_one_mfu", "idle_paid_hours"]


def test_an_impossible_deadline_names_the_hours_of_the_fastest() -> None:
    site = SITE | {"servers": [SITE["servers"][0] | {"max_quantity": 1}], "opening": {"capex": 0}}
    data = plan_data(training(3.8e24, 0.4), capacity={"offers": "none", "sites": [site]})
    result = result_of(data, [make_offer()])
    assert result.conflicts is not None
    # 3.8e24 / (989.4e12 x 0.4 x 3600) = 2,667,160.8 hours; one server has 8 x 730 = 5,840: 0.2 %
    words = " ".join(conflict.relaxation for conflict in result.conflicts)
    assert "pretrain needs 2,667,161 H100 hours from 2027-01 to 2027-01" in words
    assert "0.2 % of its work can be done" in words
