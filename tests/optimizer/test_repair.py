"""Months of a rounded plan that break what they share are fitted again, with all their work where it fits."""

from typing import Any

import numpy as np
import pytest

from optimizer import rounding, strategy
from optimizer.build import build
from optimizer.clock import Deadline
from optimizer.decompose import decompose
from optimizer.highs import Effort, run
from optimizer.matrix import activity, matrix_of
from optimizer.problem import Limits, Machine
from optimizer.repair import _Refit, repaired, with_shortfall
from optimizer.solve import solve
from optimizer.verify import verify

from .factories import make_elastic, make_problem, make_rate, make_work, two_levels

EXACT = Effort(gap=1e-9, seconds=30.0)


def test_a_month_that_breaks_a_share_is_fitted_again_and_its_work_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A monthly share and a cash ceiling: slices fitted one by one break both.
    dear = Machine(key="dear", provider="other", region="r2", country="FR")
    units = {"m": 3.0, "dear": 3.0}
    problem = make_problem(
        make_rate(7.0, units, shape=two_levels(0.35)),
        make_work(6000.0, units, first_month=1, last_month=3),
        months=5,
        elastic=(make_elastic("cheap", 2.0), make_elastic("dear", 3.0, machine=dear)),
        limits=Limits(provider_share_max=0.6, cash_per_month=(8500.0,) * 5),
    )
    exact = solve(problem, gap=1e-6, time_limit_seconds=60)
    repairs: list[bool] = []

    def counted(*arguments: Any) -> Any:
        found = repaired(*arguments)
        repairs.append(found is not None)
        return found

    monkeypatch.setattr(rounding, "repaired", counted)
    monkeypatch.setattr(strategy, "SMALL_COLUMNS", 0)
    monkeypatch.setattr(strategy, "few_machines", lambda *_: False)
    by_parts = solve(problem, gap=0.2, time_limit_seconds=60)
    assert any(repairs)
    assert exact.objective_npv is not None
    assert by_parts.objective_npv is not None
    assert by_parts.plan is not None
    assert exact.objective_npv * (1 - 1e-6) <= by_parts.objective_npv <= exact.objective_npv * 1.2
    verify(problem, by_parts.plan, objective_npv=by_parts.objective_npv)


def test_a_month_fitted_again_keeps_its_work_where_it_fits_however_dear() -> None:
    problem = make_problem(
        make_work(4 * 730.0), months=2, elastic=(make_elastic(price=9000.0, max_quantity=3),)
    )
    built = build(problem)
    matrix = matrix_of(built.model.lp)
    values, carried = run(matrix, EXACT).values, dict[int, float]()
    assert values is not None
    before = values.copy()
    month = _Refit(built, matrix, decompose(built, matrix), (0, 0), 0.0)

    assert month.into(values, carried, np.zeros(matrix.rows), Deadline())

    assert list(carried.values()) == [0.0]
    assert activity(matrix, values) == pytest.approx(activity(matrix, before))

    carried[month.work[0]] = 12.0  # machine-months, where three machines are to be had
    there = values[built.variables.running[0, 0].index]
    assert month.into(values, carried, np.zeros(matrix.rows), Deadline())
    assert values[built.variables.running[0, 0].index] == 3.0
    assert carried[month.work[0]] == pytest.approx(12.0 + there - 3.0)


def test_a_shortfall_fills_the_last_rows_only() -> None:
    built = build(make_problem(make_rate(2.0), elastic=(make_elastic(max_quantity=1),)))
    matrix = matrix_of(built.model.lp)
    assert run(matrix, EXACT).infeasible
    last = with_shortfall(matrix, np.array([50.0]))
    assert last.columns == matrix.columns + 1
    assert last.start[-1] == matrix.start[-1] + 1
    assert last.column[-1] == matrix.columns
    assert (last.start[:-1] == matrix.start[:-1]).all()
