"""How changed problems are solved again: as close as it takes, from what is known, in the time there is."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from optimizer.explain.again import difference
from optimizer.explain.forcing import forced
from optimizer.problem import Problem
from optimizer.result import Status
from optimizer.solve import solve

from .factories import HOURS, make_elastic, make_problem, make_rate
from .solving import again_of
from .test_explain import dear_and_cheap, found


def test_a_relaxation_never_costs_more_and_a_restriction_never_less_than_the_answer() -> None:
    again = again_of(dear_and_cheap())
    assert again.base.npv is not None
    same = found(again.relaxed(again.base.problem))
    gone = difference(again.base, same)
    assert gone is not None
    assert (gone.npv, gone.is_proven) == (0.0, False)
    impossible = make_problem(make_rate(1.0), elastic=(make_elastic(max_quantity=0),))
    assert found(again.solve(impossible)).status is Status.INFEASIBLE


def test_a_bound_alone_shows_that_a_rule_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a larger model the relaxation is asked first; what it cannot settle is solved."""
    room = import_module("optimizer.explain.again")
    monkeypatch.setattr(room, "FEW_COLUMNS", 0)
    problem = dear_and_cheap()
    again = again_of(problem)
    solved: list[Problem] = []

    def counted(asked: Problem, **effort: Any) -> Any:
        solved.append(asked)
        return solve(asked, **effort)

    monkeypatch.setattr(room, "solve", counted)
    same = found(again.relaxed(problem))
    assert same.npv == again.base.npv
    assert same.bound == pytest.approx(3 * 2 * 4 * HOURS)
    assert solved == []
    cheaper = replace(problem, elastic=(make_elastic(price=1.0), *problem.elastic[1:]))
    assert found(again.relaxed(cheaper)).npv == pytest.approx(3 * 4 * HOURS)
    assert len(solved) == 1
    alike = found(again.restricted(forced(problem, "od")))
    assert alike.npv == pytest.approx(3 * 2 * 4 * HOURS)
    assert len(solved) == 3  # at the wide gap, and as close as the answer


def test_what_was_cut_short_is_not_tried_again_in_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan proven to 1 %, where 0.5 % was asked for, tells what it tells."""
    room = import_module("optimizer.explain.again")
    monkeypatch.setattr(room, "FEW_COLUMNS", 0)
    problem = dear_and_cheap()
    again = again_of(problem)
    solved: list[Problem] = []

    def hasty(asked: Problem, **effort: Any) -> Any:
        solved.append(asked)
        outcome = solve(asked, **effort)
        bound = 0.99 * (outcome.objective_npv or 0.0)
        return replace(outcome, status=Status.FEASIBLE, record=replace(outcome.record, bound=bound))

    monkeypatch.setattr(room, "solve", hasty)
    alike = found(again.restricted(forced(problem, "od")))
    assert alike.npv == pytest.approx(3 * 2 * 4 * HOURS)
    assert len(solved) == 1
    assert alike.bound == again.base.bound  # no plan with an offer forced in is cheaper than the answer


def test_quickly_each_is_solved_once_to_two_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bound is asked first, and what shows no difference is not solved again."""
    room = import_module("optimizer.explain.again")
    monkeypatch.setattr(room, "FEW_COLUMNS", 0)
    problem = dear_and_cheap()
    quick = again_of(problem).quick(5.0)
    gaps: list[float] = []

    def counted(asked: Problem, **effort: Any) -> Any:
        gaps.append(effort["gap"])
        assert effort["time_limit_seconds"] <= 5.0
        return solve(asked, **effort)

    monkeypatch.setattr(room, "solve", counted)
    assert found(quick.relaxed(problem)).npv == again_of(problem).base.npv
    assert found(quick.restricted(forced(problem, "od"))).npv is not None
    assert gaps == [room.QUICK_GAP] * 2
