"""Plans that fall apart into groups, purchases chosen first, and cuts for spot and least quantities."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from optimizer import groups, lazily
from optimizer.alike import as_it_is
from optimizer.bought_first import buy, run_with
from optimizer.bounding import right_sides
from optimizer.build import Built, build
from optimizer.by_groups import GroupSearch
from optimizer.cases import site_cases
from optimizer.constraints import CUTS, FAMILIES
from optimizer.decompose import STRATEGIC, decompose, weighted
from optimizer.groups import fall_apart, put_together
from optimizer.highs import Effort, run
from optimizer.matrix import Matrix, fits, matrix_of, some_rows
from optimizer.problem import Limits, Problem
from optimizer.searching import Search

from .factories import HOURS, make_elastic, make_machine, make_problem, make_rate, make_reservation
from .small_problems import small_problems
from .test_oracle import ALL

EXACT = Effort(gap=0.0, seconds=20.0)


def apart(share_max: float | None = None, carbon_kg: float | None = None) -> Problem:
    """Two workloads of 1.5 and 2.5 machines; each has a cheap machine of its own, and a dear, clean one."""
    elastic, workloads = [], []
    for n, load in enumerate((1.5, 2.5)):
        units = {}
        for provider, price in (("cheap", 1.0), ("dear", 3.0)):
            kilograms = 1.0 if provider == "cheap" else 0.0
            machine = make_machine(f"{provider}{n}", provider=provider, carbon_kg_per_hour=kilograms)
            elastic.append(make_elastic(f"{provider}-offer{n}", price + n, machine=machine))
            units[machine.key] = 1.0
        workloads.append(make_rate(load, units, name=f"w{n}"))
    return make_problem(
        *workloads,
        elastic=tuple(elastic),
        limits=Limits(provider_share_max=share_max, carbon_kg_total=carbon_kg),
    )


def modelled(problem: Problem) -> tuple[Built, Matrix]:
    built = build(problem)
    return built, matrix_of(built.model.lp)


def test_workloads_that_share_no_machine_are_solved_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    built, matrix = modelled(apart())
    found = fall_apart(built, matrix, run(matrix, EXACT, mip=False))

    assert found is not None
    assert len(found.groups) == 2
    answers = [run(group.matrix, EXACT) for group in found.groups]
    costs = sorted(answer.objective for answer in answers)
    assert costs == pytest.approx([2 * 1.0 * HOURS / 1000, 3 * 2.0 * HOURS / 1000])  # whole machines
    points = [answer.values for answer in answers if answer.values is not None]
    assert fits(matrix, put_together(found, points))
    assert found.constant == pytest.approx(0.0)


def test_workloads_that_share_a_machine_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    problem = apart()
    first = problem.workloads[0]
    shared = replace(first, units_per_hour={**first.units_per_hour, "cheap1": 1.0})
    built, matrix = modelled(replace(problem, workloads=(shared, problem.workloads[1])))

    assert fall_apart(built, matrix, run(matrix, EXACT, mip=False)) is None


@pytest.mark.parametrize(
    "problem", [apart(0.5), apart(0.6), apart(0.9), apart(carbon_kg=3 * HOURS), apart(carbon_kg=4 * HOURS)]
)
def test_groups_with_a_priced_limit_bound_the_whole(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    built, matrix = modelled(problem)
    relaxed, optimum = run(matrix, EXACT, mip=False), run(matrix, EXACT)
    found = fall_apart(built, matrix, relaxed)

    assert found is not None
    bound = found.constant + sum(run(group.matrix, EXACT).bound for group in found.groups)
    assert relaxed.objective - 1e-6 <= bound <= optimum.objective + 1e-6


def without_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relaxations then run machines in parts."""
    for cut in CUTS:
        monkeypatch.delitem(FAMILIES, cut)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_groups_prove_is_the_optimum(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """2 machines at 1 an hour and 3 at 2, and not less as what is bought alone would say."""
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    without_cuts(monkeypatch)
    built, matrix = modelled(apart())
    (case,) = site_cases(built, matrix, EXACT)
    found = fall_apart(built, matrix, case.relaxed)
    assert found is not None
    state = Search(built, matrix, replace(EXACT, threads=threads), time.perf_counter())

    bound = GroupSearch(state, decompose(built, matrix), case, found).search(())

    assert case.relaxed.objective == pytest.approx((1.5 * 1.0 + 2.5 * 2.0) * HOURS / 1000)
    assert bound == pytest.approx((2 * 1.0 + 3 * 2.0) * HOURS / 1000)
    assert state.cost == pytest.approx(bound)


def test_purchases_are_whole_first_and_what_runs_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load of 1.5: one reserved at 1 an hour and one more by the hour at 1.5 cost least."""
    without_cuts(monkeypatch)
    problem = make_problem(
        make_rate(1.5, {"m": 1.0}),
        months=2,
        elastic=(make_elastic("od", 1.5),),
        reservations=(make_reservation("r", 1.0, max_quantity=1),),
    )
    built, matrix = modelled(problem)
    bought = decompose(built, matrix).part_of_column == STRATEGIC

    merged = as_it_is(matrix)  # a class would be said tightly
    chosen = buy(merged, bought, EXACT)

    assert chosen.values is not None
    reserved = [x.index for x in built.variables.reserved.values()]
    assert sum(chosen.values[reserved]) == pytest.approx(1.0)
    assert chosen.bound == pytest.approx((1.0 + 0.5 * 1.5) * 2 * HOURS / 1000)  # half a machine runs
    found = run_with(merged, matrix, bought, chosen.values, EXACT)
    assert found.objective == pytest.approx((1.0 + 1.5) * 2 * HOURS / 1000)
    nothing = run_with(merged, matrix, bought, np.zeros(matrix.columns), EXACT)
    assert nothing.objective == pytest.approx(2 * 1.5 * 2 * HOURS / 1000)


def test_what_spot_may_not_serve_runs_on_whole_machines() -> None:
    """Of 2.5, half may be spot: 1.25 take two machines on demand, and one spot machine does the rest."""
    machine = make_machine("m")
    problem = make_problem(
        make_rate(2.5, {"m": 1.0}, interruptible_fraction=0.5),
        elastic=(
            make_elastic("od", 2.0, machine=machine),
            make_elastic("spot", 0.5, machine=machine, spot=True),
        ),
    )
    _, matrix = modelled(problem)

    relaxed = run(matrix, EXACT, mip=False)

    assert relaxed.objective == pytest.approx((2 * 2.0 + 0.5) * HOURS / 1000, rel=1e-6)


def test_a_partner_is_taken_whole_or_not_at_all() -> None:
    """At least two machines for a load of 1.5: the relaxation cannot join by three quarters."""
    partner = make_elastic("p", 1.0, partner=True, min_quantity=2, max_quantity=6, fixed_per_month=100.0)
    _, matrix = modelled(make_problem(make_rate(1.5, {"m": 1.0}), elastic=(partner,)))

    relaxed = run(matrix, EXACT, mip=False)

    assert relaxed.objective == pytest.approx((2 * 1.0 * HOURS + 100.0) / 1000, rel=1e-6)


@settings(ALL, max_examples=60)
@given(problem=small_problems())
def test_cuts_added_one_by_one_give_the_relaxation_of_all(problem: Problem) -> None:
    built, matrix = modelled(problem)
    whole = run(matrix, EXACT, mip=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lazily, "FEW", -1)
        relaxer = lazily.Relaxer(built, matrix)
        found = relaxer.relaxed(matrix, EXACT)
    assert found.infeasible == whole.infeasible
    if found.values is not None:
        assert found.objective == pytest.approx(whole.objective, rel=1e-6, abs=1e-9)
        needed = run(some_rows(matrix, np.flatnonzero(relaxer.in_use)), EXACT, mip=False)
        assert needed.objective == pytest.approx(whole.objective, rel=1e-6, abs=1e-9)
        assert found.row_duals is not None
        priced = right_sides(matrix, np.flatnonzero(np.abs(found.row_duals) > 1e-9).tolist(), found.row_duals)
        left = matrix.cost - weighted(matrix, list(range(matrix.rows)), found.row_duals)
        sides = np.where(left > 0, matrix.low, np.minimum(matrix.high, 1e9))
        at_bounds = float((np.where(np.abs(left) > 1e-7, left, 0.0) * sides).sum())
        assert matrix.offset + priced + at_bounds == pytest.approx(whole.objective, rel=1e-5, abs=1e-6)


def test_a_bound_is_one_where_nothing_is_whole() -> None:
    """HiGHS tells 0 as the bound of a program without whole numbers, which may be above its optimum."""
    _, matrix = modelled(apart())
    earning = replace(
        matrix,
        cost=np.full(matrix.columns, -1.0),
        high=np.full(matrix.columns, 9.0),
        whole=np.zeros(matrix.columns, bool),
    )

    found = run(earning, EXACT)

    assert found.objective < -1.0
    assert found.bound == pytest.approx(found.objective)


def test_groups_without_purchases_bound_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they buy is nothing, so that step is a relaxation without whole numbers, at priced costs."""
    monkeypatch.setattr(groups, "LEAST_COLUMNS", 1)
    built, matrix = modelled(apart(0.6))
    bought = decompose(built, matrix).part_of_column == STRATEGIC
    found = fall_apart(built, matrix, run(matrix, EXACT, mip=False))

    assert found is not None
    for group in found.groups:
        chosen = buy(as_it_is(group.matrix), bought[group.columns], EXACT)
        assert chosen.bound == pytest.approx(chosen.objective)
        assert chosen.bound <= run(group.matrix, EXACT).objective + 1e-9
