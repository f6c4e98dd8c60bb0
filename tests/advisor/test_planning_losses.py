"""Surviving the loss of a region or provider, from the plan file to the result. Figures by hand."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from providers.offers import Offer, Payment, Purchase
from tests.advisor.advise_calls import advise, write_prices
from tests.advisor.planning_cases import PARTNER, SITE, near, plan_data, result_of
from tests.factories import make_offer

HOUR = 730
CHAT: dict[str, Any] = {
    "name": "chat",
    "kind": "inference",
    "demand": {"unit": "tokens_per_second", "constant": 32000},
    "throughput": {"H100": 1000},
    "headroom": 0.25,
}
"""Five machines of eight H100."""


def reserved(region: str, price: int, provider: str = "aws", **changes: Any) -> Offer:
    terms = {"purchase": Purchase.RESERVED, "term_months": 1, "payment": Payment.NONE}
    place = {"provider": provider, "region": region, "price_per_hour": Decimal(price)}
    return make_offer(**(terms | place | changes))


WEST, NORTH, RIVAL = reserved("eu-west-1", 10), reserved("eu-north-1", 10), reserved("eu-1", 30, "gcp")


def held(result: Any) -> dict[str, int]:
    return {f"{row.provider}/{row.region}": row.quantity for row in result.purchases}


def test_without_the_rule_one_region_serves() -> None:
    result = result_of(plan_data(CHAT, limits={"survive_loss_of": "none"}), [WEST, RIVAL])
    assert held(result) == {"aws/eu-west-1": 5}


def test_another_region_stands_by() -> None:
    result = result_of(plan_data(CHAT, limits={"survive_loss_of": "region"}), [WEST, NORTH, RIVAL])
    assert result.status == "optimal"
    assert held(result) == {"aws/eu-west-1": 5, "aws/eu-north-1": 5}
    assert result.objective_npv == near(HOUR * (5 * 10 + 5 * 10))
    assert any("One region is lost at a time" in sentence for sentence in result.assumptions)


def test_what_hangs_on_one_place_is_told() -> None:
    # without eu-central-1 the west holds all five; without the west only what runs on demand goes on, so
    # that serves all of the load
    limits = {"survive_loss_of": "region"}
    result = result_of(plan_data(CHAT, limits=limits), [make_offer(price_per_hour=Decimal(1)), WEST])
    assert result.objective_npv == near(HOUR * (5 * 1 + 5 * 10))
    (told,) = (w for w in result.warnings if w.code == "survives_loss")
    assert told.severity == "info"
    assert told.message == (
        "Any one region may be lost in any hour, and the load is still met. Most hangs on aws/eu-central-1: "
        "it serves 100 % of chat in 2027-01."
    )


def test_another_provider_stands_by() -> None:
    result = result_of(plan_data(CHAT, limits={"survive_loss_of": "provider"}), [WEST, NORTH, RIVAL])
    assert held(result)["gcp/eu-1"] == 5
    assert sum(held(result).values()) == 10
    assert result.objective_npv == near(HOUR * (5 * 10 + 5 * 30))


def test_a_file_of_yaml_with_a_surge_gives_a_verified_answer(tmp_path: Path) -> None:
    # on demand in eu-central-1 serves all five at 4 an hour; without it two fifths may be rented anew at 90
    # in eu-west-1, which holds three at 10; where it has nothing for rent, it holds all five
    dear = make_offer(region="eu-west-1", price_per_hour=Decimal(90))
    for offers, standby in (([WEST, dear], 3), ([WEST], 5)):
        prices = write_prices(tmp_path / "prices.csv", [make_offer(price_per_hour=Decimal(4)), *offers])
        result = surging(tmp_path, prices)
        assert result["objective_npv"] == near(HOUR * (5 * 4 + standby * 10))
        assumed = "A surge is rented only where" in " ".join(result["assumptions"])
        told = [w["message"] for w in result["warnings"] if w["code"] == "no_surge"]
        assert assumed
        assert bool(told) == (standby == 5)


def surging(tmp_path: Path, prices: Path) -> dict[str, Any]:
    """The answer to a plan with a surge of two fifths, through the command line."""
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "schema: 1\nname: Chat\nstart: 2027-01\nmonths: 1\nworkloads:\n"
        "  - {name: chat, kind: inference, throughput: {H100: 1000}, headroom: 0.25,\n"
        "     demand: {unit: tokens_per_second, constant: 32000}}\n"
        "limits: {survive_loss_of: region, on_demand_surge_fraction: 0.4}\n",
        encoding="utf-8",
    )
    said = advise(plan, prices, "--json", "-", "--no-baselines")
    result = json.loads(said.out)
    assert (said.code, result["status"]) == (0, "optimal")
    return cast(dict[str, Any], result)


def test_a_site_and_a_partner_stand_by_for_each_other() -> None:
    # the partner's five machines at 10 an hour and 400 a month, and five servers bought at 5000, worth 10 %
    # at the end of their life of one month; both places are needed, whatever else fails
    server = SITE["servers"][0] | {"life_months": 1, "power_kw": 0, "maintenance_per_month": 0}
    site = {"name": "colo", "country": "DE", "servers": [server]}
    capacity = {"offers": "none", "sites": [site], "partners": [PARTNER]}
    for lost in ("region", "provider"):
        result = result_of(plan_data(CHAT, capacity=capacity, limits={"survive_loss_of": lost}), [])
        assert {row.purchase: row.quantity for row in result.purchases} == {"partner": 5, "self_hosted": 5}
        assert result.objective_npv == near(HOUR * 5 * 10 + 400 + 5 * 5000 * 0.9)


def test_an_impossible_plan_says_without_which_place_and_how_much_is_missing() -> None:
    # at most three machines in the north: 24,000 of 40,000 tokens per second
    few = reserved("eu-north-1", 10, max_quantity=3)
    result = result_of(plan_data(CHAT, limits={"survive_loss_of": "region"}), [WEST, few])
    assert result.status == "infeasible"
    rows = {row.limit: row for row in result.conflicts or ()}
    lost = rows["limits.survive_loss_of"]
    assert (lost.where, lost.unit) == ("aws/eu-west-1", "tokens_per_second")
    assert (lost.needed, lost.available) == (near(40_000), near(24_000))
    assert lost.relaxation == (
        "limits.survive_loss_of: without aws/eu-west-1, chat needs 40,000 tokens per second in 2027-01; what "
        "is held elsewhere can meet at most 24,000 (the others kept)."
    )
    assert "60 %" in rows["workloads[0].demand"].relaxation


def test_on_demand_alone_survives_nothing() -> None:
    offers = [make_offer(), make_offer(region="eu-west-1")]
    result = result_of(plan_data(CHAT, limits={"survive_loss_of": "region"}), offers)
    rows = [row for row in result.conflicts or () if row.limit == "limits.survive_loss_of"]
    assert {row.where for row in rows} == {"aws/eu-central-1", "aws/eu-west-1"}
    assert [row.available for row in rows] == [near(0), near(0)]


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_surge_is_named_only_where_something_is_for_rent(elsewhere: bool) -> None:
    # nothing is held anywhere: without eu-central-1 at most the surge of a quarter meets the load
    limits = {"survive_loss_of": "region", "on_demand_surge_fraction": 0.25}
    there = [make_offer(region="eu-west-1", price_per_hour=Decimal(90))] if elsewhere else []
    result = result_of(plan_data(CHAT, limits=limits), [make_offer(price_per_hour=Decimal(4)), *there])
    assert result.status == "infeasible"
    said = " ".join(conflict.relaxation for conflict in result.conflicts or ())
    assert "without aws/eu-central-1" in said
    assert ("and a surge of 25 %" in said) == elsewhere
