"""Small fleets: whole machines, said tightly; few likely offers; and one setting for the solver's threads."""

import time

import numpy as np
import pytest
from hypothesis import given, settings

from optimizer import groups, strategy
from optimizer import likely as likely_offers
from optimizer.alike import Merged
from optimizer.build import build
from optimizer.constraints import CUTS, FAMILIES, cover
from optimizer.highs import Effort, SolverAnswer, run
from optimizer.likely import MORE, likely
from optimizer.matrix import Array, Matrix, fits, matrix_of
from optimizer.problem import Horizon, Problem
from optimizer.reduce import reduce
from optimizer.result import Status
from optimizer.searching import Search, whole
from optimizer.solve import solve
from tests.bench.model_instances import instance

from .factories import HOURS, make_elastic, make_machine, make_rate
from .small_problems import small_problems
from .test_oracle import ALL

EFFORT = Effort(gap=0.0, seconds=20.0)


def one_month(*loads: float, prices: tuple[float, ...] = (2.0,)) -> Problem:
    """Loads of workloads that each do 1 unit an hour on every machine, and machines at these prices."""
    machines = [make_machine(f"m{n}") for n in range(len(prices))]
    units = {machine.key: 1.0 for machine in machines}
    return Problem(
        horizon=Horizon(months=1),
        workloads=tuple(make_rate(load, units, name=f"w{n}") for n, load in enumerate(loads)),
        elastic=tuple(
            make_elastic(f"o{n}", price, machine=machine)
            for n, (machine, price) in enumerate(zip(machines, prices, strict=True))
        ),
    )


