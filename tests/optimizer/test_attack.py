"""Every way of attacking a model must end at the same optimum, and every bound must be one."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from optimizer import bounding, candidates, fleets, searching, shortlist, strategy
from optimizer.build import build
from optimizer.cases import site_cases
from optimizer.checks import InvalidProblem
from optimizer.constraints import CUTS, FAMILIES
from optimizer.decompose import STRATEGIC, decompose
from optimizer.highs import Effort, run
from optimizer.matrix import activity, fits, matrix_of
from optimizer.model import MONEY
from optimizer.problem import Horizon, Limits, Machine, Problem
from optimizer.result import Status
from optimizer.rounding import nearest, rounded_plan
from optimizer.solve import solve
from optimizer.timegrid import DayShape, Window
from optimizer.verify import verify

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_server,
    make_site,
    make_work,
    two_levels,
)
from .small_problems import small_problems
from .test_oracle import ALL
from .tier_problems import tier_problems

EXACT = Effort(gap=1e-9, seconds=30.0)


def a_year() -> Problem:
    """Growing load on two levels, work to be done, commitments and a site: everything purchases can be."""
    big, small = make_machine("big", accelerators=8.0), make_machine("small")
    units = {"big": 5.0, "small": 1.0, "m-s": 4.0}
    return make_problem(
        make_rate(11.0, units, shape=two_levels(0.3), growth_per_month=0.04),
        make_work(4000.0, units, first_month=2, last_month=6),
        horizon=Horizon(months=12, discount_rate=0.1),
        elastic=(
            make_elastic("big", 9.0, machine=big),
            make_elastic("small", 2.1, machine=small),
        ),
        reservations=(make_reservation("r", 5.5, 6, machine=big),),
        sites=(make_site(make_server(capex=20000.0, life_months=36), opening_capex=9000.0),),
    )


def test_all_ways_of_attack_find_the_same_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = solve(a_year(), gap=1e-7, time_limit_seconds=60)
    monkeypatch.setattr(strategy, "SMALL_COLUMNS", 0)
    by_parts = solve(a_year(), gap=1e-7, time_limit_seconds=60)
    assert whole.status is by_parts.status is Status.OPTIMAL
    assert by_parts.objective_npv == pytest.approx(whole.objective_npv, rel=2e-7)


@settings(ALL, max_examples=60)
@given(small_problems() | tier_problems())
def test_parts_end_where_the_whole_does(problem: Problem) -> None:
    whole = solve(problem, gap=1e-9, time_limit_seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strategy, "SMALL_COLUMNS", 0)
        patch.setattr(fleets, "SMALL_FLEET", -1)
        by_parts = solve(problem, gap=1e-9, time_limit_seconds=30)
    assert by_parts.status is whole.status
    if whole.objective_npv is not None:
        assert by_parts.objective_npv == pytest.approx(whole.objective_npv, rel=1e-6, abs=1e-6)


def test_the_bound_of_parts_lies_between_the_relaxation_and_the_optimum() -> None:
    built = build(a_year())
    matrix = matrix_of(built.model.lp)
    relaxed = run(matrix, EXACT, mip=False)
    proven = bounding.part_bound(matrix, decompose(built, matrix), relaxed, gap=1e-7)
    optimum = run(matrix, replace(EXACT, gap=1e-7)).objective
    assert relaxed.objective - 1e-6 <= proven <= optimum + 1e-6


def test_the_bound_of_parts_counts_whole_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    # A load of 2.2 machines at 2 an hour: 4.4 an hour without whole numbers, 3 machines with them.
    for cuts in CUTS:
        monkeypatch.delitem(FAMILIES, cuts)
    built = build(make_problem(make_rate(2.2), elastic=(make_elastic(price=2.0),)))
    matrix = matrix_of(built.model.lp)
    relaxed = run(matrix, EXACT, mip=False)
    proven = bounding.part_bound(matrix, decompose(built, matrix), relaxed)
    assert relaxed.objective == pytest.approx(2.2 * 2 * 730 * MONEY)
    assert proven == pytest.approx(3 * 2 * 730 * MONEY)


@settings(ALL, max_examples=60)
@given(small_problems())
def test_no_bound_of_parts_is_above_the_optimum(problem: Problem) -> None:
    built = build(problem)
    matrix = matrix_of(built.model.lp)
    relaxed = run(matrix, EXACT, mip=False)
    whole = run(matrix, EXACT)
    assume(matrix.columns > 0 and relaxed.optimal and whole.optimal)
    proven = bounding.part_bound(matrix, decompose(built, matrix), relaxed)
    assert proven <= whole.objective + 1e-6 * max(1.0, abs(whole.objective))


def test_rounding_gives_a_plan_that_holds() -> None:
    built = build(a_year())
    matrix = matrix_of(built.model.lp)
    case = site_cases(built, matrix, EXACT)[0]
    values = rounded_plan(built, case.matrix, decompose(built, matrix), case.relaxed, rounder=nearest)
    assert values is not None
    assert fits(matrix, values)
    assert not any(abs(x - round(x)) > 1e-9 for x in values[matrix.whole])


def test_a_point_that_breaks_a_row_does_not_fit() -> None:
    built = build(a_year())
    matrix = matrix_of(built.model.lp)
    values = run(matrix, EXACT, mip=False).values
    assert values is not None
    assert fits(matrix, values)
    worst = int(abs(activity(matrix, values)).argmax())
    column = matrix.column[matrix.start[worst]]
    values[column] += 1000.0
    assert not fits(matrix, values)


def test_what_is_bought_belongs_to_no_part() -> None:
    built = build(a_year())
    matrix = matrix_of(built.model.lp)
    cut = decompose(built, matrix)
    bought = [x.index for x in (*built.variables.reserved.values(), *built.variables.servers.values())]
    assert {int(cut.part_of_column[column]) for column in bought} == {STRATEGIC}
    assert len(cut.coupling) == 1  # the amount of work


def shared_between_two_providers(cap: float) -> Problem:
    """The dear provider is needed for what the cheap one may not serve."""
    dear = Machine(key="dear", provider="other", region="r2", country="FR")
    load = make_rate(10.0, {"m": 1.0, "dear": 1.0})
    return make_problem(
        load,
        elastic=(make_elastic("cheap", 1.0), make_elastic("dear", 3.0, machine=dear)),
        limits=Limits(provider_share_max=cap),
    )


@pytest.mark.parametrize(("cap", "hourly"), [(1.0, 10.0), (0.7, 7 * 1.0 + 3 * 3.0)])
def test_loosened_limits_are_kept_in_the_end(cap: float, hourly: float) -> None:
    outcome = solve(shared_between_two_providers(cap), gap=1e-9)
    assert outcome.objective_npv == pytest.approx(hourly * 730)


def test_a_shortlist_gives_a_plan_with_a_bound_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = solve(a_year(), gap=1e-7)
    monkeypatch.setattr(shortlist, "LARGE", 0)
    listed = solve(a_year(), gap=1e-7)
    assert exact.objective_npv is not None
    assert listed.objective_npv is not None
    assert listed.plan is not None
    assert listed.record.bound <= exact.objective_npv + 1e-6 <= listed.objective_npv + 1e-3
    assert listed.gap == pytest.approx(1 - listed.record.bound / listed.objective_npv)
    verify(a_year(), listed.plan, objective_npv=listed.objective_npv)


def test_a_shortlist_that_cannot_hold_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortlist, "LARGE", 0)
    late = make_elastic("late", 1.0, window=Window(1.0, 2.0))
    problem = make_problem(make_rate(1.0), months=2, elastic=(late,))
    assert solve(problem).status is Status.INFEASIBLE
    assert [type(model).__name__ for model in candidates.models(problem, lambda: EXACT)] == ["Model"]


def test_out_of_time_is_never_called_optimal() -> None:
    day = tuple(0.3 + 0.029 * hour for hour in range(24))
    load = make_rate(37.0, {"m": 1.0, "big": 5.3}, shape=DayShape(day, day[::-1]), growth_per_month=0.013)
    hard = make_problem(
        load,
        make_work(50_000.0, {"m": 1.0, "big": 4.9}),
        months=24,
        elastic=(make_elastic("m", 2.1), make_elastic("big", 9.7, machine=make_machine("big"))),
        reservations=(make_reservation(term=12), make_reservation("s", 1.5, 3)),
    )
    outcome = solve(hard, gap=0.0, time_limit_seconds=0.5)
    assert outcome.status in (Status.FEASIBLE, Status.UNKNOWN)
    if outcome.gap is not None and outcome.objective_npv is not None:
        assert outcome.gap == pytest.approx(1 - outcome.record.bound / outcome.objective_npv, abs=1e-9)


def test_a_problem_that_is_none_names_every_fault() -> None:
    broken = make_problem(
        make_rate(float("nan")),
        make_rate(1.0),
        elastic=(make_elastic("a", -1.0), make_elastic("a", 1.0)),
        limits=Limits(provider_share_max=1.5, cash_per_month=(1.0, 2.0)),
    )
    with pytest.raises(InvalidProblem) as caught:
        solve(broken)
    said = "\n".join(caught.value.faults)
    for words in (
        "workloads[0].demand.peak_per_hour: nan",
        "workloads: 'chat': occurs more than once",
        "a.price_per_hour: -1.0",
        "offers: 'a': occurs more than once",
        "limits.provider_share_max: 1.5: must be a number, 0 to 1",
        "limits.cash_per_month: 2 numbers: must be one for each of 1 months",
    ):
        assert words in said


def test_money_in_the_model_is_in_thousands() -> None:
    built = build(make_problem(make_rate(2.0), elastic=(make_elastic(price=3.0),)))
    assert run(matrix_of(built.model.lp), EXACT).objective == pytest.approx(2 * 3 * 730 * MONEY)


def test_a_limit_that_vanishes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "capacity", lambda *_: 0)
    with pytest.raises(AssertionError, match="capacity"):
        build(a_year())


@settings(ALL, max_examples=60)
@given(small_problems())
def test_no_bound_that_is_told_is_above_the_optimum(problem: Problem) -> None:
    whole = solve(problem, gap=1e-9, time_limit_seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strategy, "SMALL_COLUMNS", 0)
        loose = solve(problem, gap=0.2, time_limit_seconds=30)
    if whole.objective_npv is not None:
        assert loose.record.bound <= whole.objective_npv + 1e-6 * max(1.0, abs(whole.objective_npv))


def test_a_case_left_out_still_bounds_the_proof() -> None:
    built = build(a_year())
    matrix = matrix_of(built.model.lp)
    state = searching.Search(built, matrix, replace(EXACT, gap=0.2), 0.0)
    case = site_cases(built, matrix, EXACT)[0]
    state.offer(run(matrix, EXACT).values)
    won = replace(case, bound=state.cost * 0.5)
    lost = replace(case, bound=state.cost * 0.9)
    assert searching.without_hopeless(state, [won, lost]) == (won.matrix, lost.bound)
