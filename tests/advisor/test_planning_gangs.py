"""A gang must fit one machine: wider ones are refused, smaller machines are left out and that is said."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.planning_cases import PARTNER, TEAM, near, plan_data, result_of
from tests.factories import make_offer

HOUR = 730


@pytest.mark.parametrize("gang", [9, 512])
def test_a_gang_wider_than_the_largest_machine_is_refused_with_its_size(tmp_path: Path, gang: int) -> None:
    prices = write_prices(
        tmp_path / "prices.csv",
        [
            make_offer(),
            make_offer(instance_type="small", accelerator_count=Decimal(4)),
            make_offer(instance_type="other", accelerator="A100-80GB", accelerator_count=Decimal(16)),
        ],
    )
    said = advise(write_plan(tmp_path, plan_data(TEAM | {"gang": gang})), prices)
    assert (said.code, said.out) == (2, "")
    assert f"workloads[0].gang: {gang}" in said.first
    assert "not supported yet" in said.err
    assert "the largest here has 8 accelerators" in said.err


def test_a_partners_machine_can_hold_a_gang_that_no_offer_can() -> None:
    partner = PARTNER | {"accelerator_count": 16, "fixed_per_month": 0}
    data = plan_data(TEAM | {"gang": 9}, capacity={"partners": [partner]})
    # one machine of 16 serves the 8: 10 USD an hour
    assert result_of(data, [make_offer()]).objective_npv == near(10 * HOUR)


def test_a_gang_that_fits_leaves_out_smaller_machines_and_says_so() -> None:
    small = make_offer(instance_type="small", accelerator_count=Decimal(4), price_per_hour=Decimal(1))
    elsewhere = make_offer(instance_type="other", accelerator="A100-80GB", accelerator_count=Decimal(4))
    result = result_of(plan_data(TEAM | {"gang": 8}), [make_offer(), small, elsewhere])
    # two small ones would cost 2 USD an hour; a gang of 8 needs the machine of 50
    assert result.objective_npv == near(50 * HOUR)
    (warning,) = result.warnings
    assert (warning.code, warning.severity) == ("gang_within_one_machine", "info")
    assert warning.message == (
        "team: its gang of 8 runs within one machine; 1 offer with fewer accelerators left out."
    )


def test_a_gang_of_accelerators_that_nobody_has_is_impossible_and_not_bad_input() -> None:
    other = make_offer(accelerator="A100-80GB")
    assert result_of(plan_data(TEAM | {"gang": 8}), [other]).status == "infeasible"
