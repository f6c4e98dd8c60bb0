"""Strategies to compare with: costs worked out on paper. Three months have 2190 hours, all worth the same."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from optimizer.baselines import BaselineOutcome, BaselineStatus, baselines
from optimizer.problem import Limits, Owned, Problem
from optimizer.solve import solve
from optimizer.strategies import STRATEGIES

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
from .solving import cost

# the package names a function like its module, so that the module cannot be had by attribute
room = import_module("optimizer.baselines")
HOURS = 3 * 730
RIVAL = make_machine("n", provider="rival")
EXACT = 1e-9


def make_world(**changes: Any) -> Problem:
    """Four machines' load, half of it interruptible, and every kind of capacity to serve it with."""
    server = make_server(capex=900.0, life_months=3)
    values: dict[str, Any] = {
        "elastic": (
            make_elastic(price=2.0),
            make_elastic("od-rival", price=1.8, machine=RIVAL),
            make_elastic("spot", price=0.5, spot=True),
            make_elastic("friend", price=0.3, partner=True, max_quantity=1),
        ),
        "reservations": (
            make_reservation(price=1.0, term=3),
            make_reservation("r-rival", price=1.2, term=3, machine=RIVAL),
        ),
        "sites": (make_site(server, opening_capex=500.0),),
    }
    load = make_rate(4, {"m": 1.0, "n": 1.0, "m-s": 1.0}, interruptible_fraction=0.5)
    return make_problem(load, months=3, **(values | changes))


def by_name(problem: Problem) -> dict[str, BaselineOutcome]:
    return {outcome.name: outcome for outcome in baselines(problem, gap=EXACT)}


def one(problem: Problem, name: str, monkeypatch: pytest.MonkeyPatch) -> BaselineOutcome:
    """One strategy alone, to keep a test about one thing quick."""
    monkeypatch.setattr(room, "STRATEGIES", {name: STRATEGIES[name]})
    (outcome,) = baselines(problem, gap=EXACT)
    return outcome


def test_each_strategy_costs_what_it_costs_on_paper() -> None:
    found = by_name(make_world())
    expected = {
        "all_on_demand": 4 * 1.8 * HOURS,  # the cheaper of both providers
        "best_single_commitment": 4 * 1.0 * HOURS,  # r in every hour, since the load is flat
        "all_self_hosted": 4 * 900 + 500,
        "all_cloud": (2 * 0.5 + 2 * 1.0) * HOURS,  # half spot, half r
        "no_partner": 4 * 900 + 500,  # an hour of a server costs 900 / 2190 = 0.41, less than spot
        "cheapest_single_provider": (2 * 0.5 + 2 * 1.0) * HOURS,  # rival: 4 * 1.2
    }
    assert list(found) == list(expected)
    assert {name: outcome.npv for name, outcome in found.items()} == pytest.approx(expected)
    assert {outcome.status for outcome in found.values()} == {BaselineStatus.OPTIMAL}


def test_notes_name_the_commitment_and_the_provider() -> None:
    found = by_name(make_world())
    assert found["best_single_commitment"].note == "4 x r"
    assert found["cheapest_single_provider"].note == "acme"


def test_no_strategy_is_cheaper_than_the_recommendation() -> None:
    problem = make_world()
    least = cost(problem)
    # one partner machine, three servers
    assert least == pytest.approx(0.3 * HOURS + 3 * 900 + 500)
    assert all(outcome.npv is not None and outcome.npv >= least - 1e-6 for outcome in baselines(problem))


def test_a_strategy_without_meaning_is_not_defined_and_says_why() -> None:
    problem = make_problem(make_rate(1), elastic=(make_elastic(),))
    found = by_name(problem)
    undefined = {name: o.note for name, o in found.items() if o.status is BaselineStatus.NOT_DEFINED}
    assert undefined == {
        "best_single_commitment": "no reservation is offered",
        "all_self_hosted": "the plan names no site",
        "no_partner": "the plan names no partner",
    }
    assert found["all_cloud"].npv == pytest.approx(2 * 730)
    assert found["all_self_hosted"].npv is None


def test_own_sites_alone_leave_no_cloud_strategy() -> None:
    found = by_name(make_problem(make_rate(1, {"m-s": 1.0}), sites=(make_site(),)))
    undefined = {name for name, o in found.items() if o.status is BaselineStatus.NOT_DEFINED}
    assert undefined == set(STRATEGIES) - {"all_self_hosted"}


def test_a_commitment_may_cover_only_the_base_of_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    # 4 machines for 12 hours a day, 2 for the rest. Reserved at 1.2: each of the first 2 saves 0.8 an hour,
    # a third would cost 1.2 and save 2.0 / 2 = 1.0.
    load = make_rate(4, shape=two_levels(0.5))
    problem = make_problem(
        load,
        months=3,
        elastic=(make_elastic(price=2.0),),
        reservations=(make_reservation(price=1.2, term=3),),
    )
    found = one(problem, "best_single_commitment", monkeypatch)
    assert found.npv == pytest.approx(HOURS * (2 * 1.2 + 2 * 2.0 / 2))
    assert found.note == "2 x r"


def test_the_commitment_is_bought_at_the_start_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # a term of one month, a plan of three: reserved in the first, on demand in the others.
    problem = make_problem(
        make_rate(1), months=3, elastic=(make_elastic(),), reservations=(make_reservation(term=1),)
    )
    found = one(problem, "best_single_commitment", monkeypatch)
    assert found.npv == pytest.approx(730 * (1 + 2 + 2))


