"""What a sweep changes in a plan: exactly that, and nothing else."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.demand.parse import parse_plan
from advisor.errors import BadInput
from advisor.sweeps.drivers import has_effect, places
from advisor.sweeps.paths import at, find, put
from advisor.sweeps.variations import Variation, as_json, plan_data, varied, varied_text
from tests.advisor.demand_examples import CONTRACT

SITES = """\
schema: 1
start: 2027-01
months: 12
discount_rate: 0.08
workloads:
  - {name: a, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
  - {name: b, kind: inference, demand: {unit: tokens_per_second, peak: 100.1}, throughput: {H100: 1}}
  - {name: c, kind: training, demand: {unit: accelerator_hours, total: {H100: 300, H200: 215}}}
capacity:
  sites:
    - name: Room
      country: DE
      opening: {capex: 900000.05}
      power: {price_per_kwh: 0.19}
      servers:
        - {instance_type: HGX, accelerator: H100, accelerator_count: 8, capex: "310000", power_kw: 10,
           life_months: 48}
"""


def scaled(driver: str, factor: float, text: str = SITES) -> dict[str, Any]:
    return varied(plan_data(text), Variation(label="x", factors={driver: factor}))


@pytest.mark.parametrize(
    ("driver", "path", "value"),
    [
        ("demand", "workloads[0].demand.constant", Decimal("9.6")),
        ("demand", "workloads[1].demand.peak", Decimal("120.12")),
        ("demand", "workloads[2].demand.total.H200", Decimal("258.0")),
        ("power_price", "capacity.sites[0].power.price_per_kwh", Decimal("0.228")),
        ("capex", "capacity.sites[0].opening.capex", Decimal("1080000.06")),
        ("capex", "capacity.sites[0].servers[0].capex", Decimal("372000.0")),
        ("discount_rate", "discount_rate", Decimal("0.096")),
    ],
)
def test_a_driver_scales_its_figures_exactly_and_no_others(driver: str, path: str, value: Decimal) -> None:
    before, after = plan_data(SITES), scaled(driver, 1.2)
    assert at(after, find(after, path)) == value
    for place in places(before, driver):
        put(after, place, at(before, place))
    assert after == before
    assert before == plan_data(SITES)


def test_the_varied_text_is_a_plan_with_the_same_exact_figures() -> None:
    text = varied_text(SITES, Variation(label="x", changes={"limits.capex_total": 5000000.5}))
    plan = parse_plan(text.encode(), source="plan")
    assert plan.limits.capex_total == Decimal("5000000.5")
    same = parse_plan(SITES.encode(), source="plan")
    assert plan.capacity == same.capacity
    assert plan.workloads == same.workloads


def test_the_whole_of_the_contract_s_plan_comes_through_as_json() -> None:
    data = plan_data(CONTRACT)
    assert plan_data(as_json(data)) == data


def test_what_changes_nothing_leaves_the_text_as_it_was_written() -> None:
    assert varied_text(SITES, Variation(label="x", factors={"cloud_prices": 1.5, "demand": 1.0})) == SITES


def test_cloud_prices_are_no_figure_of_the_plan() -> None:
    assert Variation(label="x", factors={"cloud_prices": 0.5}).price_factor == 0.5
    assert places(plan_data(SITES), "cloud_prices") == ()
    assert has_effect(plan_data(SITES), "cloud_prices")
    assert not has_effect(plan_data(SITES + "  offers: none\n"), "cloud_prices")


def test_a_discount_rate_of_nothing_cannot_be_scaled() -> None:
    assert not has_effect(plan_data(SITES.replace("0.08", "0")), "discount_rate")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("limits.capex_total", ("limits", "capex_total")),
        ("workloads[b].demand.peak", ("workloads", 1, "demand", "peak")),
        ("workloads[1].demand.peak", ("workloads", 1, "demand", "peak")),
        ("capacity.sites[Room].servers[HGX].capex", ("capacity", "sites", 0, "servers", 0, "capex")),
        ("workloads[a].throughput.A100-80GB", ("workloads", 0, "throughput", "A100-80GB")),
    ],
)
def test_paths_lead_by_number_or_name(path: str, found: tuple[str | int, ...]) -> None:
    assert find(plan_data(SITES), path) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "path (empty): write it as in limits.capex_total"),
        ("[0]", "write it as in"),
        ("a..b", "write it as in"),
        ("workloads[9].name", "workloads has no item 9; there is a, b, c"),
        ("workloads[z].name", "workloads has no item z; there is a, b, c"),
        ("months[0]", "months is no list"),
        ("months.first", "months has no fields"),
        ("x" * 301, "at most 300 characters"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_what_is_there(path: str, said: str) -> None:
    with pytest.raises(BadInput, match="path ") as caught:
        find(plan_data(SITES), path)
    assert said in caught.value.message


def test_null_takes_a_field_out() -> None:
    data = varied(plan_data(SITES), Variation(label="x", changes={"discount_rate": None}))
    assert "discount_rate" not in data


def test_changes_come_before_factors() -> None:
    variation = Variation(label="x", changes={"discount_rate": 0.1}, factors={"discount_rate": 0.5})
    assert varied(plan_data(SITES), variation)["discount_rate"] == Decimal("0.05")
