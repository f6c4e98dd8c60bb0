"""Who uses what and what a unit costs; decisions made by hand, figures worked out beside them."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.planning.case import Solved
from advisor.planning.pools import Sources
from advisor.planning.usage import unit_costs, unit_of, usage_rows
from advisor.planning.work import work_of
from optimizer.result import Plan, Purchase, Run, Serve
from providers.offers import Offer
from providers.offers import Purchase as Kind
from tests.advisor.planning_cases import PARTNER, SITE, TEAM, case_of, decided_case, plan_data, slices_of
from tests.factories import make_offer

P5 = "aws/eu-central-1/p5.48xlarge"
ON_DEMAND, ONE_YEAR, TWO_YEARS = f"{P5}/on_demand", f"{P5}/reserved/12m-none", f"{P5}/reserved/24m-none"
FIRM = f"firm:{P5}/8xH100"


def reserved(months: int) -> Offer:
    return make_offer(purchase=Kind.RESERVED, term_months=months, price_per_hour=Decimal(30))


def usage(solved: Solved) -> list[Any]:
    rows = usage_rows(solved, work_of(solved, Sources(solved)))
    return [(r.workload, r.offer, r.month, r.instance_hours, r.delivered_units) for r in rows]


def costs(solved: Solved) -> dict[str, Any]:
    sources = Sources(solved)
    rows = unit_costs(solved, sources, work_of(solved, sources))
    return {row.workload: (row.unit, row.npv_per_unit, row.cash_per_unit) for row in rows}


def load(name: str, accelerators: float, **changes: Any) -> dict[str, Any]:
    return TEAM | {"name": name, "demand": {"unit": "accelerators", "constant": accelerators}} | changes


def shared() -> Solved:
    """Two loads of 8 and 2 H100 on two machines of 8: of 16 paid 10 are at work."""
    case = case_of(plan_data(load("a", 8), load("b", 2)), [make_offer()])
    (piece,) = slices_of(case)
    return decided_case(
        case,
        Plan(
            slices=(piece,),
            runs=(Run(option=ON_DEMAND, slice=0, quantity=2),),
            serves=(
                Serve(workload="a", source=ON_DEMAND, slice=0, machines=1.0),
                Serve(workload="b", source=ON_DEMAND, slice=0, machines=0.25),
            ),
        ),
    )


def test_hours_paid_but_idle_go_to_the_users_of_the_machines_in_proportion() -> None:
    # 2 x 730 h are paid; a and b use 1 and 0.25 machines: 4/5 and 1/5 of 1460 h
    # delivered: 8 and 2 accelerators for 730 h
    solved = shared()
    assert usage(solved) == [
        ("a", ON_DEMAND, "2027-01", pytest.approx(1168.0), pytest.approx(5840.0)),
        ("b", ON_DEMAND, "2027-01", pytest.approx(292.0), pytest.approx(1460.0)),
    ]
    assert sum(row[3] for row in usage(solved)) * 50 == pytest.approx(sum(solved.account.cash))


def test_cost_is_split_by_hours_at_work_and_divided_by_what_is_demanded() -> None:
    # 1460 h x 50 = 73,000 USD; a has 4/5: 58,400 / 5840 = 10 per accelerator-hour; so has b: 14,600 / 1460
    expected = ("USD per accelerator-hour", pytest.approx(10.0), pytest.approx(10.0))
    assert costs(shared()) == {"a": expected, "b": expected}


def pooled() -> Solved:
    """A one-year and a two-year reservation of one machine, of which one is owned: 1 + 1 + 1."""
    owned = [{"offer": ONE_YEAR, "quantity": 1}]
    data = plan_data(load("a", 12), capacity={"owned": owned}, months=2)
    case = case_of(data, [reserved(12), reserved(24)])
    slices = slices_of(case)
    serves = tuple(Serve(workload="a", source=FIRM, slice=piece.index, machines=1.5) for piece in slices)
    return decided_case(
        case,
        Plan(
            slices=slices,
            reserved=(
                Purchase(option=TWO_YEARS, start=1, quantity=1),
                Purchase(option=ONE_YEAR, start=0, quantity=1),
            ),
            serves=serves,
        ),
    )


def test_work_of_pooled_commitments_goes_to_each_by_its_number() -> None:
    # January: one bought and one owned one-year machine share 1.5 x 730 h under one name.
    # February: the two-year machine is one of three: a third of 1095 h
    assert usage(pooled()) == [
        ("a", ONE_YEAR, "2027-01", pytest.approx(1095.0), pytest.approx(8760.0)),
        ("a", ONE_YEAR, "2027-02", pytest.approx(730.0), pytest.approx(5840.0)),
        ("a", TWO_YEARS, "2027-02", pytest.approx(365.0), pytest.approx(2920.0)),
    ]


def test_idle_commitments_are_part_of_what_a_unit_costs() -> None:
    # cash: (2 + 1) months x 730 h x 30 USD = 65,700; demanded: 12 x 1460 h = 17,520 accelerator-hours
    unit, npv, cash = costs(pooled())["a"]
    assert (unit, cash) == ("USD per accelerator-hour", pytest.approx(65_700 / 17_520))
    # run_off, no discounting: 12 and 24 months are paid in full, 36 x 730 x 30 = 788,400
    assert npv == pytest.approx(788_400 / 17_520)


def test_a_partners_minimum_take_without_work_goes_to_who_could_use_it() -> None:
    # night and day are two slices; b works by night only on the partner, which is paid by day too
    night = [1.0 if hour < 12 else 0.0 for hour in range(24)]
    profile = {"weekday": night, "weekend": night}
    a = load("a", 8, regions={"deny": ["partner/*"]})
    b = TEAM | {"name": "b", "demand": {"unit": "accelerators", "peak": 8, "profile": profile}}
    capacity = {"partners": [PARTNER | {"min_quantity": 1}]}
    case = case_of(plan_data(a, b, capacity=capacity), [make_offer()])
    first, second = slices_of(case)
    key = "partner/uni/HGX-A/partner"
    serves = [Serve(workload="a", source=ON_DEMAND, slice=i, machines=1.0) for i in (0, 1)]
    solved = decided_case(
        case,
        Plan(
            slices=(first, second),
            runs=(
                *(Run(option=ON_DEMAND, slice=i, quantity=1) for i in (0, 1)),
                Run(option=key, slice=0, quantity=1),
                Run(option=key, slice=1, quantity=1),
            ),
            serves=(*serves, Serve(workload="b", source=key, slice=0, machines=1.0)),
        ),
    )
    rows = {(name, offer): hours for name, offer, _, hours, _ in usage(solved)}
    assert rows == {("a", ON_DEMAND): pytest.approx(730.0), ("b", key): pytest.approx(730.0)}


def test_headroom_is_delivered_but_is_no_output() -> None:
    # 10 tokens/s x 1.5 headroom on one machine of 8 x 5 tokens/s: 0.375 machines, one is paid
    chat = {
        "name": "chat",
        "kind": "inference",
        "demand": {"unit": "tokens_per_second", "constant": 10},
        "throughput": {"H100": 5},
        "headroom": 0.5,
    }
    case = case_of(plan_data(chat), [make_offer()])
    solved = decided_case(
        case,
        Plan(
            slices=slices_of(case),
            runs=(Run(option=ON_DEMAND, slice=0, quantity=1),),
            serves=(Serve(workload="chat", source=ON_DEMAND, slice=0, machines=0.375),),
        ),
    )
    assert usage(solved)[0][4] == pytest.approx(15 * 3600 * 730)
    # 36,500 USD / (10 x 3600 x 730 = 26.28 million tokens)
    expected = 36_500 / 26.28
    assert costs(solved)["chat"] == (
        "USD per million tokens",
        pytest.approx(expected),
        pytest.approx(expected),
    )


@pytest.mark.parametrize(
    ("demand", "throughput", "units"),
    [
        # half the hours on one machine of 8: hours of that very type
        ({"unit": "accelerator_hours", "total": {"H100": 2920, "A100-80GB": 6000}}, None, 2920.0),
        # relative speed 2: 2920 hours at speed 1 take half the accelerator-hours
        ({"unit": "accelerator_hours", "total": 2920}, {"H100": 2}, 2920.0),
    ],
)
def test_work_is_counted_in_the_hours_it_was_asked_in(
    demand: dict[str, Any], throughput: dict[str, float] | None, units: float
) -> None:
    job = {"name": "job", "kind": "training", "demand": demand}
    job |= {"throughput": throughput} if throughput else {}
    case = case_of(plan_data(job), [make_offer()])
    machines = 2920 / 8 / 730 / (2 if throughput else 1)
    solved = decided_case(
        case,
        Plan(
            slices=slices_of(case),
            runs=(Run(option=ON_DEMAND, slice=0, quantity=1),),
            serves=(Serve(workload="job", source=ON_DEMAND, slice=0, machines=machines),),
        ),
    )
    assert usage(solved)[0][4] == pytest.approx(units)
    assert costs(solved)["job"][2] == pytest.approx(36_500 / units)


def test_a_site_its_people_and_carbon_are_shared_by_those_on_its_servers() -> None:
    """a is on the site's server for a quarter of its time, b for a half; c is elsewhere and pays no part."""
    site = SITE | {"opening": {"capex": 1000, "monthly": 100}}
    loads = [load("a", 2), load("b", 4), load("c", 8, regions={"allow": ["aws/*"]})]
    limits = {"carbon_price_per_tonne": 100}
    case = case_of(plan_data(*loads, capacity={"sites": [site]}, limits=limits), [make_offer()])
    server = "own/colo/HGX/self_hosted"
    solved = decided_case(
        case,
        Plan(
            slices=slices_of(case),
            servers=(Purchase(option=server, start=0, quantity=1),),
            opened=("colo",),
            runs=(Run(option=ON_DEMAND, slice=0, quantity=1),),
            serves=(
                Serve(workload="a", source=server, slice=0, machines=0.25),
                Serve(workload="b", source=server, slice=0, machines=0.5),
                Serve(workload="c", source=ON_DEMAND, slice=0, machines=1.0),
            ),
        ),
    )
    # paid at the site: 1000 + 100 + server 5000 + 10 + energy 438 + one person 500 = 7048
    # worth at the end: 1 of 2 months of life used, 5000 x (1 - 0.9 / 2) = 2750
    # carbon: 2 kW x 1.5 x 730 h x 0.4 x 0.5 kg = 438 kg at 0.1 USD: 43.80
    found = costs(solved)
    per_hour = 7048 / (730 * 6)
    assert found["a"][2] == found["b"][2] == pytest.approx(per_hour)
    assert found["a"][1] == pytest.approx((7048 - 2750 + 43.8) / (730 * 6))
    assert found["c"][2] == pytest.approx(36_500 / (730 * 8))
    hours = {"a": 2 * 730, "b": 4 * 730, "c": 8 * 730}
    assert sum(found[name][1] * hours[name] for name in hours) == pytest.approx(solved.account.npv)


@pytest.mark.parametrize(
    ("unit", "size", "words"),
    [
        ("tokens_per_second", 1e6, "million tokens"),
        ("requests_per_second", 1e3, "1,000 requests"),
        ("audio_minutes_per_second", 1e6, "million audio minutes"),
        ("accelerators", 1.0, "accelerator-hour"),
        ("accelerator_hours", 1.0, "accelerator-hour"),
    ],
)
def test_prices_of_units_are_quoted_as_people_quote_them(unit: str, size: float, words: str) -> None:
    assert unit_of(unit) == (size, words)


def test_spot_is_marked_as_capacity_that_can_be_taken_away() -> None:
    spot = make_offer(purchase=Kind.SPOT)
    case = case_of(plan_data(load("a", 8, interruptible_fraction=1.0)), [spot])
    solved = decided_case(
        case,
        Plan(
            slices=slices_of(case),
            runs=(Run(option=f"{P5}/spot", slice=0, quantity=1),),
            serves=(Serve(workload="a", source=f"{P5}/spot", slice=0, machines=1.0),),
        ),
    )
    (row,) = usage_rows(solved, work_of(solved, Sources(solved)))
    assert row.spot
