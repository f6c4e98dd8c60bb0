"""The verifier on losses: it refuses what the rule forbids, and deals machines out as well as can be."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.audit.takeover import Pool, can_take_over
from optimizer.problem import Limits, Problem
from optimizer.result import Plan, Purchase, Run
from optimizer.verify import PlanRefused, verify

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
)
from .losses import ALL, A, B, C, by_month, surviving
from .oracle.simplex import Program
from .solving import plan_of


def fewer(problem: Problem, plan: Plan, key: str) -> Plan:
    """The plan with one machine less of a reservation."""
    assert any(p.option == key for p in plan.reserved)
    bought = tuple(
        Purchase(option=p.option, start=p.start, quantity=p.quantity - (p.option == key))
        for p in plan.reserved
    )
    return replace(plan, reserved=bought)


def test_the_verifier_refuses_a_plan_that_a_loss_would_break() -> None:
    problem = make_problem(
        make_rate(2, ALL),
        elastic=(make_elastic(price=0.5, machine=A),),
        reservations=(by_month(B),),
        limits=surviving(),
    )
    plan = plan_of(problem)
    verify(replace(problem, limits=Limits()), fewer(problem, plan, "r-b"))  # enough without the rule
    with pytest.raises(
        PlanRefused, match=r"survive_loss_of in slice 0 .*without acme/r1.* can do 0\.5 of it"
    ):
        verify(problem, fewer(problem, plan, "r-b"))


def test_the_verifier_counts_shared_machines_once() -> None:
    loads = (make_rate(2, {"a": 1.0, "b": 1.0}), make_rate(2, {"b": 1.0, "c": 1.0}, name="search"))
    ahead = (by_month(A), by_month(B), by_month(C))
    problem = make_problem(*loads, reservations=ahead, limits=surviving())
    plan = plan_of(problem)
    verify(problem, plan)
    said = []
    for key in ("r-a", "r-b", "r-c"):
        with pytest.raises(PlanRefused) as refused:
            verify(problem, fewer(problem, plan, key))
        said.append(refused.value.problems)
    # of six machines two stand by: where these are, taking one away breaks nothing but the rule
    assert any(all(text.startswith("survive_loss_of") for text in problems) for problems in said)


def test_pools_of_several_speeds_are_dealt_out_as_well_as_can_be() -> None:
    x, y = Pool(1.0, {"chat": 1.0, "search": 2.0}), Pool(1.0, {"chat": 2.0, "search": 1.0})
    # each at what it is fast at: 2 of both; the other way round only 1
    assert can_take_over({"chat": 2.0, "search": 2.0}, [x, y]) is None
    assert can_take_over({"chat": 2.5, "search": 2.5}, [x, y]) == pytest.approx(0.8)
    assert can_take_over({"chat": 4.0}, [x, y]) == pytest.approx(0.75)
    assert can_take_over({"chat": 0.0}, []) is None


SPEEDS = st.dictionaries(st.sampled_from("abc"), st.sampled_from([0.5, 1.0, 3.0]), min_size=1)


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(
    st.dictionaries(st.sampled_from("abc"), st.floats(0.1, 50.0), min_size=1),
    st.lists(st.builds(Pool, st.floats(0.5, 20.0), SPEEDS), max_size=5),
)
def test_the_share_that_pools_can_do_is_that_of_another_simplex(
    needs: dict[str, float], pools: list[Pool]
) -> None:
    program = Program()
    share = program.column()
    program.at_most.append(({share: 1.0}, 1.0))
    met: dict[str, dict[int, float]] = {name: {share: need} for name, need in needs.items()}
    for pool in pools:
        parts = {name: program.column() for name in pool.speeds.keys() & needs.keys()}
        program.at_most.append((dict.fromkeys(parts.values(), 1.0), pool.machines))
        for name, part in parts.items():
            met[name][part] = -pool.speeds[name]
    program.at_most += [(row, 0.0) for row in met.values()]
    found = can_take_over(needs, pools)
    assert (1.0 if found is None else found) == pytest.approx(program.largest({share: 1.0}), abs=1e-7)


def test_running_less_of_a_partner_is_refused_too() -> None:
    partner = make_elastic("uni", 1.5, machine=make_machine("p", provider="partner/uni", region="uni"))
    loads = make_rate(2, {"a": 1.0, "p": 1.0})
    offers = (replace(partner, partner=True),)
    problem = make_problem(loads, elastic=offers, reservations=(by_month(A),), limits=surviving())
    plan = plan_of(problem)
    runs = tuple(Run(option=r.option, slice=r.slice, quantity=r.quantity - 1) for r in plan.runs)
    with pytest.raises(PlanRefused, match="without acme/r1"):
        verify(problem, replace(plan, runs=runs))
