"""Limits that cannot hold together: sets and numbers worked out on paper. One month of 730 hours."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from optimizer.clash import Clash
from optimizer.conflicts import clashes
from optimizer.limited import only
from optimizer.problem import CapacityBlock, Limits, Problem
from optimizer.result import Status
from optimizer.solve import solve
from optimizer.timegrid import Window

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

SMOKY = make_machine(carbon_kg_per_hour=1.0)
RIVAL = make_machine("n", provider="rival", country="FR")
BOTH = {"m": 1.0, "n": 1.0}


def numbers(found: Sequence[Clash]) -> dict[str, tuple[float | None, float | None]]:
    """Needed and available by limit and where, of exact answers."""
    assert all(clash.exact for clash in found)
    return {_name(clash): (clash.needed, clash.available) for clash in found}


def _name(clash: Clash) -> str:
    return f"{clash.limit}:{clash.where}" if clash.where else clash.limit


def make_block(end: float) -> CapacityBlock:
    """One machine from the start of the plan."""
    window = Window(0.0, end)
    return CapacityBlock(key="b", machine=make_machine(), price_per_hour=1.0, window=window, max_quantity=1)


def cash(*most: float) -> Limits:
    return Limits(cash_per_month=most)


CASES: dict[str, tuple[Problem, dict[str, tuple[float, float]]]] = {
    # four machines at 2.0 cost 4 * 2 * 730 = 5840 a month; 5000 pay for three
    "cash": (
        make_problem(make_rate(4), elastic=(make_elastic(price=2.0),), limits=cash(5000.0)),
        {"demand:chat": (1.0, 3 / 4), "cash_per_month": (5840.0, 5000.0)},
    ),
    # 2.5 units an hour would cost 3650 if machines could be divided; three whole ones cost 4380
    "whole machines": (
        make_problem(make_rate(2.5), elastic=(make_elastic(price=2.0),), limits=cash(3651.0)),
        {"demand:chat": (1.0, 2 / 2.5), "cash_per_month": (4380.0, 3651.0)},
    ),
    # three servers of 1000 are needed, nothing else can serve
    "capex": (
        make_problem(
            make_rate(3, {"m-s": 1.0}), sites=(make_site(),), limits=Limits(capex_total=2500.0)
        ),
        {"demand:chat": (1.0, 2 / 3), "capex_total": (3000.0, 2500.0)},
    ),
    # 1500 buy one server; each of the two cloud machines then emits 730 kg
    "capex and carbon": (
        make_problem(
            make_rate(3, {"m": 1.0, "m-s": 1.0}),
            elastic=(make_elastic(machine=SMOKY),),
            sites=(make_site(),),
            limits=Limits(capex_total=1500.0, carbon_kg_total=1000.0),
        ),
        {"demand:chat": (1.0, 2 / 3), "capex_total": (2000.0, 1500.0), "carbon_tonnes_total": (1.46, 1.0)},
    ),
    # servers of 1.5 kW and half a rack
    "power": (
        make_problem(
            make_rate(3, {"m-s": 1.0}), sites=(make_site(make_server(power_kw=1.5), limit_kw=4.0),)
        ),
        {"demand:chat": (1.0, 2 / 3), "power:x": (4.5, 4.0)},
    ),
    "racks": (
        make_problem(
            make_rate(3, {"m-s": 1.0}), sites=(make_site(make_server(racks=0.5), limit_racks=1.0),)
        ),
        {"demand:chat": (1.0, 2 / 3), "racks:x": (1.5, 1.0)},
    ),
    "spot": (
        make_problem(
            make_rate(4, interruptible_fraction=1.0),
            elastic=(make_elastic("spot", spot=True), make_elastic("od", max_quantity=1)),
            limits=Limits(spot_share_max=0.0),
        ),
        # one machine of four is not spot; all of what it serves is then not spot
        {"demand:chat": (1.0, 1 / 4), "share:spot": (3 / 4, 0.0)},
    ),
    "partner": (
        make_problem(
            make_rate(4),
            elastic=(make_elastic("p", partner=True), make_elastic("od", max_quantity=2)),
            limits=Limits(partner_share_max=0.2),
        ),
        # of 2 + x machines x may be 20 %: x = 0.5
        {"demand:chat": (1.0, 2.5 / 4), "share:partner": (2 / 4, 0.2)},
    ),
    "provider": (
        make_problem(
            make_rate(4, BOTH),
            elastic=(make_elastic(), make_elastic("od-rival", machine=RIVAL, max_quantity=1)),
            limits=Limits(provider_share_max=0.6),
        ),
        # acme must serve 3 of 4; of 1 + x machines x may be 60 %: x = 1.5
        {"demand:chat": (1.0, 2.5 / 4), "share:provider:acme": (3 / 4, 0.6)},
    ),
    "country": (
        make_problem(
            make_rate(4, BOTH),
            elastic=(make_elastic(), make_elastic("od-rival", machine=RIVAL, max_quantity=1)),
            limits=Limits(country_share_max=0.5),
        ),
        {"demand:chat": (1.0, 2 / 4), "share:country:DE": (3 / 4, 0.5)},
    ),
    "too few machines": (
        make_problem(make_rate(4), elastic=(make_elastic(max_quantity=3),)),
        {"demand:chat": (1.0, 3 / 4)},
    ),
    # 300 hours of one machine in a month of 730, of 1000 hours of work
    "too little time": (
        make_problem(
            make_work(1000),
            blocks=(make_block(300 / 730),),
        ),
        {"demand:train": (1.0, 0.3)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_set_and_its_numbers_are_those_on_paper(case: str) -> None:
    problem, expected = CASES[case]
    found = numbers(clashes(problem))
    assert found.keys() == expected.keys()
    for name, pair in expected.items():
        assert found[name] == pytest.approx(pair, rel=1e-5, abs=1e-6), name


@pytest.mark.parametrize("case", CASES)
def test_without_any_one_member_the_rest_of_a_set_can_hold(case: str) -> None:
    problem, names = CASES[case]
    assert solve(only(problem, names)).status is Status.INFEASIBLE
    for name in names:
        rest = only(problem, names.keys() - {name})
        # a share keeps all work in the problem, the demand left out as well
        loads = tuple(load for load in rest.workloads if f"demand:{load.name}" != name)
        assert not loads or solve(replace(rest, workloads=loads)).status is Status.OPTIMAL, name


@pytest.mark.parametrize(
    ("change", "clashing"),
    [
        ({"limits": cash(5840.0)}, False),
        ({"limits": cash(5839.0)}, True),
        ({"limits": Limits(capex_total=0.0)}, False),
    ],
)
def test_limits_that_hold_do_not_clash(change: dict[str, Any], clashing: bool) -> None:
    problem = make_problem(make_rate(4), elastic=(make_elastic(price=2.0),), **change)
    assert bool(clashes(problem)) is clashing


def test_a_limit_that_has_no_part_in_it_is_not_named() -> None:
    limits = Limits(
        cash_per_month=(1e6,),
        capex_total=1e6,
        carbon_kg_total=500.0,
        provider_share_max=1.0,
        spot_share_max=0.1,
    )
    problem = make_problem(
        make_rate(1), elastic=(make_elastic(machine=SMOKY),), sites=(make_site(limit_kw=1.0),), limits=limits
    )
    assert numbers(clashes(problem)).keys() == {"demand:chat", "carbon_tonnes_total"}


def test_only_workloads_that_matter_are_named() -> None:
    # chat alone fits its own machine; train needs 1460 hours of n in 730
    problem = make_problem(
        make_rate(1), make_work(1460, {"n": 1.0}),
        elastic=(make_elastic(), make_elastic("od-n", machine=RIVAL, max_quantity=1)),
        limits=cash(1e6),
    )  # fmt: skip
    (clash,) = clashes(problem)
    assert (clash.limit, clash.where, clash.unit) == ("demand", "train", "share of the work")
    assert clash.available == pytest.approx(0.5)


def test_two_workloads_that_fit_only_one_at_a_time_are_named_together() -> None:
    # three machines in all, two needed by each; half of one's load is left when the other is served
    problem = make_problem(
        make_rate(2, name="chat"), make_rate(2, name="code"), elastic=(make_elastic(max_quantity=3),)
    )
    found = numbers(clashes(problem))
    assert found.keys() == {"demand:chat", "demand:code"}
    assert all(pair == pytest.approx((1.0, 0.5)) for pair in found.values())


def test_a_second_clash_makes_a_second_group() -> None:
    # one machine costs 1460 and emits 730 kg: neither the money nor the carbon is there
    problem = make_problem(
        make_rate(1),
        elastic=(make_elastic(price=2.0, machine=SMOKY),),
        limits=Limits(cash_per_month=(1000.0,), carbon_kg_total=100.0),
    )
    found = clashes(problem)
    groups = [{clash.limit for clash in found if clash.group == group} for group in (1, 2)]
    assert sorted(groups, key=str) == sorted(
        [{"demand", "cash_per_month"}, {"demand", "carbon_tonnes_total"}], key=str
    )
    assert {clash.group for clash in found} == {1, 2}


def test_the_worst_month_of_cash_is_named_with_its_own_ceiling() -> None:
    # month 1 needs 1460 as well, but only 1000 is there
    problem = make_problem(
        make_rate(1), months=3, elastic=(make_elastic(price=2.0),), limits=cash(2000.0, 1000.0, 1400.0)
    )
    ceiling = next(clash for clash in clashes(problem) if clash.limit == "cash_per_month")
    assert (ceiling.month, ceiling.available) == (1, 1000.0)
    assert ceiling.needed == pytest.approx(1460.0)


def test_upfront_payments_count_as_cash_of_their_month() -> None:
    # the only capacity is paid at once: 3000 in month 0
    upfront = make_reservation(price=0.0, upfront=3000.0, term=2)
    problem = make_problem(make_rate(1), months=2, reservations=(upfront,), limits=cash(2000.0, 2000.0))
    found = {clash.limit: clash for clash in clashes(problem)}
    assert found["cash_per_month"].needed == pytest.approx(3000.0)
    assert found["cash_per_month"].month == 0


def test_a_workload_that_nothing_can_serve_is_seen_without_a_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a model was built")

    monkeypatch.setattr("optimizer.conflicts.relaxed", never)
    problem = make_problem(
        make_rate(1),
        make_rate(1, {"q": 1.0}, name="odd"),
        make_work(9, {"q": 1.0}),
        elastic=(make_elastic(),),
    )
    found = clashes(problem)
    assert [(c.limit, c.where, c.needed, c.available, c.group) for c in found] == [
        ("demand", "odd", 1.0, 0.0, 1),
        ("demand", "train", 1.0, 0.0, 2),
    ]


def test_the_first_month_without_any_machine_is_named() -> None:
    # servers take two months to come; the load is there from the start
    server = make_server(lead_months=2)
    (clash,) = clashes(make_problem(make_rate(1, {"m-s": 1.0}), months=4, sites=(make_site(server),)))
    assert (clash.where, clash.month, clash.available) == ("chat", 0, 0.0)


def test_work_no_one_wants_needs_no_machine() -> None:
    idle = make_rate(0, {"q": 1.0}, name="idle")
    problem = make_problem(idle, make_rate(4), elastic=(make_elastic(max_quantity=3),))
    assert numbers(clashes(problem)).keys() == {"demand:chat"}


def test_a_load_is_judged_by_its_worst_hours() -> None:
    # 4 machines by day, 2 by night; 3 can be had: by night everything is served, by day three quarters
    problem = make_problem(make_rate(4, shape=two_levels(0.5)), elastic=(make_elastic(max_quantity=3),))
    assert numbers(clashes(problem))["demand:chat"] == pytest.approx((1.0, 0.75))


def test_without_time_no_limit_is_blamed() -> None:
    problem, _ = CASES["cash"]
    assert clashes(problem, time_limit_seconds=0.0) == ()
    assert clashes(problem, cancelled=lambda: True) == ()