def test_only_one_commitment_is_taken_where_two_would_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    # chat runs on m only, code on n only; each could be reserved at half its price. One must stay on demand:
    # reserving n saves 2 * 730, reserving m only 1 * 730.
    problem = make_problem(
        make_rate(1, {"m": 1.0}),
        make_rate(1, {"n": 1.0}, name="code"),
        elastic=(make_elastic(price=2.0), make_elastic("od-rival", price=4.0, machine=RIVAL)),
        reservations=(make_reservation(term=1), make_reservation("rn", price=2.0, term=1, machine=RIVAL)),
    )
    found = one(problem, "best_single_commitment", monkeypatch)
    assert found.npv == pytest.approx(730 * (2 + 2))
    assert found.note == "1 x rn"


@pytest.mark.parametrize("price", [1.9, 3.0])
def test_a_commitment_that_never_pays_is_said_to_be_none(
    price: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the load runs half of all hours: even 1.9 in every hour loses against 2.0 in half of them.
    load = make_rate(1, shape=two_levels(0.0))
    problem = make_problem(
        load, elastic=(make_elastic(),), reservations=(make_reservation(price=price, term=1),)
    )
    found = one(problem, "best_single_commitment", monkeypatch)
    assert found.npv == pytest.approx(730 * 2 / 2)
    assert found.note.startswith("none")


def test_limits_hold_for_strategies_too() -> None:
    found = by_name(make_world(limits=Limits(capex_total=1000.0, provider_share_max=0.5)))
    assert found["all_self_hosted"].status is BaselineStatus.INFEASIBLE  # 4100 of capex
    assert found["cheapest_single_provider"].status is BaselineStatus.INFEASIBLE  # a share of 1
    assert found["all_on_demand"].npv == pytest.approx((2 * 1.8 + 2 * 2.0) * HOURS)


def test_owned_machines_stay_in_every_cloud_strategy() -> None:
    found = by_name(make_world(owned=(Owned(key="had", quantity=3, machine=make_machine()),)))
    assert found["all_on_demand"].npv == pytest.approx(1.8 * HOURS)
    assert found["all_cloud"].npv == pytest.approx(0.5 * HOURS)
    assert found["cheapest_single_provider"].npv == pytest.approx(0.5 * HOURS)


def test_owned_servers_stay_on_demand_but_no_server_is_bought(monkeypatch: pytest.MonkeyPatch) -> None:
    # 3 owned servers run free at an open site; a new one would cost 900 against 1.8 * 2190 on demand.
    server = make_server(capex=900.0, life_months=3)
    problem = make_world(sites=(make_site(server),), owned=(Owned(key="had", quantity=3, server=server),))
    assert one(problem, "all_on_demand", monkeypatch).npv == pytest.approx(1.8 * HOURS)
    assert one(problem, "all_self_hosted", monkeypatch).npv == pytest.approx(900)
    assert one(problem, "all_cloud", monkeypatch).npv == pytest.approx((2 * 0.5 + 2 * 1.0) * HOURS)


def test_a_provider_that_cannot_serve_everything_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # rival is cheaper for chat, but has nothing for training: a month's work of one machine.
    problem = make_problem(
        make_rate(1, {"m": 1.0, "n": 1.0}),
        make_work(730, {"m": 1.0}),
        elastic=(make_elastic(price=2.0), make_elastic("od-rival", price=0.1, machine=RIVAL)),
    )
    found = one(problem, "cheapest_single_provider", monkeypatch)
    assert found.note == "acme"
    assert found.npv == pytest.approx(2 * 730 + 2 * 730)


def test_no_single_provider_may_do(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = make_problem(
        make_rate(1, {"m": 1.0}),
        make_rate(1, {"n": 1.0}, name="code"),
        elastic=(make_elastic(), make_elastic("od-rival", machine=RIVAL)),
    )
    found = one(problem, "cheapest_single_provider", monkeypatch)
    assert found.status is BaselineStatus.INFEASIBLE
    assert found.note == "no provider can serve every workload"


def test_an_impossible_strategy_says_whom_nothing_would_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    # servers arrive a month after the load
    late = make_site(make_server(lead_months=1, capex=900.0))
    found = one(make_world(sites=(late,)), "all_self_hosted", monkeypatch)
    assert found.status is BaselineStatus.INFEASIBLE
    assert found.note == "nothing would serve chat in time"


def test_providers_whose_bound_cannot_win_are_not_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    solved: list[str] = []
    real: Callable[..., Any] = solve

    def counting(problem: Problem, **options: Any) -> Any:
        solved.append(problem.elastic[0].machine.provider)
        return real(problem, **options)

    monkeypatch.setattr(room, "solve", counting)
    dear = make_elastic("od-rival", price=3.0, machine=RIVAL)
    problem = make_problem(make_rate(4, {"m": 1.0, "n": 1.0}), elastic=(dear, make_elastic(price=2.0)))
    found = one(problem, "cheapest_single_provider", monkeypatch)
    assert (found.note, solved) == ("acme", ["acme"])


def test_a_caller_who_stops_gets_what_is_left_as_not_solved() -> None:
    heard: list[BaselineOutcome] = []
    found = baselines(make_world(), progress=heard.append, cancelled=lambda: len(heard) >= 2)
    assert tuple(heard) == found
    assert [outcome.status for outcome in found[:2]] == [BaselineStatus.OPTIMAL] * 2
    assert {outcome.status for outcome in found[2:]} == {BaselineStatus.NOT_SOLVED}
    assert all(outcome.npv is None and outcome.gap is None for outcome in found[2:])
