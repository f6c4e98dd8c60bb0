"""Surviving the loss of a region or provider: answers worked out on paper, in the comments."""

from dataclasses import replace

import pytest

from optimizer.checks import InvalidProblem, check
from optimizer.conflicts import clashes
from optimizer.problem import Owned
from optimizer.reduce import reduce
from optimizer.survival import LossOf, domain_of

from .factories import (
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_server,
    make_site,
    make_work,
    two_levels,
)
from .losses import ALL, A, B, C, by_month, surviving
from .solving import cost, plan_of

HOUR = 730
THREE = (by_month(A), by_month(B), by_month(C, 1.5))


def test_three_regions_hold_half_the_load_each() -> None:
    # load 4: without any one region the other two must hold 4, so 2 each: 7. Two alone: 4 + 4.
    problem = make_problem(make_rate(4, ALL), reservations=THREE, limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * (2 + 2 + 2 * 1.5))


def test_two_regions_of_a_provider_are_lost_together_with_it() -> None:
    # without acme the rival holds all 4; without the rival acme does.
    problem = make_problem(make_rate(4, ALL), reservations=THREE, limits=surviving(LossOf.PROVIDER))
    assert cost(problem) == pytest.approx(HOUR * (4 + 4 * 1.5))


def test_headroom_counts() -> None:
    load = make_rate(2, ALL, headroom_fraction=0.5)
    problem = make_problem(load, reservations=(by_month(A), by_month(B)), limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * (3 + 3))


def test_the_busiest_hour_decides_what_is_held() -> None:
    load = make_rate(4, ALL, shape=two_levels(0.25))
    problem = make_problem(load, reservations=(by_month(A), by_month(B)), limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * 8)


@pytest.mark.parametrize(("surge", "standby"), [(0.0, 4), (0.5, 2), (0.75, 1), (1.0, 0)])
def test_a_surge_replaces_a_part_of_what_is_lost(surge: float, standby: int) -> None:
    # a only by the hour (0.5), b only reserved (1.0). Served in a: without b it all goes on; without a
    # surge * 4 is rented anew, and b holds the rest.
    problem = make_problem(
        make_rate(4, {"a": 1.0, "b": 1.0}),
        elastic=(make_elastic(price=0.5, machine=A),),
        reservations=(by_month(B),),
        limits=surviving(surge=surge),
    )
    assert cost(problem) == pytest.approx(HOUR * (4 * 0.5 + standby))


def test_on_demand_elsewhere_goes_on_for_its_own_workload() -> None:
    # 2 on demand in b and 2 in the rival's c (0.5 each) serve all; the loss of either leaves 2; a holds 2.
    problem = make_problem(
        make_rate(4, ALL),
        elastic=tuple(make_elastic(f"o-{m.key}", 0.5, machine=m) for m in (A, B, C)),
        reservations=(by_month(A), by_month(B), by_month(C)),
        limits=surviving(),
    )
    assert cost(problem) == pytest.approx(HOUR * (4 * 0.5 + 2))


def test_training_waits_while_its_machines_take_over() -> None:
    # chat 2 and two machines' training: two machines in each region do both, and either takes chat over.
    loads = (make_rate(2, ALL), make_work(2 * HOUR, ALL))
    problem = make_problem(*loads, reservations=(by_month(A), by_month(B)), limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * 4)


def test_training_alone_need_not_survive() -> None:
    problem = make_problem(make_work(2 * HOUR, ALL), reservations=(by_month(A),), limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * 2)


def test_two_workloads_lost_together_need_both_their_machines() -> None:
    loads = (make_rate(2, ALL), make_rate(1, ALL, name="search"))
    problem = make_problem(*loads, reservations=(by_month(A), by_month(B)), limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * (3 + 3))


def test_workloads_lost_apart_share_what_stands_by() -> None:
    # chat runs in a or b, search in b or c. 2 in a serve chat, 2 in c search; 2 in b take over either.
    loads = (make_rate(2, {"a": 1.0, "b": 1.0}), make_rate(2, {"b": 1.0, "c": 1.0}, name="search"))
    ahead = (by_month(A), by_month(B), by_month(C))
    problem = make_problem(*loads, reservations=ahead, limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * 6)
    # were search in a and b too, each would have to take over both
    loads = (loads[0], make_rate(2, {"a": 1.0, "b": 1.0}, name="search"))
    assert cost(replace(problem, workloads=loads)) == pytest.approx(HOUR * 8)


def test_spot_takes_nothing_over_and_is_lost_wherever_it_is() -> None:
    # all of the load may be interrupted, spot is next to free: 2 are held in both regions all the same.
    spot = make_elastic("spot", 0.01, machine=A, spot=True)
    load = make_rate(2, ALL, interruptible_fraction=1.0)
    ahead = (by_month(A), by_month(B))
    problem = make_problem(load, elastic=(spot,), reservations=ahead, limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * 4)
    # with a full surge the loss of a is made up; but where something else fails, spot is gone, and 2 are held
    assert cost(replace(problem, limits=surviving(surge=1.0))) == pytest.approx(HOUR * 2)


