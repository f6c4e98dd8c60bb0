"""What holds for every bill, tried on random usage and commitments."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.billing import Bill, Commitment, Kind, Reservation, SpendPlan, Usage
from tests.optimizer.billing.cases import D, bill_of, flexible, plan, reserve, use
from tests.optimizer.billing.oracle import on_demand_left

TYPES = ("m5.large", "m5.xlarge", "m5.24xlarge", "r5.large", "r5.3xlarge")
ACCOUNTS = ("A", "B")
quantities = st.sampled_from(["0", "1", "2", "3.5", "7"])
prices = st.sampled_from(["0.3", "1", "1.37", "4"])


@st.composite
def rows(draw: st.DrawFn, hours: int) -> list[Usage]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        kinds = draw(st.sets(st.sampled_from(["ec2_sp", "compute_sp"])))
        on_demand = draw(prices)
        found.append(
            use(
                f"row {number}",
                tuple(draw(quantities) for _ in range(hours)),
                on_demand,
                draw(st.sampled_from(TYPES)),
                account=draw(st.sampled_from(ACCOUNTS)),
                zone=draw(st.sampled_from(["1a", "1b"])),
                rates={kind: str(D(on_demand) * D(draw(st.sampled_from(["0.5", "0.7"])))) for kind in kinds},
            )
        )
    return found


@st.composite
def commitments(draw: st.DrawFn) -> list[Any]:
    found: list[Any] = []
    for number in range(draw(st.integers(0, 4))):
        account, name = draw(st.sampled_from(ACCOUNTS)), f"commitment {number}"
        kind = draw(st.sampled_from(["reserved", "ec2_sp", "compute_sp"]))
        if kind == "reserved":
            zone = draw(st.sampled_from(["", "1a"]))
            one = reserve(name, draw(st.integers(1, 4)), draw(st.sampled_from(TYPES)), "0.17", zone=zone)
            found.append(replace(one, account=account))
        else:
            place = {"family": "m5", "region": "us-east-1"} if kind == "ec2_sp" else {}
            found.append(
                plan(name, kind, draw(st.sampled_from(["0.1", "1", "2.6"])), account=account, **place)
            )
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Usage], list[Any], int]:
    hours = draw(st.integers(1, 3))
    return draw(rows(hours)), draw(commitments()), hours


def billed(case: tuple[list[Usage], list[Any], int]) -> Bill:
    return bill_of(case[0], case[1], hours=case[2])


@settings(max_examples=150, deadline=None)
@given(cases())
def test_everything_adds_up_to_the_last_digit(case: tuple[list[Usage], list[Any], int]) -> None:
    usages, promised, hours = case
    bill = billed(case)
    by_id = {usage.id: usage for usage in usages}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    with localcontext(prec=200):
        for line in bill.lines:
            usage = by_id[line.id]
            covered = sum((cover.quantity for cover in line.covered), D(0))
            assert line.quantity_on_demand + covered == usage.quantity[line.hour]
            assert line.on_demand_charge == line.quantity_on_demand * usage.on_demand
            assert line.quantity_on_demand >= 0
            for cover in line.covered:
                assert cover.quantity > 0
                paid[cover.commitment] += cover.charge
        assert bill.on_demand == sum((line.on_demand_charge for line in bill.lines), D(0))
        assert bill.total == bill.on_demand + sum((row.charged for row in bill.commitments), D(0))
        assert bill.saving == bill.all_on_demand - bill.total
        for row, one in zip(bill.commitments, promised, strict=True):
            assert row.charged == row.used + row.unused == one.charge * hours
            assert row.used == paid[row.id]
            assert row.unused >= 0


@settings(max_examples=150, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case: tuple[list[Usage], list[Any], int], shuffle: Any) -> None:
    usages, promised, hours = case
    bill = billed(case)
    other = bill_of(shuffle.sample(usages, len(usages)), shuffle.sample(promised, len(promised)), hours=hours)
    assert other.total == bill.total
    assert {(line.id, line.hour): line for line in other.lines} == {
        (line.id, line.hour): line for line in bill.lines
    }
    assert set(other.commitments) == set(bill.commitments)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_every_hour_is_billed_by_itself(case: tuple[list[Usage], list[Any], int]) -> None:
    usages, promised, hours = case
    alone = [
        bill_of([replace(usage, quantity=(usage.quantity[hour],)) for usage in usages], promised).total
        for hour in range(hours)
    ]
    with localcontext(prec=200):
        assert billed(case).total == sum(alone, D(0))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_what_is_left_on_demand_is_what_the_documented_order_leaves(
    case: tuple[list[Usage], list[Any], int],
) -> None:
    usages, promised, _ = case
    left = {line.id: line.quantity_on_demand for line in billed(case).lines if line.hour == 0}
    expected = on_demand_left(usages, promised)
    # quantities without end are cut at 12 decimals, at most once for each of four commitments
    assert all(0 <= Fraction(left[name]) - expected[name] <= Fraction(4, 10**12) for name in left)
    assert all(not left[name] for name in left if not expected[name])


@settings(max_examples=40, deadline=None)
@given(rows(1), commitments())
def test_no_bill_is_below_the_cheapest_assignment(usages: list[Usage], promised: list[Any]) -> None:
    bill = bill_of(usages, promised)
    assert float(bill.on_demand) >= cheapest_on_demand(usages, promised) - 1e-6


def cheapest_on_demand(usages: list[Usage], promised: list[Commitment]) -> float:
    """The least on-demand charge if everyone could choose freely what each commitment covers: an LP."""
    model = pulp.LpProblem("cheapest", pulp.LpMinimize)
    left = {usage.id: pulp.LpVariable(f"left_{n}", 0) for n, usage in enumerate(usages)}
    takes: dict[str, list[Any]] = {usage.id: [] for usage in usages}
    for number, one in enumerate(promised):
        spent = []
        for n, usage in enumerate(usages):
            each = _each(one, usage)
            if each is not None:
                share = pulp.LpVariable(f"share_{number}_{n}", 0)
                takes[usage.id].append(share)
                spent.append(each * share)
        model += pulp.lpSum(spent) <= _limit(one)
    for usage in usages:
        model += left[usage.id] + pulp.lpSum(takes[usage.id]) == float(usage.quantity[0])
    model.setObjective(pulp.lpSum(float(usage.on_demand) * left[usage.id] for usage in usages))
    model.solve(pulp.HiGHS(msg=False))
    return float(pulp.value(model.objective))


def _each(one: Commitment, usage: Usage) -> float | None:
    family = usage.instance_type.split(".")[0]
    if isinstance(one, Reservation):
        if one.zone:
            return 1.0 if (usage.zone, usage.instance_type) == (one.zone, one.instance_type) else None
        assert usage.size is not None
        return float(usage.size.factor) if one.instance_type.split(".")[0] == family else None
    assert isinstance(one, SpendPlan)
    if one.kind is Kind.EC2_SP and one.family != family:
        return None
    rate = usage.rate(one.kind)
    return None if rate is None else float(rate)


def _limit(one: Commitment) -> float:
    if isinstance(one, Reservation):
        return float(one.quantity * (one.size.factor if one.size else 1))
    assert isinstance(one, SpendPlan)
    return float(one.per_hour)


@pytest.mark.parametrize("hours", [1, 24])
def test_without_usage_all_commitments_are_charged_and_lost(hours: int) -> None:
    promised = [
        plan("sp", "compute_sp", "2"),
        reserve("ri", 3, "m5.large", "0.1"),
        flexible("cud", "5", "0.2"),
    ]
    bill = bill_of([], promised, hours=hours)
    assert bill.total == hours * (2 + D("0.3") + 4)
    assert all(row.used == 0 and row.unused == row.charged for row in bill.commitments)


def test_figures_as_long_as_a_file_may_hold_lose_no_digit() -> None:
    long = "123456789012345.123456789012345678"
    bill = bill_of(
        [use("row", long, long, rates={"compute_sp": "0.000000000000000007"})],
        [plan("sp", "compute_sp", "3")],
    )
    with localcontext(prec=200):
        (line,) = bill.lines
        assert line.on_demand_charge == line.quantity_on_demand * D(long)
        assert line.quantity_on_demand + line.covered[0].quantity == D(long)
