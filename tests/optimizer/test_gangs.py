"""Gangs over several machines: answers worked out on paper, and against trying everything."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from optimizer.checks import InvalidProblem
from optimizer.conflicts import clashes
from optimizer.problem import CapacityBlock, Limits, Owned, Problem
from optimizer.result import Plan, Run, Serve, Status
from optimizer.solve import solve
from optimizer.timegrid import Window
from optimizer.verify import PlanRefused, verify

from .factories import (
    make_elastic,
    make_machine,
    make_plan,
    make_problem,
    make_rate,
    make_reservation,
    make_server,
    make_site,
    make_work,
    two_levels,
    whole_slice,
)
from .gang_problems import gang_problems, together
from .solving import cost, plan_of
from .test_oracle import ALL, check

BIG = make_machine("big", accelerators=4.0)
FAR = make_machine("far", region="r2")


@settings(ALL, max_examples=60)
@given(gang_problems())
def test_the_solver_finds_what_trying_everything_finds(problem: Problem) -> None:
    check(problem)


@pytest.mark.slow
@settings(ALL, max_examples=1500)
@given(gang_problems())
def test_it_does_so_on_many_problems(problem: Problem) -> None:
    check(problem)


@pytest.mark.parametrize("months", [1, 3])
def test_on_demand_that_holds_a_gang_is_paid_for_the_whole_month(months: int) -> None:
    # a month's work of one machine; four are held for one month, at work or not
    problem = make_problem(together(make_work(730.0)), months=months, elastic=(make_elastic(price=1.0),))
    assert cost(problem) == pytest.approx(4 * 730)


def test_machines_that_hold_a_gang_stay_on_though_committed_money_covers_them() -> None:
    # half a machine's load, held by four; all four covered at 0.20 an hour
    problem = make_problem(
        together(make_rate(0.5)),
        elastic=(make_elastic(price=1.0),),
        spend_plans=(make_plan({"od": 0.2}, term=1),),
    )
    assert cost(problem) == pytest.approx(4 * 0.2 * 730)
    assert {(run.option, run.quantity) for run in plan_of(problem).runs} == {("od", 4)}


def test_spot_that_may_not_work_holds_no_gang_either() -> None:
    # idle spot at 0.50 beside one machine on demand would hold the four of them for 2.50 an hour
    load = replace(together(make_work(730.0)), interruptible_fraction=0.5)
    offers = (make_elastic(price=1.0), make_elastic("spot", price=0.5, spot=True))
    problem = make_problem(load, elastic=offers, limits=Limits(spot_share_max=0.0))
    assert cost(problem) == pytest.approx(4 * 730)


def test_more_than_the_gang_may_work_and_by_the_hour() -> None:
    # 2.5 months of the gang: months of 4 and 6 machines cost as much as work needs, ten machine-months
    problem = make_problem(together(make_work(7300.0)), months=2, elastic=(make_elastic(price=1.0),))
    assert cost(problem) == pytest.approx(7300.0)


def test_a_machine_with_all_accelerators_holds_the_gang_alone_by_the_hour() -> None:
    # one big machine by day at 5: 365 * 4 units; four small ones held a month would be 2920
    work = together(make_work(1460.0, {"m": 1.0, "big": 4.0}), m="p", big="p")
    by_day = make_elastic("big", price=5.0, machine=BIG, partner=True, hours=frozenset(range(12)))
    problem = make_problem(work, elastic=(make_elastic(price=1.0), by_day))
    assert cost(problem) == pytest.approx(5.0 * 365)
    # a gang of five it cannot hold, not by day with small ones either: five of these, 3650
    wider = replace(problem, workloads=(together(work, 5.0, m="p", big="p"),))
    assert cost(wider) == pytest.approx(3650.0)


def test_big_and_small_machines_hold_a_gang_together() -> None:
    # gang of 5: one reserved big machine at 1 (730) and one small on demand (730) hold it. 4 of 5 units
    # would fit the big one alone, but it is smaller than the gang.
    work = together(make_work(2920.0, {"m": 1.0, "big": 4.0}), 5.0, m="p", big="p")
    kept = make_reservation("big", price=1.0, term=1, machine=BIG)
    problem = make_problem(work, elastic=(make_elastic(price=1.0),), reservations=(kept,))
    assert cost(problem) == pytest.approx(1460.0)


def test_machines_of_two_regions_hold_no_gang_together() -> None:
    # three here and three there: neither holds four
    units = {"m": 1.0, "far": 1.0}
    work = together(make_work(730.0, units), m="p", far="q")
    here = make_elastic(max_quantity=3)
    there = make_elastic("od-far", machine=FAR, max_quantity=3)
    assert solve(make_problem(work, elastic=(here, there))).status is Status.INFEASIBLE
    joined = together(make_work(730.0, units), m="p", far="p")
    assert cost(make_problem(joined, elastic=(here, there))) == pytest.approx(4 * 2 * 730)


def test_held_machines_do_other_work_in_the_hours_the_job_leaves() -> None:
    # chat needs two always; four are held for train's 1460 hours, and both fit. Apart it would be 4 + 2.
    problem = make_problem(make_rate(2), together(make_work(1460.0)), elastic=(make_elastic(price=1.0),))
    assert cost(problem) == pytest.approx(4 * 730)


def test_a_capacity_block_holds_a_gang_in_its_own_hours() -> None:
    # a quarter of a month of four machines does the work of one month of one
    block = CapacityBlock(key="b", machine=make_machine(), price_per_hour=2.0, window=Window(0.5, 0.75))
    problem = make_problem(together(make_work(730.0)), elastic=(make_elastic(price=1.0),), blocks=(block,))
    assert cost(problem) == pytest.approx(4 * 2.0 * 730 / 4)


def test_on_demand_beside_a_block_holds_a_gang_for_whole_months_only() -> None:
    # two of the block can be had; the other two: reserved for the month at 1, or on demand for the month at
    # 1.2, though on demand in the block's half alone would be 876
    block = CapacityBlock(
        key="b", machine=make_machine(), price_per_hour=0.1, window=Window(0.0, 0.5), max_quantity=2
    )
    problem = make_problem(
        together(make_work(1460.0)),
        elastic=(make_elastic(price=1.2),),
        reservations=(make_reservation(price=1.0, term=1),),
        blocks=(block,),
    )
    assert cost(problem) == pytest.approx(2 * 0.1 * 365 + 2 * 1.0 * 730)
    # without reservations: two on demand beside the block, then four
    hourly = replace(problem, reservations=())
    assert cost(hourly) == pytest.approx(2 * 0.1 * 365 + 2 * 1.2 * 365 + 4 * 1.2 * 365)


def test_a_load_needs_its_gang_in_the_hours_it_has() -> None:
    # load 1 in twelve hours of the day, none in the other twelve: four machines in half the hours
    load = together(make_rate(1, shape=two_levels(0.0)))
    assert cost(make_problem(load, elastic=(make_elastic(price=1.0),))) == pytest.approx(4 * 365)


def test_a_partner_open_at_night_holds_no_gang() -> None:
    night = frozenset(range(12))
    partner = make_elastic("p", price=0.1, partner=True, hours=night)
    work = together(make_work(730.0))
    assert solve(make_problem(work, elastic=(partner,))).status is Status.INFEASIBLE
    assert cost(make_problem(make_work(730.0), elastic=(partner,))) == pytest.approx(73.0)


def test_spot_holds_a_gang_only_where_work_may_be_interrupted() -> None:
    spot = make_elastic("spot", price=0.5, spot=True)
    plain = make_elastic(price=2.0)
    firm = make_problem(together(make_work(730.0)), make_rate(0.0), elastic=(plain, spot))
    loose = make_problem(together(make_work(730.0, interruptible_fraction=0.5)), elastic=(plain, spot))
    assert cost(firm) == pytest.approx(4 * 2 * 730)
    # half of the work is on spot: one machine half at work would do, yet plain ones are paid when at work
    assert cost(loose) == pytest.approx(3 * 0.5 * 730 + 2.0 * 730)


def test_own_servers_and_owned_machines_hold_a_gang_for_nothing_more() -> None:
    work = together(make_work(730.0, {"m-s": 1.0}), 2.0, **{"m-s": "own"})
    server = make_server(capex=1000.0, life_months=1, lead_months=0)
    assert cost(make_problem(work, sites=(make_site(server),))) == pytest.approx(2000.0)
    owned = Owned(key="own", quantity=4, machine=make_machine())
    assert cost(make_problem(together(make_work(2920.0)), owned=(owned,))) == pytest.approx(0.0)


def test_two_gangs_are_held_by_the_same_machines() -> None:
    # each a month's work of one machine: the four of the larger gang hold the smaller too
    problem = make_problem(
        together(make_work(730.0, name="a"), 4.0),
        together(make_work(730.0, name="b"), 3.0),
        elastic=(make_elastic(price=1.0),),
    )
    assert cost(problem) == pytest.approx(4 * 730)


def run_plan(count: int, at_work: float = 1.0) -> Plan:
    """One month in one slice: so many machines run, `at_work` of them for train."""
    return Plan(
        slices=(whole_slice(0, 0),),
        runs=(Run(option="od", slice=0, quantity=count),),
        serves=(Serve(workload="train", source="od", slice=0, machines=at_work),),
    )


def test_the_verifier_refuses_work_of_a_gang_that_is_not_held() -> None:
    problem = make_problem(together(make_work(730.0)), elastic=(make_elastic(price=1.0),))
    assert verify(problem, run_plan(4)).npv == pytest.approx(2920.0)
    with pytest.raises(
        PlanRefused, match="gang of 4 accelerators only 3 are held all month, and 0 by commit"
    ):
        verify(problem, run_plan(3))


def test_the_verifier_looks_at_every_hour_of_the_month() -> None:
    # held in the first half only, in which all the work is done
    halves = (whole_slice(0, 0, 0.0, 0.5), whole_slice(1, 0, 0.5, 1.0))
    problem = make_problem(together(make_work(730.0)), elastic=(make_elastic(price=1.0),))
    plan = Plan(
        slices=halves,
        runs=(Run(option="od", slice=0, quantity=4),),
        serves=(Serve(workload="train", source="od", slice=0, machines=2.0),),
    )
    with pytest.raises(PlanRefused, match="only 0 are held all month"):
        verify(problem, plan)
    ungrouped = replace(problem, workloads=(make_work(730.0),))
    assert verify(ungrouped, plan).npv == pytest.approx(1460.0)


def test_a_gang_names_the_pool_of_every_machine_that_can_serve() -> None:
    work = together(make_work(730.0, {"m": 1.0, "big": 4.0}), 0.0, m="p")
    with pytest.raises(InvalidProblem) as caught:
        solve(make_problem(work, elastic=(make_elastic(),)))
    assert caught.value.faults == (
        "workloads[0].gang.accelerators: 0.0: must be a number, 1e-09 or more",
        "workloads[0].gang.pools: 'big': missing: every machine that can serve has its pool",
    )


def test_a_gang_that_can_be_held_nowhere_is_named_with_its_numbers() -> None:
    units = {"m": 1.0, "far": 1.0}
    work = together(make_work(730.0, units), 512.0, m="acme/r1/H100", far="acme/r2/H100")
    problem = make_problem(
        work,
        elastic=(make_elastic(max_quantity=40), make_elastic("od-far", machine=FAR, max_quantity=20)),
        reservations=(make_reservation(max_quantity=24),),
    )
    assert solve(problem).status is Status.INFEASIBLE
    (clash,) = clashes(problem)
    assert (clash.limit, clash.where, clash.needed, clash.available) == ("gang", "train", 512.0, 64.0)
    assert (clash.place, clash.month, clash.unit) == ("acme/r1/H100", None, "accelerators held together")


def test_a_load_names_the_first_month_in_which_its_gang_cannot_be_held() -> None:
    owned = Owned(key="own", quantity=4, machine=make_machine(), last_month=0)
    problem = make_problem(
        together(make_rate(1)), months=2, elastic=(make_elastic(max_quantity=2),), owned=(owned,)
    )
    (clash,) = clashes(problem)
    assert (clash.limit, clash.available, clash.month) == ("gang", 2.0, 1)


def test_a_gang_that_clashes_with_a_limit_is_shown_with_it() -> None:
    # four machines for a month are 5840; the money is there for two
    problem = make_problem(
        together(make_work(730.0)), elastic=(make_elastic(),), limits=Limits(cash_per_month=(3000.0,))
    )
    assert solve(problem).status is Status.INFEASIBLE
    found = {clash.limit: clash for clash in clashes(problem)}
    assert found.keys() == {"demand", "cash_per_month"}
    assert found["cash_per_month"].needed == pytest.approx(5840.0)
