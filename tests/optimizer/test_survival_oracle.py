"""Surviving a loss, against an exhaustive search written from the rule's meaning."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.problem import Elastic, Limits, Machine, Problem, Reservation, Workload
from optimizer.survival import LossOf, Survival
from optimizer.timegrid import FLAT

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_work,
    two_levels,
)
from .losses import survivals, with_rule
from .small_problems import crowded_problems, small_problems
from .test_oracle import ALL, check

PLACES = (
    make_machine("a1", region="r1"),
    make_machine("a2", region="r2"),
    make_machine("b1", provider="rival", region="r1"),
    make_machine("p", provider="partner/p", region="p"),
)
KINDS = ("on demand", "reserved", "both", "spot and reserved", "partner", "nothing")


@st.composite
def loads(draw: st.DrawFn, name: str) -> Workload:
    """Up to two machines' work, in most of the places, in some at double speed."""
    speeds = {place.key: draw(st.sampled_from([1.0, 1.0, 1.0, 2.0, 0.0])) for place in PLACES}
    return make_rate(
        draw(st.sampled_from([0.5, 1.0, 1.5, 2.0])),
        {key: speed for key, speed in speeds.items() if speed},
        name=name,
        shape=draw(st.sampled_from([FLAT, FLAT, two_levels(0.5)])),
        interruptible_fraction=draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])),
    )


@st.composite
def spread_problems(draw: st.DrawFn) -> Problem:
    """A month of one or two loads, perhaps with work beside them, over four places of three providers."""
    work = [make_work(365.0, {place.key: 1.0 for place in PLACES})]
    elastic: list[Elastic] = []
    ahead: list[Reservation] = []
    for n, machine in enumerate(PLACES):
        kind = draw(st.sampled_from(KINDS if n < 3 else ("partner", "nothing")))
        elastic += _elastic(draw, machine, kind)
        if kind in ("reserved", "both", "spot and reserved"):
            price = draw(st.integers(1, 4)) / 2
            ahead.append(make_reservation(f"r-{machine.key}", price, 1, machine=machine))
    return make_problem(
        draw(loads("chat")),
        *draw(st.sampled_from([[], [draw(loads("search"))], work])),
        elastic=tuple(elastic),
        reservations=tuple(ahead),
        limits=Limits(survival=draw(survivals())),
    )


def _elastic(draw: st.DrawFn, machine: Machine, kind: str) -> list[Elastic]:
    price = draw(st.integers(1, 6)) / 2
    if kind in ("on demand", "both"):
        return [make_elastic(f"o-{machine.key}", price, machine=machine)]
    if kind == "spot and reserved":
        return [make_elastic(f"s-{machine.key}", price / 4, machine=machine, spot=True)]
    if kind == "partner":
        least = draw(st.sampled_from([0, 1, 2]))
        return [make_elastic(f"p-{machine.key}", price, machine=machine, partner=True, min_quantity=least)]
    return []


@settings(ALL, max_examples=20)
@given(spread_problems())
def test_every_loss_is_survived_at_least_cost(problem: Problem) -> None:
    check(problem)


@settings(ALL, max_examples=20)
@given(spread_problems(), st.sampled_from(LossOf), st.sampled_from([0.5, 1.0]))
def test_a_surge_needs_something_for_rent_elsewhere(problem: Problem, lost: LossOf, surge: float) -> None:
    check(with_rule(problem, Survival(loss_of=lost, surge_fraction=surge)))


@settings(ALL, max_examples=20)
@given(small_problems(), survivals())
def test_the_rule_holds_beside_every_other(problem: Problem, rule: Survival) -> None:
    check(with_rule(problem, rule))


@settings(ALL, max_examples=40)
@given(crowded_problems(), survivals())
def test_offers_that_are_left_out_would_not_have_helped(problem: Problem, rule: Survival) -> None:
    check(replace(problem, limits=Limits(survival=rule)))