def test_a_partner_stands_by_with_machines_that_run() -> None:
    partner = make_elastic("uni", 1.5, machine=make_machine("p", provider="partner/uni", region="uni"))
    partner = replace(partner, partner=True, min_quantity=1, max_quantity=3)
    loads = make_rate(2, {"a": 1.0, "p": 1.0})
    problem = make_problem(loads, elastic=(partner,), reservations=(by_month(A),), limits=surviving())
    assert cost(problem) == pytest.approx(HOUR * (2 + 2 * 1.5))
    assert [run.quantity for run in plan_of(problem).runs] == [2]
    # a partner's share of the work is 0, and it stands by
    idle = replace(problem, limits=replace(surviving(), partner_share_max=0.0))
    assert cost(idle) == pytest.approx(HOUR * (2 + 2 * 1.5))


def test_own_servers_stand_by_up_to_their_usable_share_even_at_rest() -> None:
    # load 1: two servers usable by half. At rest they draw 0.25 kW of 1 each at 0.2 a kWh.
    server = make_server(capex=0.0, utilisation_cap_fraction=0.5, idle_power_fraction=0.25, life_months=1)
    problem = make_problem(
        make_rate(1, {"a": 1.0, "m-s": 1.0}),
        reservations=(by_month(A, 0.01),),
        sites=(make_site(server, price_per_kwh=0.2),),
        limits=surviving(LossOf.PROVIDER),
    )
    assert cost(problem) == pytest.approx(HOUR * (0.01 + 2 * 0.25 * 0.2))


def test_what_is_owned_stands_by() -> None:
    owned = Owned(key="own", quantity=2, machine=B)
    problem = make_problem(
        make_rate(2, ALL),
        elastic=(make_elastic(price=0.5, machine=A),),
        reservations=(by_month(A),),
        owned=(owned,),
        limits=surviving(),
    )
    # 2 on demand in a go on without b, and b takes over without a
    assert cost(problem) == pytest.approx(HOUR * 2 * 0.5)


def test_offers_elsewhere_are_kept_where_a_loss_must_be_survived() -> None:
    problem = make_problem(make_rate(4, ALL), reservations=THREE)
    assert [r.key for r in reduce(problem).problem.reservations] == ["r-a"]
    smaller = reduce(replace(problem, limits=surviving())).problem
    assert [r.key for r in smaller.reservations] == ["r-a", "r-b", "r-c"]
    smaller = reduce(replace(problem, limits=surviving(LossOf.PROVIDER))).problem
    assert [r.key for r in smaller.reservations] == ["r-a", "r-c"]


def test_spot_is_kept_in_one_place_unless_a_surge_tells_places_apart() -> None:
    spots = tuple(make_elastic(f"s-{m.key}", p, machine=m, spot=True) for m, p in ((A, 1.0), (B, 2.0)))
    load = make_rate(4, ALL, interruptible_fraction=0.5)
    problem = make_problem(load, elastic=spots, reservations=THREE, limits=surviving())
    assert [e.key for e in reduce(problem).problem.elastic] == ["s-a"]
    surge = replace(problem, limits=surviving(surge=0.5))
    assert [e.key for e in reduce(surge).problem.elastic] == ["s-a", "s-b"]


@pytest.mark.parametrize(
    ("loss_of", "provider", "region", "site", "name"),
    [
        (LossOf.REGION, "aws", "eu-west-1", None, "aws/eu-west-1"),
        (LossOf.PROVIDER, "aws", "eu-west-1", None, "aws"),
        (LossOf.REGION, "own", "hall", "hall", "own/hall"),
        (LossOf.PROVIDER, "own", "hall", "hall", "own/hall"),
        (LossOf.REGION, "partner/uni", "uni", None, "partner/uni"),
        (LossOf.PROVIDER, "partner/uni", "uni", None, "partner/uni"),
    ],
)
def test_places_have_names(loss_of: LossOf, provider: str, region: str, site: str | None, name: str) -> None:
    assert domain_of(loss_of, provider, region, site) == name


def test_a_surge_above_all_is_refused() -> None:
    with pytest.raises(InvalidProblem, match=r"surge_fraction: 1.5: must be a number, 0 to 1"):
        check(make_problem(make_rate(1), limits=surviving(surge=1.5)))


def test_a_loss_that_cannot_be_survived_is_named_with_what_could_be_met() -> None:
    # load 4; b can hold 3: without a, three quarters of it are met.
    problem = make_problem(
        make_rate(4, ALL), reservations=(by_month(A), by_month(B, most=3)), limits=surviving()
    )
    found = {clash.limit: clash for clash in clashes(problem)}
    assert found.keys() == {"demand", "survive"}
    lost = found["survive"]
    assert (lost.where, lost.month, lost.exact, lost.loads) == ("acme/r1", 0, True, (("chat", 4.0),))
    assert lost.needed == 1.0
    assert lost.available == pytest.approx(0.75)
    # serving 3 of 4 could be survived
    assert found["demand"].available == pytest.approx(0.75)


def test_money_and_a_loss_may_clash() -> None:
    # 2 each cost 4 * 730 = 2920 a month.
    limits = replace(surviving(), cash_per_month=(2500.0,))
    problem = make_problem(make_rate(2, ALL), reservations=(by_month(A), by_month(B)), limits=limits)
    found = {(clash.limit, clash.where): clash for clash in clashes(problem)}
    assert found.keys() == {
        ("demand", "chat"), ("cash_per_month", ""), ("survive", "acme/r1"), ("survive", "acme/r2")
    }  # fmt: skip
    assert found["cash_per_month", ""].needed == pytest.approx(2920.0)
    assert found["demand", "chat"].available == pytest.approx(0.5)  # one each: 1460
