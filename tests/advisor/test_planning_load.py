"""Capacity against demand, and cost by month and kind, each figure worked out by hand."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from advisor.planning.effort import Effort
from advisor.planning.load import load_of
from advisor.planning.pools import Sources
from advisor.planning.reproduce import code_version
from advisor.planning.result import Load, Result
from advisor.planning.services import advise
from optimizer.result import Plan, Purchase, Serve
from providers.offers import Purchase as Way
from tests.advisor.planning_cases import (
    MAX_AGE_HOURS,
    SITE,
    TEAM,
    case_of,
    catalogue_of,
    decided_case,
    make_reservation,
    near,
    plan_data,
    result_of,
    slices_of,
    solved_case,
)
from tests.factories import NOW, make_offer

MACHINE = "aws/eu-central-1/p5.48xlarge/8xH100"
CHEAP = make_offer(price_per_hour=Decimal(20))
DAYTIME = [1.0] * 12 + [0.5] * 12


def load(data: dict[str, Any], *offers: Any) -> Load:
    solved = solved_case(data, offers)
    return load_of(solved, Sources(solved))


def day_and_night(**changes: Any) -> dict[str, Any]:
    demand = {"unit": "accelerators", "peak": 16, "profile": {"weekday": DAYTIME, "weekend": [0.5] * 24}}
    return TEAM | {"demand": demand | changes}


def test_an_hour_shows_its_demand_and_what_each_kind_delivers() -> None:
    # a machine reserved for 10 an hour for the 8 of every hour; the other 8, in 12 weekday hours, on demand
    found = load(plan_data(day_and_night(), months=3), CHEAP, make_reservation())
    (team,) = found.week.workloads
    assert (found.week.month, team.workload, team.unit) == ("2027-01", "team", "accelerators")
    assert [(row.day, row.hour) for row in team.hours] == [
        (day, hour) for day in ("weekday", "weekend") for hour in range(24)
    ]
    assert (team.hours[0].demand, team.hours[0].by_kind) == (16.0, {"reserved": 8.0, "on_demand": 8.0})
    assert (team.hours[12].demand, team.hours[12].by_kind) == (8.0, {"reserved": 8.0})
    assert (team.hours[24].demand, team.hours[24].by_kind) == (8.0, {"reserved": 8.0})


def test_what_is_delivered_covers_the_demand_of_every_hour() -> None:
    found = load(plan_data(day_and_night(), months=3, blocks_per_month=1), make_offer())
    for row in found.week.workloads[0].hours:
        assert row.demand is not None
        assert sum(row.by_kind.values()) == near(16.0)  # the block carries its busiest hour
        assert row.demand in (8.0, 16.0)


def test_a_rate_is_told_in_units_per_second_with_headroom() -> None:
    # 100 tokens/s and a fifth on top; an H100 does 20 a second, so a machine of 8 does 160
    chat = TEAM | {
        "name": "chat",
        "kind": "inference",
        "demand": {"unit": "tokens_per_second", "constant": 100},
        "throughput": {"H100": 20},
        "headroom": 0.2,
    }
    found = load(plan_data(chat), make_offer())
    (row,) = found.months
    assert (row.workload, row.unit, row.peak_demand) == ("chat", "tokens_per_second", 120.0)
    assert row.capacity_at_peak_by_kind == {"on_demand": 120.0}
    assert [(row.kind, row.accelerators) for row in found.held] == [("on_demand", 8.0)]


def test_work_has_no_demand_by_the_hour_but_shows_who_works_on_it() -> None:
    # 5,840 H100-hours in a month are 8 H100 in every one of its 730 hours
    work = TEAM | {
        "kind": "training",
        "demand": {"unit": "accelerator_hours", "total": {"H100": 5840}},
    }
    work.pop("throughput")
    found = load(plan_data(work), make_offer(max_quantity=1))
    (row,) = found.months
    assert (row.unit, row.peak_demand, row.capacity_at_peak_by_kind) == (
        "accelerators",
        None,
        {"on_demand": 8.0},
    )
    assert {(hour.demand, hour.by_kind["on_demand"]) for hour in found.week.workloads[0].hours} == {
        (None, 8.0)
    }


def test_the_week_is_of_the_busiest_month_and_of_equals_the_first() -> None:
    # 8 grow by a half a month: 8, 12, 18
    growing = TEAM | {"demand": TEAM["demand"] | {"growth_per_month": 0.5}}
    found = load(plan_data(growing, months=3), make_offer())
    assert found.week.month == "2027-03"
    assert [row.peak_demand for row in found.months] == [8.0, 12.0, 18.0]
    # one machine, then two, then three, of eight each
    assert [row.accelerators for row in found.held] == [8.0, 16.0, 24.0]


def test_what_is_held_counts_also_when_it_is_idle() -> None:
    case = case_of(plan_data(months=2), [make_offer(), make_reservation()])
    key = make_reservation().offer_id
    pieces = slices_of(case)
    decisions = Plan(
        slices=pieces,
        reserved=(Purchase(option=key, start=0, quantity=3),),
        serves=tuple(
            Serve(workload="team", source=f"firm:{MACHINE}", slice=piece.index, machines=1.0)
            for piece in pieces
        ),
    )
    solved = decided_case(case, decisions)
    found = load_of(solved, Sources(solved))
    assert [(row.month, row.kind, row.accelerators) for row in found.held] == [
        ("2027-01", "reserved", 24.0),
        ("2027-02", "reserved", 24.0),
    ]
    assert found.months[0].capacity_at_peak_by_kind == {"reserved": 8.0}


def test_own_servers_are_told_apart_from_those_already_owned() -> None:
    # two servers for 16 H100, one of them of before; in service in month 0 only where nothing is opened late
    site = SITE | {"opening": {"capex": 1000}}
    site = site | {"servers": [SITE["servers"][0] | {"life_months": 3}]}
    capacity = {
        "offers": "none",
        "sites": [site],
        "owned": [{"offer": "own/colo/HGX", "quantity": 1}],
    }
    team = TEAM | {"demand": {"unit": "accelerators", "constant": 16}}
    found = load(plan_data(team, capacity=capacity))
    assert {row.kind: row.accelerators for row in found.held} == {"self_hosted": 8.0, "owned": 8.0}
    assert found.months[0].capacity_at_peak_by_kind == {"self_hosted": 8.0, "owned": 8.0}


def totals_of(result: Result) -> Any:
    assert result.totals is not None
    return result.totals


def test_a_month_by_kind_is_prices_times_counts() -> None:
    # reserved for three months from the start: 1000 upfront, 730 h x 10; what is above 8 runs on demand:
    # 8 H100 more in 12 of 24 weekday hours = 730 x 5/14 machine-hours at 20
    data = plan_data(day_and_night(), months=2, discount_rate=0.21)
    totals = totals_of(result_of(data, [CHEAP, make_reservation()]))
    peak = 20 * 730 * 5 / 14
    second = 1.21 ** (-1 / 12)
    first, then = totals.by_month
    assert {row.kind: (row.cash, row.npv) for row in first.by_kind} == {
        "reserved": (near(8300), near(8300)),
        "on_demand": (near(peak), near(peak)),
    }
    assert {row.kind: (row.cash, row.npv) for row in then.by_kind} == {
        "reserved": (near(7300), near(7300 * second)),
        "on_demand": (near(peak), near(peak * second)),
    }
    # the third month of the term is owed after the plan
    assert [(row.kind, row.npv) for row in totals.beyond] == [("reserved", near(7300 * 1.21 ** (-2 / 12)))]


def test_servers_sites_and_carbon_are_kinds_of_a_month() -> None:
    # one server from the second month on (the site opens late), spot before it
    data = plan_data(
        months=2,
        discount_rate=0.0,
        capacity={"sites": [SITE]},
        limits={"carbon_price_per_tonne": 1000},
    )
    totals = totals_of(result_of(data, [make_offer(), make_offer(purchase=Way.SPOT)]))
    first, then = ({row.kind: row for row in month.by_kind} for month in totals.by_month)
    # opening 1000 + monthly 100; the server 5000, bought at the start of either month
    assert first["site"].cash == near(1100)
    # 730 h x 2 kW x 1.5 x 0.2 = 438, maintenance 10; rent 100, and one person 500
    assert first.get("self_hosted") is None or first["self_hosted"].cash == near(5000)
    capex = 5000 if "self_hosted" not in first else 0
    assert then["self_hosted"].cash == near(448 + capex)
    assert then["site"].cash == near(600)
    for kinds, month in zip((first, then), totals.by_month, strict=True):
        assert kinds["carbon"].cash == 0.0
        assert kinds["carbon"].npv == near(month.carbon_charge)
    # 2 kW x 1.5 x 730 h x 0.4 kg x (1 - 0.5) = 438 kg at 1000 a tonne
    assert then["carbon"].npv == near(438)


def test_kinds_add_up_to_months_and_months_to_totals() -> None:
    data = plan_data(
        day_and_night(),
        months=4,
        discount_rate=0.1,
        capacity={"sites": [SITE | {"opening": {"capex": 10, "monthly": 5}}]},
        limits={"carbon_price_per_tonne": 50},
    )
    totals = totals_of(result_of(data, [make_offer(), make_reservation()]))
    for month in totals.by_month:
        assert sum(row.cash for row in month.by_kind) == near(month.cash)
    beyond = {row.kind: row.npv for row in totals.beyond}
    assert beyond
    for whole in totals.by_kind:
        rows = [row for month in totals.by_month for row in month.by_kind if row.kind == whole.kind]
        assert sum(row.cash for row in rows) == near(whole.cash, within=1e-6)
        assert sum(row.npv for row in rows) + beyond.get(whole.kind, 0.0) == near(whole.npv, within=1e-6)


def test_what_to_ask_again_is_recorded() -> None:
    text = json.dumps(plan_data()).encode()
    result = advise(
        text,
        source="plan.yaml",
        catalogue=catalogue_of([make_offer()]),
        catalogue_version="7",
        now=NOW,
        max_age_hours=MAX_AGE_HOURS,
        effort=Effort(gap=0.01, time_limit_seconds=30, threads=1, baselines=False),
    )
    assert result.reproduce is not None
    assert result.reproduce.model_dump() == {
        "plan_sha256": hashlib.sha256(text).hexdigest(),
        "catalogue_version": "7",
        "as_of": result.catalogue.as_of,
        "gap_asked": 0.01,
        "time_limit_seconds": 30.0,
        "threads": 1,
        "baselines": False,
        "explain_seconds": 0.0,
        "why": (),
        "code_version": code_version(),
    }
    assert code_version()[0].isdigit()


def test_an_impossible_plan_has_no_load_but_can_be_asked_again() -> None:
    result = result_of(plan_data(), [make_offer(max_quantity=0)])
    assert result.load is None
    assert result.reproduce is not None


def test_a_long_plan_with_five_workloads_stays_small() -> None:
    names = ["a", "b", "c", "d", "e"]
    data = plan_data(*(day_and_night() | {"name": name} for name in names), months=60)
    result = result_of(data, [make_offer()])
    assert result.load is not None
    assert (len(result.load.months), len(result.load.week.workloads)) == (300, 5)
    without = result.model_copy(update={"load": None})
    assert len(result.as_json()) - len(without.as_json()) < 300_000
