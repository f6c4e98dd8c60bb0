"""An answer cut short costs what its plan costs, not what the solver left in columns that nothing needs."""

from dataclasses import replace

import pytest

from optimizer.build import build
from optimizer.extract import extract
from optimizer.highs import Effort, run
from optimizer.matrix import fits, matrix_of
from optimizer.model import MONEY
from optimizer.settled import settled
from optimizer.verify import verify

from .factories import make_elastic, make_machine, make_problem, make_rate, make_site


def test_people_and_fees_that_nothing_needs_are_taken_off() -> None:
    # three servers need two people at 400; the partner has a fee of 100 and stands still
    site = make_site(staff_per_month=400.0, servers_per_person=2.0)
    partner = make_elastic(
        "p", 9.0, machine=make_machine("n", provider="ally"), partner=True, fixed_per_month=100.0
    )
    load = make_rate(3, {"m": 1.0, "m-s": 1.0, "n": 1.0})
    problem = make_problem(load, elastic=(make_elastic(price=1.0), partner), sites=(site,))
    built = build(problem)
    matrix = matrix_of(built.model.lp)
    best = run(matrix, Effort(gap=0.0, seconds=20))
    assert best.values is not None
    left = best.values.copy()
    left[[x.index for x in built.variables.staff.values()]] += 3
    left[[x.index for x in built.variables.joined.values()]] = 1
    cut_short = replace(best, values=left, objective=float(matrix.cost @ left) + matrix.offset, optimal=False)
    assert fits(matrix, left)
    assert cut_short.objective / MONEY == pytest.approx(best.objective / MONEY + 3 * 400 + 100)
    found = settled(built, matrix, cut_short)
    assert found.values is not None
    assert found.objective == pytest.approx(best.objective)
    verify(problem, extract(built, found.values), objective_npv=found.objective / MONEY)
