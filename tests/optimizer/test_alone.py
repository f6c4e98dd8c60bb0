"""Workloads on machines of their own: steps of what is held, against every choice and the whole model."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import alone as steps
from optimizer import frontier as choices
from optimizer.alike import merge, roles
from optimizer.alone import alone, buy_alone, is_alone
from optimizer.bought_first import run_with
from optimizer.build import Built, build
from optimizer.decompose import STRATEGIC, decompose
from optimizer.frontier import Machines, frontier, together
from optimizer.groups import Group, undivided
from optimizer.highs import Effort, SolverAnswer, run
from optimizer.matrix import Matrix, fits, matrix_of
from optimizer.problem import CapacityBlock, Elastic, Problem, Reservation
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.timegrid import Window
from optimizer.verify import verify

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_site,
    make_work,
    two_levels,
)

EXACT = Effort(gap=0.0, seconds=30.0)
MACHINES = st.builds(
    Machines,
    size=st.floats(0.2, 3.0),
    cost=st.sampled_from([0.0, 0.7, 1.0, 1.3, 2.9]),
    most=st.integers(0, 3),
)


def cheapest(offers: list[Machines], need: float) -> float:
    """By looking at every choice."""
    counts = product(*(range(offer.most + 1) for offer in offers))
    costs = [
        sum(n * offer.cost for n, offer in zip(some, offers, strict=True))
        for some in counts
        if sum(n * offer.size for n, offer in zip(some, offers, strict=True)) >= need * (1 - 1e-9)
    ]
    return min(costs, default=np.inf)


@given(st.lists(MACHINES, max_size=4), st.floats(0.1, 8.0), st.floats(0.05, 1.0))
def test_a_frontier_has_the_cheapest_choice_for_every_need(
    offers: list[Machines], need: float, share: float
) -> None:
    found = frontier(offers, need)

    for asked in (need, share * need):
        cost = float(found.least_cost(np.array([asked]))[0])
        assert cost == pytest.approx(cheapest(offers, asked), abs=1e-9)


@given(st.lists(MACHINES, min_size=2, max_size=4), st.floats(0.1, 8.0))
def test_a_frontier_of_few_points_is_never_dearer(offers: list[Machines], need: float) -> None:
    every = frontier(offers, need)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choices, "MOST_POINTS", 3)
        few = frontier(offers, need)

    needs = np.linspace(0.0, need, 20)
    assert len(few.size) <= 4
    assert (few.least_cost(needs) <= every.least_cost(needs) + 1e-9).all()


def test_what_spot_does_counts_up_to_its_share() -> None:
    steady, spot = frontier([Machines(1.0, 5.0, 9)], 3.0), frontier([Machines(1.0, 1.0, 9)], 1.5)

    both = together(steady, spot, 3.0)

    assert both.least_cost(np.array([1.5, 2.0, 3.0])).tolist() == [2.0, 6.0, 11.0]


@st.composite
def plans(draw: st.DrawFn) -> Problem:
    """One or two loads that the same machines serve at the same multiple; all kinds that have steps."""
    months, offers, reserved = draw(st.integers(1, 3)), list[Elastic](), list[Reservation]()
    sizes = draw(st.lists(st.sampled_from([0.4, 1.0, 1.5, 2.3]), min_size=1, max_size=3))
    for n, size in enumerate(sizes):
        machine, price = make_machine(f"m{n}"), size * draw(st.sampled_from([0.8, 1.0, 1.3]))
        offers.append(make_elastic(f"o{n}", price, machine=machine))
        if draw(st.booleans()):
            most = draw(st.integers(1, 3))
            offers.append(make_elastic(f"s{n}", 0.4 * price, machine=machine, spot=True, max_quantity=most))
        if draw(st.booleans()):
            least = draw(st.sampled_from([1, 2]))
            limits = {"min_quantity": least, "max_quantity": draw(st.sampled_from([None, 2, 3]))}
            share = draw(st.sampled_from([0.3, 0.5, 0.7]))
            reserved.append(make_reservation(f"r{n}", share * price, 2, machine=machine, **limits))
    loads = []
    for n in range(draw(st.integers(1, 2))):
        scale = draw(st.sampled_from([1.0, 0.5, 1000.0]))
        loads.append(
            make_rate(
                scale * draw(st.floats(0.3, 4.0)),
                {f"m{k}": scale * size for k, size in enumerate(sizes)},
                name=f"w{n}",
                shape=two_levels(draw(st.sampled_from([0.2, 0.6, 1.0]))),
                growth_per_month=draw(st.sampled_from([0.0, 0.2])),
                interruptible_fraction=draw(st.sampled_from([0.0, 0.4, 1.0])),
            )
        )
    return make_problem(*loads, months=months, elastic=tuple(offers), reservations=tuple(reserved))


def modelled(problem: Problem) -> tuple[Built, Matrix, Group]:
    built = build(problem)
    matrix = matrix_of(built.model.lp)
    return built, matrix, undivided(matrix).groups[0]


def bought(built: Built, matrix: Matrix, group: Group) -> SolverAnswer:
    lone = alone(built, decompose(built, matrix), group)
    assert lone is not None
    return buy_alone(built, group, lone, EXACT)


@settings(deadline=None, max_examples=60)
@given(plans())
def test_steps_have_the_optimum_and_the_purchases_of_the_whole_model(problem: Problem) -> None:
    built, matrix, group = modelled(problem)

    found, whole = bought(built, matrix, group), run(matrix, EXACT)

    assert found.objective == pytest.approx(whole.objective, rel=1e-6, abs=1e-9)
    assert found.values is not None
    strategic = decompose(built, matrix).part_of_column == STRATEGIC
    merged = merge(matrix, roles(built, matrix))
    plan = run_with(merged, matrix, strategic, found.values, EXACT)
    assert plan.objective == pytest.approx(whole.objective, rel=1e-6, abs=1e-9)
    assert plan.values is not None
    assert fits(matrix, plan.values)


@settings(deadline=None, max_examples=20)
@given(plans())
def test_few_steps_only_make_it_cheaper(problem: Problem) -> None:
    built, matrix, group = modelled(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "MOST_STEPS", 6)
        few = bought(built, matrix, group)

    assert few.bound <= run(matrix, EXACT).objective * (1 + 1e-6) + 1e-9


UNITS = {"m": 1.0, "m-s": 1.0}


@pytest.mark.parametrize(
    "problem",
    [
        make_problem(make_rate(1.0, UNITS), elastic=(make_elastic(),), sites=(make_site(),), months=5),
        make_problem(make_rate(1.0), make_work(99.0), elastic=(make_elastic(),)),
        make_problem(make_rate(1.0), elastic=(make_elastic(partner=True, fixed_per_month=5.0),)),
        make_problem(make_rate(3.0), elastic=(make_elastic(min_quantity=2),)),
        make_problem(
            make_rate(1.0),
            elastic=(make_elastic(),),
            blocks=(
                CapacityBlock(key="b", machine=make_machine(), price_per_hour=1.0, window=Window(0.25, 0.5)),
            ),
        ),
        make_problem(
            make_rate(1.0, {"m": 1.0, "n": 2.0}),
            make_rate(1.0, {"m": 1.0, "n": 1.0}, name="other"),
            elastic=(make_elastic(), make_elastic("n", machine=make_machine("n"))),
        ),
    ],
    ids=["own servers", "training", "partner", "least quantity", "block", "other speeds"],
)
def test_a_sum_does_not_tell_all_of_other_kinds(problem: Problem) -> None:
    built, matrix, _ = modelled(problem)

    assert not is_alone(built, matrix)


def test_a_plan_of_one_load_is_proven_by_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the solver stopped at once on the whole model, and its own proof switched off."""
    machines = [make_machine(f"m{n}") for n in range(4)]
    sizes = [0.11, 0.37, 1.0, 2.3]
    problem = make_problem(
        make_rate(
            7.0,
            {machine.key: size for machine, size in zip(machines, sizes, strict=True)},
            shape=two_levels(0.4),
            growth_per_month=0.03,
        ),
        months=12,
        elastic=tuple(make_elastic(f"o{n}", size**0.95, machine=machines[n]) for n, size in enumerate(sizes)),
        reservations=tuple(
            make_reservation(f"r{n}", 0.6 * size**0.95, 6, machine=machines[n])
            for n, size in enumerate(sizes)
        ),
    )
    monkeypatch.setattr("optimizer.strategy.ALONE_SECONDS", 0.0)
    monkeypatch.setattr("optimizer.fleets._likely_and_whole", None)

    outcome = solve(problem, gap=0.001, time_limit_seconds=60)

    assert outcome.status is Status.OPTIMAL
    assert outcome.plan is not None
    assert outcome.gap is not None
    assert outcome.gap <= 0.001
    verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
