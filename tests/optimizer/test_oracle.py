"""The solver against an exhaustive search: same status, same optimum, on problems of every kind."""

import pytest
from hypothesis import HealthCheck, given, reject, settings

from optimizer.problem import Limits, Problem
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
from .oracle import Best, TooLarge, cheapest_by_enumeration
from .oracle.simplex import Program
from .small_problems import crowded_problems, small_problems

ALL = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def searched(problem: Problem, time_of: Problem | None = None) -> Best:
    """What trying everything finds; a problem that is not tiny is no example."""
    try:
        return cheapest_by_enumeration(problem, time_of)
    except TooLarge:
        reject()


def check(problem: Problem) -> None:
    best = searched(problem)
    outcome = solve(problem, gap=1e-9, time_limit_seconds=60)
    if best.npv is None:
        assert outcome.status is Status.INFEASIBLE
        assert outcome.plan is None
        return
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective_npv == pytest.approx(best.npv, rel=1e-6, abs=1e-6)
    assert outcome.plan is not None
    account = verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    assert account.npv == pytest.approx(best.npv, rel=1e-6, abs=1e-6)


@settings(ALL, max_examples=500)
@given(small_problems())
def test_the_solver_finds_what_trying_everything_finds(problem: Problem) -> None:
    check(problem)


@pytest.mark.slow
@settings(ALL, max_examples=600)
@given(crowded_problems())
def test_it_does_so_on_many_problems(problem: Problem) -> None:
    check(problem)


def test_the_problems_tried_are_of_every_kind() -> None:
    seen: set[str] = set()

    @settings(ALL, max_examples=400)
    @given(small_problems())
    def look(problem: Problem) -> None:
        seen.add(solve(problem, gap=0.01).status)
        seen.update(type(w.demand).__name__ for w in problem.workloads)
        seen.update("spot" if e.spot else "partner" if e.partner else "on demand" for e in problem.elastic)
        rooms = ("reservations", "blocks", "sites", "owned")
        seen.update(room for room in rooms if getattr(problem, room))
        empty = Limits()
        fields = Limits.__dataclass_fields__
        seen.update(name for name in fields if getattr(problem.limits, name) != getattr(empty, name))
        seen.add(problem.horizon.end)

    look()
    wanted = {"optimal", "infeasible", "RateDemand", "WorkDemand", "spot", "partner", "on demand"}
    wanted |= {"reservations", "blocks", "sites", "owned", "run_off", "going_concern"}
    assert seen == wanted | set(Limits.__dataclass_fields__)


# the exhaustive search is code too: these are its answers on problems worked out by hand


def test_the_search_weighs_reservations_against_on_demand() -> None:
    # 13 of 24 hours at 2: 790.83 > 730 reserved; 11 of 24: 669.17 < 730
    for hours, expected in ((13, 730.0), (11, 2 * 730 * 11 / 24)):
        problem = make_problem(
            make_rate(1, shape=two_levels(0.0, high_hours=hours)),
            elastic=(make_elastic(price=2.0),),
            reservations=(make_reservation(price=1.0, term=1),),
        )
        assert cheapest_by_enumeration(problem).npv == pytest.approx(expected)


def test_the_search_fills_valleys_with_work() -> None:
    # two reserved machines have 365 hours to spare beside the load: enough for the work
    problem = make_problem(
        make_rate(2, shape=two_levels(0.5)),
        make_work(365.0),
        elastic=(make_elastic(price=5.0),),
        reservations=(make_reservation(price=1.0, term=1),),
    )
    assert cheapest_by_enumeration(problem).npv == pytest.approx(1460.0)


def test_the_search_staffs_sites_in_whole_people() -> None:
    # three servers at 250 and two people at 400
    site = make_site(staff_per_month=400.0, servers_per_person=2.0)
    problem = make_problem(
        make_rate(3, {"m": 1.0, "m-s": 1.0}), elastic=(make_elastic(price=1.0),), sites=(site,)
    )
    assert cheapest_by_enumeration(problem).npv == pytest.approx(1550.0)


def test_the_search_keeps_shares() -> None:
    other = make_machine("n", provider="rival")
    problem = make_problem(
        make_rate(4, {"m": 1.0, "n": 1.0}),
        elastic=(make_elastic(price=1.0), make_elastic("dear", price=3.0, machine=other)),
        limits=Limits(provider_share_max=0.5),
    )
    assert cheapest_by_enumeration(problem).npv == pytest.approx(730 * (2 * 1 + 2 * 3))


def test_the_search_finds_nothing_where_there_is_nothing() -> None:
    problem = make_problem(make_rate(3), elastic=(make_elastic(max_quantity=2),))
    assert cheapest_by_enumeration(problem).npv is None
    late = make_problem(make_rate(1), elastic=(make_elastic(window=Window(1.0, 2.0)),))
    assert cheapest_by_enumeration(late).npv is None


def test_the_little_simplex_solves_a_program_worked_out_by_hand() -> None:
    # largest 3a + 2b with a + b <= 4, a <= 3, a + 2b = 5: a = 3, b = 1 -> 11
    program = Program()
    a, b = program.column(), program.column()
    program.at_most += [({a: 1.0, b: 1.0}, 4.0), ({a: 1.0}, 3.0)]
    program.equal.append(({a: 1.0, b: 2.0}, 5.0))
    assert program.largest({a: 3.0, b: 2.0}) == pytest.approx(11.0)
    program.equal.append(({a: 1.0}, 0.5))  # then b = 2.25, and a + b = 2.75 fits
    assert program.largest({b: 1.0}) == pytest.approx(2.25)
    program.equal.append(({b: 1.0}, 2.0))
    assert program.largest({b: 1.0}) is None
