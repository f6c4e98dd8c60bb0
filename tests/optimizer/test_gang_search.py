"""How gangs are found: which pools are left out, where they are held, and that both ways of attack agree."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from optimizer import conflicts, gang_shortlist, strategy
from optimizer import gang_cases as gang_cases_module
from optimizer.build import build
from optimizer.cases import site_cases
from optimizer.clock import Deadline
from optimizer.gang_cases import Decided, gang_cases
from optimizer.highs import Effort, run
from optimizer.matrix import matrix_of
from optimizer.problem import Elastic, Limits, Problem
from optimizer.reduce import reduce
from optimizer.result import Status
from optimizer.risk.scenarios import Risk, Scenario
from optimizer.solve import solve

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_work,
    two_levels,
)
from .gang_problems import gang_problems, together
from .solving import cost
from .test_oracle import ALL


@settings(ALL, max_examples=20)
@given(gang_problems())
def test_parts_end_where_the_whole_does(problem: Problem) -> None:
    whole = solve(problem, gap=1e-9, time_limit_seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strategy, "SMALL_COLUMNS", 0)
        parts = solve(problem, gap=1e-9, time_limit_seconds=30)
    assert parts.status is whole.status
    if whole.objective_npv is not None:
        assert parts.objective_npv == pytest.approx(whole.objective_npv, rel=1e-6, abs=1e-6)


def a_catalogue() -> Problem:
    """Work of a gang of four in three regions, each dearer than the one before, by the hour and reserved."""
    regions = [make_machine(f"m{n}", region=f"r{n}", accelerators=2.0) for n in range(3)]
    work = make_work(4000.0, {m.key: 2.0 for m in regions})
    return make_problem(
        together(work, 4.0, **{m.key: m.region for m in regions}),
        months=3,
        elastic=tuple(make_elastic(f"od{n}", 4.0 + n, machine=m) for n, m in enumerate(regions)),
        reservations=tuple(make_reservation(f"r{n}", 2.0 + n, 1, machine=m) for n, m in enumerate(regions)),
    )


def regions_left(problem: Problem) -> set[str]:
    smaller = reduce(problem).problem
    return {e.machine.region for e in smaller.elastic} | {r.machine.region for r in smaller.reservations}


def test_dearer_pools_are_left_out_whole_and_the_optimum_stays() -> None:
    problem = a_catalogue()
    assert regions_left(problem) == {"r0"}
    # 2000 machine-hours, at least two machines at once: reserved at 2, three machine-months
    assert cost(problem) == pytest.approx(3 * 2.0 * 730)


def test_a_pool_with_an_offer_that_no_other_has_stays() -> None:
    problem = a_catalogue()
    odd = replace(problem.reservations[2], price_per_hour=0.5)
    assert regions_left(replace(problem, reservations=(*problem.reservations[:2], odd))) == {"r0", "r2"}


def test_an_offer_of_a_bound_quantity_holds_a_pool_of_its_own() -> None:
    # the cheapest region has one machine, which holds no gang: the next one does it all
    problem = a_catalogue()
    few: tuple[Elastic, ...] = (replace(problem.elastic[0], max_quantity=1), *problem.elastic[1:])
    ahead = (replace(problem.reservations[0], max_quantity=1), *problem.reservations[1:])
    assert cost(replace(problem, elastic=few, reservations=ahead)) == pytest.approx(3 * 3.0 * 730)


def hidden_gang() -> Problem:
    """Chat has machines in every month, among which a relaxation hides a gang that one month must hold."""
    return make_problem(
        make_rate(3.2, shape=two_levels(0.6)),
        together(make_work(2000.0, first_month=1, last_month=6), 8.0),
        months=8,
        elastic=(make_elastic(price=1.0),),
        reservations=(make_reservation(price=0.7, term=8),),
    )


def test_the_choices_on_gangs_are_branched_on_until_one_way_is_best() -> None:
    built = build(hidden_gang())
    matrix = matrix_of(built.model.lp)
    (root,) = site_cases(built, matrix, Effort(gap=1e-9, seconds=30.0))
    found = gang_cases(built, [root], 1e-9, Deadline.after(30.0))
    chosen = [variable.index for variable in built.variables.together.values()]
    optimum = run(matrix, Effort(gap=1e-9, seconds=30.0)).objective
    assert root.bound < found.cases[0].bound <= optimum + 1e-6
    assert found.rest >= found.cases[0].bound - 1e-6
    for case in found.cases:
        assert sum(case.matrix.low[chosen]) == 1
        assert (case.matrix.low[chosen] == case.matrix.high[chosen]).all()


def test_without_time_the_choices_on_gangs_stay_open() -> None:
    built = build(hidden_gang())
    cases = site_cases(built, matrix_of(built.model.lp), Effort(gap=1e-9, seconds=30.0))
    found = gang_cases(built, cases, 1e-9, Deadline.after(0.0))
    assert (found.cases, found.rest) == (cases, float("inf"))


def too_dear() -> Problem:
    """Two machines for a month cost 5840 and more, in every region; a relaxation pays for parts of them."""
    problem = a_catalogue()
    return replace(problem, limits=Limits(cash_per_month=(3000.0,) * 3), reservations=())


def test_choices_that_no_plan_can_make_are_barred_and_where_none_is_left_nothing_holds() -> None:
    built = build(too_dear())
    cases = site_cases(built, matrix_of(built.model.lp), Effort(gap=1e-9, seconds=30.0))
    assert cases  # the relaxation holds
    assert gang_cases(built, cases, 1e-9, Deadline.after(30.0)) == Decided([], float("inf"))


def test_a_gang_that_no_month_can_pay_for_is_named_with_the_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gang_shortlist, "MANY", 0)  # decided on the coarse grid
    assert solve(too_dear()).status is Status.INFEASIBLE
    found = conflicts.clashes(
        replace(too_dear(), limits=Limits(carbon_kg_total=1e9, cash_per_month=(3000.0,) * 3))
    )
    assert {clash.limit for clash in found} == {"demand", "cash_per_month"}
    enough = replace(too_dear(), limits=Limits(cash_per_month=(5840.0,) * 3))
    assert solve(enough).status is not Status.INFEASIBLE
    assert conflicts.clashes(enough) == ()


def test_in_the_hardest_scenario_a_gang_is_held_or_nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gang_shortlist, "MANY", 0)
    futures = tuple(
        Scenario(probability=0.5, demand_factors={"train": x}, price_factor=1.0) for x in (0.9, 1.1)
    )
    assert solve(replace(too_dear(), risk=Risk(scenarios=futures))).status is Status.INFEASIBLE
    paid = replace(too_dear(), limits=Limits(cash_per_month=(6000.0,) * 3), risk=Risk(scenarios=futures))
    assert solve(paid, gap=1e-6).status is Status.OPTIMAL


@settings(ALL, max_examples=30)
@given(gang_problems())
def test_where_gangs_are_held_on_the_coarse_grid_is_a_plan_with_an_honest_gap(problem: Problem) -> None:
    whole = solve(problem, gap=1e-9, time_limit_seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gang_shortlist, "MANY", 0)
        patch.setattr(gang_cases_module, "WARM_COLUMNS", 0)
        found = solve(problem, gap=1e-9, time_limit_seconds=30)
    if whole.objective_npv is None:
        assert found.status is not Status.OPTIMAL
        return
    assert found.status is not Status.INFEASIBLE
    if found.objective_npv is not None:
        assert found.objective_npv >= whole.objective_npv - 1e-5
        assert found.record.bound <= whole.objective_npv + 1e-5


def test_the_order_of_offers_decides_nothing() -> None:
    problem = a_catalogue()
    same = [replace(offer, price_per_hour=4.0) for offer in problem.elastic]
    equal = replace(problem, elastic=tuple(same), reservations=())
    turned = replace(equal, elastic=tuple(reversed(same)))
    assert solve(equal, gap=1e-9).plan == solve(turned, gap=1e-9).plan


def test_both_ways_of_attack_find_where_to_hold_a_gang(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cost(hidden_gang())
    monkeypatch.setattr(strategy, "SMALL_COLUMNS", 0)
    assert cost(hidden_gang()) == pytest.approx(whole, rel=2e-9)


def test_where_time_tells_only_that_it_is_the_gang_the_gang_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gang_shortlist, "MANY", 0)

    def out_of_time(
        _problem: Problem, names: frozenset[str], *, deadline: Deadline, **_: object
    ) -> frozenset[str]:
        monkeypatch.setattr(Deadline, "passed", lambda _self: True)
        return names

    monkeypatch.setattr(conflicts, "_fewest", out_of_time)
    (clash,) = conflicts.clashes(too_dear())
    assert (clash.limit, clash.where, clash.needed, clash.available) == ("gang", "train", 4.0, None)
