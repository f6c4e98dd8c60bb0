"""Volume tiers of a price list in plans: who takes so many machines pays that price for all of them."""

import json
from pathlib import Path
from typing import Any

from advisor.planning.result_rows import Purchase
from advisor.planning.summary import terms
from optimizer.problem import Tier
from providers.offers import Offer
from providers.pricefile import read_price_file
from tests.advisor.commands import call
from tests.advisor.planning_cases import case_of, near, plan_data, solved_case

HOURS = 730
HEADER = (
    "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count,"
    "term_months,payment,min_quantity,max_quantity"
)
ON_DEMAND = "aws,eu-central-1,DE,p5.48xlarge,on_demand,{},USD,H100,8,,,{}"
RESERVED = "aws,eu-central-1,DE,p5.48xlarge,reserved,{},USD,H100,8,12,none,{}"
ID = "aws/eu-central-1/p5.48xlarge/on_demand"
TERM = "aws/eu-central-1/p5.48xlarge/reserved/12m-none"


def text(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def offers(*rows: str) -> tuple[Offer, ...]:
    found = read_price_file(text(*rows), source="prices.csv")
    assert found.refused == ()
    return found.offers


LIST = (ON_DEMAND.format(50, "1,15"), ON_DEMAND.format(40, "16,"))


def plan(machines: int, **changes: Any) -> dict[str, Any]:
    load = {
        "name": "team",
        "kind": "batch",
        "demand": {"unit": "accelerators", "constant": 8 * machines},
        "throughput": {"H100": 1},
    }
    return plan_data(load, **changes)


def runs(data: dict[str, Any], *rows: str) -> tuple[dict[str, int], float]:
    """What runs, and what the month costs."""
    solved = solved_case(data, offers(*rows))
    return {run.option: run.quantity for run in solved.decisions.runs}, solved.account.npv


def test_one_machine_is_had_at_the_first_price() -> None:
    assert runs(plan(1), *LIST) == ({ID: 1}, near(50 * HOURS))


def test_sixteen_at_the_lower_price_are_taken_where_thirteen_cost_more() -> None:
    # 13 x 50 = 650 an hour; 16 x 40 = 640. 12 x 50 = 600.
    assert runs(plan(13), *LIST) == ({f"{ID}/from-16": 16}, near(640 * HOURS))
    assert runs(plan(12), *LIST) == ({ID: 12}, near(600 * HOURS))


def test_a_commitment_has_the_price_of_what_is_bought_at_once() -> None:
    rows = (RESERVED.format(30, "1,15"), RESERVED.format(20, "16,"))
    for machines, quantity, offer, price in ((8, 8, TERM, 30), (12, 16, f"{TERM}/from-16", 20)):
        solved = solved_case(plan(machines, months=12), offers(*rows))
        (bought,) = solved.decisions.reserved
        assert (bought.option, bought.start, bought.quantity) == (offer, 0, quantity)
        assert solved.account.npv == near(quantity * price * HOURS * 12)


def test_the_tiers_of_an_offer_know_each_other_and_how_many_there_are() -> None:
    rows = (ON_DEMAND.format(50, "1,15"), ON_DEMAND.format(40, "16,32"), RESERVED.format(30, ","))
    problem = case_of(plan(1), offers(*rows)).problem
    assert [e.tier for e in problem.elastic] == [Tier(of=ID, most=32)] * 2
    assert [r.tier for r in problem.reservations] == [None]
    (open_ended, _) = case_of(plan(1), offers(*LIST)).problem.elastic
    assert open_ended.tier == Tier(of=ID)


def test_a_plan_says_which_tier_it_takes(tmp_path: Path) -> None:
    prices, wanted, out = tmp_path / "p.csv", tmp_path / "plan.json", tmp_path / "out.json"
    prices.write_bytes(text(*LIST))
    wanted.write_text(json.dumps(plan(13)))
    said = call("advise", str(wanted), "--prices", str(prices), "--json", str(out))
    assert said.code == 0, said.err
    result = json.loads(out.read_text())
    (bought,) = result["purchases"]
    assert terms(Purchase.model_validate(bought)) == "on demand, 16 or more"
    assert (bought["offer"], bought["quantity"]) == (f"{ID}/from-16", 16)
    assert result["objective_npv"] == near(640 * HOURS)


def test_the_cheapest_are_listed_with_their_range_and_cost_what_must_be_taken(tmp_path: Path) -> None:
    prices, out = tmp_path / "p.csv", tmp_path / "out.json"
    prices.write_bytes(text(*LIST))
    said = call("cheapest", "H100:8", "--pack", "--prices", str(prices), "--json", str(out))
    assert said.code == 0
    assert "on demand, 16 or more" in said.out
    found = {line["offer_id"]: line for line in json.loads(out.read_text())["offers"]}
    assert {name: (x["min_quantity"], x["max_quantity"], x["quantity"]) for name, x in found.items()} == {
        ID: (1, 15, 1),
        f"{ID}/from-16": (16, None, 16),
    }
    assert found[f"{ID}/from-16"]["total_price_per_hour"] == 640
