"""Each rule on commitments to spend, broken once on a plan that holds; and its bill, worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest

from optimizer.checks import InvalidProblem, check
from optimizer.problem import EndOfHorizon, Horizon, Problem
from optimizer.result import Plan, Run, Serve
from optimizer.spend import Commitment, Cover
from optimizer.timegrid import Window
from optimizer.verify import PlanRefused, verify

from .broken import Case, Change, added, edited, reoffered, with_plan
from .factories import make_elastic, make_machine, make_plan, make_problem, make_rate, whole_slice


def spending_problem(**changes: Any) -> Problem:
    """Two machines of m and one of n in both months; a plan of two months covers both kinds."""
    return make_problem(
        make_rate(2, {"m": 1.0}, name="chat"),
        make_rate(1, {"n": 1.0}, name="search"),
        **{"months": 2} | changes,
        elastic=(
            make_elastic("od-m", 4.0),
            make_elastic("od-n", 10.0, machine=make_machine("n")),
        ),
        spend_plans=(make_plan({"od-m": 3.0, "od-n": 5.0}, upfront_fraction=0.5, window=Window(0.0, 2.0)),),
    )


def spending_plan() -> Plan:
    """8 an hour from month 0 on: n, which saves half, then one m; from month 1 on 1.50 more: half an m."""
    covers = [("od-n", 0, 1.0), ("od-m", 0, 1.0), ("od-n", 1, 1.0), ("od-m", 1, 1.5)]
    return Plan(
        slices=(whole_slice(0, 0), whole_slice(1, 1)),
        runs=tuple(
            Run(option=key, slice=i, quantity=count)
            for i in (0, 1)
            for key, count in (("od-m", 2), ("od-n", 1))
        ),
        serves=tuple(
            Serve(workload=name, source=key, slice=i, machines=count)
            for i in (0, 1)
            for name, key, count in (("chat", "od-m", 2.0), ("search", "od-n", 1.0))
        ),
        commitments=(
            Commitment(plan="sp", start=0, per_hour=8.0),
            Commitment(plan="sp", start=1, per_hour=1.5),
        ),
        covers=tuple(Cover(plan="sp", option=key, slice=i, machines=x) for key, i, x in covers),
    )


def test_the_bill_by_hand() -> None:
    # 8 an hour for 2 months: 11,680, half of it at once; 1.50 from month 1: 2,190, half at once, of the rest
    # 547.50 in month 1 and 547.50 owed. On demand: one m in month 0, half of one in month 1
    account = verify(spending_problem(), spending_plan())
    first, second = (line for line in account.lines if line.kind == "spend_commitment")
    assert first.by_month == pytest.approx((5840 + 2920, 2920))
    assert second.by_month == pytest.approx((0, 1095 + 547.5))
    assert [first.owed, second.owed] == pytest.approx([0.0, 547.5])
    assert second.commitment_per_hour == 1.5
    assert account.cash == pytest.approx((8760 + 4 * 730, 2920 + 1642.5 + 2 * 730))
    assert account.npv == pytest.approx(sum(account.cash) + 547.5)
    hours = {line.option: line.instance_hours for line in account.lines if line.kind == "on_demand"}
    assert hours == {"od-m": pytest.approx(2920), "od-n": pytest.approx(1460)}


def test_a_going_concern_owes_the_rest_and_gets_upfront_money_back() -> None:
    # of 1.50, half of it upfront, one of two months lies beyond: 0.75 x 730 owed, and as much comes back
    going_on = spending_problem(horizon=Horizon(months=2, end=EndOfHorizon.GOING_CONCERN))
    account = verify(going_on, spending_plan())
    assert [account.owed, account.credit] == pytest.approx([547.5, 547.5])


def moved(problem: Problem, plan: Plan) -> Case:
    """In month 0 the money goes to m first, which saves less."""
    covers = (
        Cover(plan="sp", option="od-m", slice=0, machines=2.0),
        Cover(plan="sp", option="od-n", slice=0, machines=0.4),
        *(cover for cover in plan.covers if cover.slice == 1),
    )
    return problem, replace(plan, covers=covers)


def only_covered(problem: Problem, plan: Plan) -> Case:
    return reoffered("elastic", "od-m", covered_only=True, price_per_hour=0.0)(problem, plan)


BROKEN: list[tuple[Change, str]] = [
    (edited("commitments", 0, plan="q"), "commitment to 'q' from month 0: unknown plan"),
    (edited("commitments", 0, per_hour=-1.0), "-1.0 per hour is not a number from 0"),
    (edited("commitments", 0, per_hour=float("nan")), "nan per hour is not a number from 0"),
    (edited("covers", 0, plan="q"), "the plan is not known, or has no rate for it"),
    (edited("covers", 0, option="q"), "q covered by 'sp' in slice 0: unknown offer or slice"),
    (edited("covers", 0, slice=9), "in slice 9: unknown offer or slice"),
    (edited("covers", 0, machines=-0.5), "-0.5 machines is not a number from 0"),
    (edited("commitments", 1, start=2), "commitment to 'sp' from month 2: it cannot be bought then"),
    (
        reoffered("spend_plans", "sp", window=Window(0.0, 1.0)),
        "commitment to 'sp' from month 1: it cannot be bought then",
    ),
    (edited("commitments", 0, per_hour=7.9), "sp in slice 0: covers 8 per hour, 7.9 is committed"),
    (reoffered("spend_plans", "sp", term_months=1), "sp in slice 1: covers 9.5 per hour, 1.5 is committed"),
    (edited("covers", 1, machines=1.2), "sp in slice 0: covers 8.6 per hour, 8 is committed"),
    (
        added(covers=Cover(plan="sp", option="od-n", slice=0, machines=0.1)),
        "od-n in slice 0: 1.1 machines covered, 1 running",
    ),
    # 6 + 2 of the 8: on demand stays 0.6 of n, 6 an hour; the provider covers n first and leaves one m, 4
    (moved, "slice 0: the provider charges 4 an hour on demand, not 6"),
    (with_plan(covers=()), "slice 0: the provider charges 4 an hour on demand, not 18"),
    (only_covered, "od-m in slice 0: 2 machines running, only under plans: not all covered"),
]


@pytest.mark.parametrize(("change", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_broken_rule_is_named_with_its_place_and_numbers(change: Change, words: str) -> None:
    problem, plan = change(spending_problem(), spending_plan())
    with pytest.raises(PlanRefused) as caught:
        verify(problem, plan)
    assert [found for found in caught.value.problems if words in found]


def test_money_that_covers_nothing_is_paid_all_the_same() -> None:
    # 11 an hour cover all; 100 an hour cover no more
    def paid(per_hour: float) -> float:
        covers = [("od-n", 0, 1.0), ("od-m", 0, 2.0), ("od-n", 1, 1.0), ("od-m", 1, 2.0)]
        plan = replace(
            spending_plan(),
            commitments=(Commitment(plan="sp", start=0, per_hour=per_hour),),
            covers=tuple(Cover(plan="sp", option=key, slice=i, machines=x) for key, i, x in covers),
        )
        return verify(spending_problem(), plan).npv

    assert paid(11.0) == pytest.approx(11 * 1460)
    assert paid(100.0) == pytest.approx(100 * 1460)


def test_where_two_plans_could_cover_a_machine_the_split_is_the_plans_own() -> None:
    twin = replace(spending_problem().spend_plans[0], key="twin")
    problem = replace(spending_problem(), spend_plans=(*spending_problem().spend_plans, twin))
    _, plan = moved(problem, spending_plan())
    made = (*plan.commitments, Commitment(plan="twin", start=0, per_hour=0.3))
    assert verify(problem, replace(plan, commitments=made)).npv > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (reoffered("spend_plans", "sp", term_months=0), "sp.term_months: 0: must be a number, 1 or more"),
        (reoffered("spend_plans", "sp", upfront_fraction=1.5), "sp.upfront_fraction: 1.5"),
        (reoffered("spend_plans", "sp", rates={"od-m": 0.0}), "sp.rates[od-m]: 0.0"),
        (reoffered("elastic", "od-m", spot=True), "'od-m': must be an offer on demand"),
        (reoffered("elastic", "od-m", covered_only=True), "od-m.price_per_hour: 4.0: must be 0"),
    ],
)
def test_a_plan_that_is_none_is_refused(change: Change, words: str) -> None:
    problem, _ = change(spending_problem(), spending_plan())
    with pytest.raises(InvalidProblem, match=words.replace("[", r"\[").replace("]", r"\]")):
        check(problem)