@pytest.mark.parametrize("cut", sorted(CUTS))
@pytest.mark.parametrize("load", [0.3, 1.4, 2.75])
def test_either_kind_of_cut_runs_whole_machines_where_one_workload_uses_one_offer(
    load: float, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in CUTS - {cut}:
        monkeypatch.delitem(FAMILIES, other)
    matrix = matrix_of(build(one_month(load)).model.lp)

    relaxed = run(matrix, EFFORT, mip=False)

    machines = np.ceil(load)  # of 2 USD an hour, in thousands
    assert relaxed.objective == pytest.approx(machines * 2.0 * HOURS / 1000.0, rel=1e-6)


@pytest.mark.parametrize("price", [0.9, 1.1])
def test_two_workloads_still_share_a_machine(price: float) -> None:
    """0.4 + 0.5 of a machine fit one; with 0.7 + 0.5, two run, the dearer offer not at all."""
    for loads, machines in (((0.4, 0.5), 1), ((0.7, 0.5), 2)):
        outcome = solve(one_month(*loads, prices=(1.0, price)), gap=0.0)

        assert outcome.status is Status.OPTIMAL
        assert outcome.objective_npv == pytest.approx(machines * min(1.0, price) * HOURS, rel=1e-6)


def test_likely_offers_are_those_used_and_those_nearest_to_it() -> None:
    prices = tuple(2.0 + 0.1 * n for n in range(MORE + 6))
    built = build(one_month(1.5, prices=prices))
    matrix = matrix_of(built.model.lp)
    relaxed = run(matrix, EFFORT, mip=False)

    few = likely(built, matrix, relaxed, None)

    running = {
        built.index.sources[q].key: float(few.high[x.index]) for (q, _), x in built.variables.running.items()
    }
    on = sum(high > 0 for high in running.values())
    assert on == MORE + 1  # the cheapest is used; the 16 next cheapest are nearest
    found = run(few, EFFORT)
    assert found.values is not None
    assert fits(matrix, found.values)
    assert found.objective == pytest.approx(2 * 2.0 * HOURS / 1000.0)


def test_what_a_known_plan_uses_stays_likely() -> None:
    prices = tuple(2.0 + 0.1 * n for n in range(MORE + 6))
    built = build(one_month(1.5, prices=prices))
    matrix = matrix_of(built.model.lp)
    relaxed = run(matrix, EFFORT, mip=False)
    dearest = max(
        (x.index for x in built.variables.running.values()), key=lambda column: float(matrix.cost[column])
    )
    known = np.zeros(matrix.columns)
    known[dearest] = 2.0

    assert likely(built, matrix, relaxed, None).high[dearest] == 0.0
    assert likely(built, matrix, relaxed, known).high[dearest] == matrix.high[dearest] > 0.0


def test_plans_with_different_threads_are_solved_in_one_process() -> None:
    """HiGHS takes one number of threads for all of a process, and answers nothing with another."""
    for threads in (2, 1, 2):
        outcome = solve(one_month(1.5), gap=0.0, threads=threads)

        assert outcome.status is Status.OPTIMAL
        assert outcome.objective_npv == pytest.approx(2 * 2.0 * HOURS)


@pytest.mark.parametrize("least_columns", [1, 50])
@pytest.mark.parametrize("threads", [1, 2])
@settings(ALL, max_examples=40)
@given(problem=small_problems())
def test_small_fleets_end_where_the_whole_does(problem: Problem, threads: int, least_columns: int) -> None:
    """Also where every group, however small, is solved by itself."""
    whole = solve(problem, gap=1e-9, time_limit_seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strategy, "SMALL_COLUMNS", 0)
        patch.setattr(likely_offers, "MORE", 0)
        patch.setattr(groups, "LEAST_COLUMNS", least_columns)
        found = solve(problem, gap=1e-9, time_limit_seconds=30, threads=threads)
    assert found.status is whole.status
    if whole.objective_npv is not None:
        assert found.objective_npv == pytest.approx(whole.objective_npv, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("count", [12, 13])
def test_rounding_for_each_workload_alone_ends_where_many_share(count: int) -> None:
    """0.3 of a machine each, 3.6 or 3.9 in all, so 4 machines; where many share, only a cut of all."""
    problem = one_month(*[0.3] * count, prices=(1.0, 1.5))
    rows = build(problem).rows

    assert (rows["linking"] > 0) == (rows["cover"] > 1) == (count <= 12)
    assert rows["cover"] > 0
    assert solve(problem, gap=0.0).objective_npv == pytest.approx(4 * HOURS)


def test_of_sizes_of_which_many_are_needed_only_those_that_round_up_most_are_cut() -> None:
    # many are needed of all but the last, rounded up by 0.5, 0.75, 0.25, 0.9 and 0.6 of a machine
    needs = (100.5, 50.25, 200.75, 150.1, 300.4, 2.5)
    sizes = [1.0 / need for need in needs]
    kept = cover._divisors(1.0, sizes)
    gains = {0: 0.5 / 100.5, 1: 0.75 / 50.25, 2: 0.25 / 200.75, 3: 0.9 / 150.1, 4: 0.6 / 300.4}
    best = sorted(gains, key=lambda n: -gains[n])[: cover.MOST_OF_MANY]
    assert set(kept) == {sizes[n] for n in (*best, 5)}


def test_a_search_ends_with_a_bound_that_is_enough() -> None:
    """Without it, this one would go on for minutes."""
    matrix = matrix_of(build(reduce(instance("S", 2)).problem).model.lp)
    least = run(matrix, EFFORT, mip=False).bound
    begun = time.perf_counter()
    found = run(matrix, Effort(gap=0.0, seconds=60.0, enough=least * (1 - 1e-6)))
    assert time.perf_counter() - begun < 40
    assert found.bound >= least * (1 - 1e-6)
    assert not found.optimal
    assert not found.infeasible


def test_the_solver_is_told_what_bound_is_enough_for_the_plan_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan may be of a choice of sites that was left out, and no start for what is left."""
    built = build(one_month(1.4))
    matrix = matrix_of(built.model.lp)
    state = Search(built, matrix, Effort(gap=0.01, seconds=20.0), time.perf_counter())
    state.offer(run(matrix, EFFORT).values)
    told: list[float] = []

    def heard(_: Merged, __: Matrix, effort: Effort, ___: Array | None = None) -> SolverAnswer:
        told.append(effort.enough)
        return SolverAnswer(False, False, 0.0, np.inf, None, 0)

    monkeypatch.setattr(Merged, "run", heard)
    whole(state, matrix, 0.0, np.inf)
    assert told == [pytest.approx(0.99 * state.cost)]
