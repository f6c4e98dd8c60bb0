"""Ways to break one rule of the judged plan, each with the words in which it must be refused."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from optimizer.problem import Problem, RateDemand
from optimizer.result import Plan, Purchase, Run
from optimizer.timegrid import DayShape, Window

from .factories import two_levels

Case = tuple[Problem, Plan]
Change = Callable[[Problem, Plan], Case]


def with_plan(**changes: Any) -> Change:
    return lambda problem, plan: (problem, replace(plan, **changes))


def added(**more: Any) -> Change:
    """The plan with one more purchase, run or serve."""

    def change(problem: Problem, plan: Plan) -> Case:
        changed: dict[str, Any] = {name: (*getattr(plan, name), item) for name, item in more.items()}
        return problem, replace(plan, **changed)

    return change


def edited(name: str, position: int, **changes: Any) -> Change:
    """The plan with one entry of a tuple changed."""

    def change(problem: Problem, plan: Plan) -> Case:
        items = list(getattr(plan, name))
        items[position] = replace(items[position], **changes)
        changed: dict[str, Any] = {name: tuple(items)}
        return problem, replace(plan, **changed)

    return change


def limited(**changes: Any) -> Change:
    return lambda problem, plan: (replace(problem, limits=replace(problem.limits, **changes)), plan)


def reoffered(room: str, key: str, **changes: Any) -> Change:
    """The problem with one offer changed."""

    def change(problem: Problem, plan: Plan) -> Case:
        items = [replace(x, **changes) if x.key == key else x for x in getattr(problem, room)]
        changed: dict[str, Any] = {room: tuple(items)}
        return replace(problem, **changed), plan

    return change


def rebuilt(**changes: Any) -> Change:
    """The problem with its site changed."""
    return reoffered("sites", "x", **changes)


def reserved_server(**changes: Any) -> Change:
    """The problem with its server type changed, at the site and where it is owned."""

    def change(problem: Problem, plan: Plan) -> Case:
        site = problem.sites[0]
        server = replace(site.servers[0], **changes)
        owned = tuple(replace(o, server=server) if o.server else o for o in problem.owned)
        return replace(problem, sites=(replace(site, servers=(server,)),), owned=owned), plan

    return change


def reloaded(position: int, **changes: Any) -> Change:
    """The problem with one workload changed."""

    def change(problem: Problem, plan: Plan) -> Case:
        items = list(problem.workloads)
        items[position] = replace(items[position], **changes)
        return replace(problem, workloads=tuple(items)), plan

    return change


def reshaped(shape: DayShape) -> Change:
    def change(problem: Problem, plan: Plan) -> Case:
        demand = problem.workloads[0].demand
        assert isinstance(demand, RateDemand)
        return reloaded(0, demand=replace(demand, shape=shape))(problem, plan)

    return change


SOLD_LATER = Window(1.0, 5.0)
HALF_DAY = frozenset(range(12))

UNKNOWN: list[tuple[Change, str]] = [
    (added(reserved=Purchase(option="q", start=0, quantity=1)), "unknown reservation 'q'"),
    (added(blocks=Purchase(option="q", start=0, quantity=1)), "unknown capacity block 'q'"),
    (added(servers=Purchase(option="q", start=0, quantity=1)), "unknown server type 'q'"),
    (with_plan(opened=("x", "q")), "unknown site 'q' opened"),
    (with_plan(kept={("q", 1): 1}), "unknown owned capacity 'q' kept"),
    (added(runs=Run(option="q", slice=0, quantity=1)), "run in slice 0: unknown offer 'q'"),
    (added(runs=Run(option="r", slice=0, quantity=1)), "run in slice 0: unknown offer 'r'"),
    (reserved_server(idle_power_fraction=None), "run in slice 0: unknown offer 's'"),
    (edited("runs", 0, slice=7), "run: unknown slice 7"),
    (edited("serves", 0, slice=7), "serve: unknown slice 7"),
    (edited("serves", 0, workload="q"), "serve in slice 0: unknown workload 'q'"),
    (edited("serves", 0, source="q"), "serve in slice 0: unknown source 'q'"),
    (edited("serves", 1, source="m"), "serve in slice 0: unknown source 'm'"),
]

COUNTS: list[tuple[Change, str]] = [
    (edited("reserved", 0, quantity=1.5), "r bought in month 0: quantity 1.5 is not a whole number"),
    (edited("reserved", 0, quantity=-1), "r bought in month 0: quantity -1 is negative"),
    (edited("blocks", 0, quantity=0.5), "b bought in month 1: quantity 0.5 is not a whole number"),
    (edited("servers", 0, quantity=1.0), "s bought in month 0: quantity 1.0 is not a whole number"),
    (with_plan(kept={("old", 1): -1}), "old kept in month 1: quantity -1 is negative"),
    (edited("runs", 3, quantity=True), "spot running in slice 0: quantity True is not a whole number"),
    (edited("runs", 3, quantity=-2), "spot running in slice 0: quantity -2 is negative"),
    (edited("serves", 0, machines=-0.1), "s serving 'chat' in slice 0: -0.1 machines is not a number from 0"),
    (edited("serves", 0, machines=math.nan), "nan machines is not a number from 0"),
]

TIME: list[tuple[Change, str]] = [
    (edited("slices", 1, index=0), "slice 0: two slices have this index"),
    (edited("slices", 1, month=2), "slice 1: month 2 is not one of the plan's 2 months"),
    (edited("slices", 0, start=-0.5), "slice 0: [-0.5, 1) is not inside month 0"),
    (edited("slices", 1, cells=(*range(48), 48)), "slice 1: its cells are not different numbers of 0..47"),
    (edited("slices", 1, cells=(0, *range(48))), "slice 1: its cells are not different numbers of 0..47"),
    (edited("slices", 1, cells=()), "slice 1: its cells are not different numbers of 0..47"),
    (edited("slices", 0, hours=731.0), "slice 0: it claims 731 hours, its cells have 730"),
    (edited("slices", 0, hours=math.nan), "slice 0: it claims nan hours"),
    (edited("slices", 0, cells=tuple(range(47))), "month 0, cell 47: in no slice from 0"),
    (edited("slices", 2, start=1.6), "month 1, cell 0: in no slice from 1.5"),
    (edited("slices", 1, end=1.6), "month 1, cell 0: in two slices from 1.5"),
    (edited("slices", 2, end=1.9), "month 1, cell 0: in no slice from 1.9"),
    (reshaped(two_levels(0.5)), "slice 0: levels of 'chat' differ within it (0.5 to 1)"),
]

OFFERS: list[tuple[Change, str]] = [
    (
        added(reserved=Purchase(option="r", start=2, quantity=1)),
        "r bought in month 2: not one of the plan's 2",
    ),
    (reoffered("reservations", "r", window=SOLD_LATER), "r bought in month 0: on sale only from 1 to 5"),
    (
        reoffered("reservations", "r", min_quantity=3),
        "r bought in month 0: 2 machines are fewer than min_quantity 3",
    ),
    (reoffered("reservations", "r", max_quantity=1), "r in month 0: 2 machines exceed max_quantity 1"),
    (
        added(reserved=Purchase(option="r", start=1, quantity=2)),
        "r in month 1: 4 machines exceed max_quantity 3",
    ),
    (edited("blocks", 0, start=0), "b: bought in month 0, its window begins in month 1"),
    (reoffered("blocks", "b", min_quantity=2), "b: 1 machines are fewer than min_quantity 2"),
    (edited("blocks", 0, quantity=3), "b: 3 machines exceed max_quantity 2"),
    (reoffered("elastic", "od", window=Window(1.25, 2.0)), "od in slice 1: available only from 1.25 to 2"),
    (reoffered("elastic", "od", hours=HALF_DAY), "od in slice 1: the slice has hours of the day in which"),
    (edited("runs", 5, quantity=6), "od in slice 1: 6 machines exceed max_quantity 5"),
    (reoffered("elastic", "od", min_quantity=2), "od in slice 1: 1 machines are fewer than min_quantity 2"),
    (
        reoffered("elastic", "partner", min_quantity=2),
        "partner in slice 0: used in month 0, 1 machines are fewer than min_quantity 2",
    ),
    (
        added(runs=Run(option="partner", slice=1, quantity=1)),
        "partner in slice 2: used in month 1, 0 machines are fewer than min_quantity 1",
    ),
]

SITES: list[tuple[Change, str]] = [
    (
        added(servers=Purchase(option="s", start=-1, quantity=1)),
        "s bought in month -1: not one of the plan's 2",
    ),
    (with_plan(opened=()), "s bought in month 0: site 'x' is not opened"),
    (with_plan(opened=(), servers=()), "old kept in month 1: site 'x' is not opened"),
    (with_plan(opened=("x", "x")), "a site is opened twice"),
    (with_plan(kept={("own", 0): 1}), "own kept in month 0: it is no server of a site"),
    (with_plan(kept={("old", 2): 1}), "old kept in month 2: it is owned only from month 0 to 1"),
    (reoffered("owned", "old", last_month=0), "old kept in month 1: it is owned only from month 0 to 0"),
    (reoffered("owned", "old", quantity=0), "old kept in month 1: 1 servers exceed the 0 owned"),
    (reserved_server(max_quantity=1), "s in month 1: 2 servers exceed max_quantity 1"),
    (rebuilt(limit_kw=3.9), "site 'x' in month 1: 4 kW exceed 3.9"),
    (rebuilt(limit_racks=1.5), "site 'x' in month 1: 2 racks exceed 1.5"),
    (edited("runs", 0, quantity=2), "s in slice 0: 2 servers at work exceed the 1 in service"),
    (reserved_server(lead_months=1), "s in slice 0: 1 servers at work exceed the 0 in service"),
    (rebuilt(opening_lead_months=1), "s in slice 0: 1 servers at work exceed the 0 in service"),
]

SERVICE: list[tuple[Change, str]] = [
    (
        edited("serves", 0, machines=0.5),
        "workload 'chat' in slice 0 (month 0): 3 units per hour served, 4 wanted",
    ),
    (
        edited("serves", 5, machines=1.1),
        "workload 'chat' in slice 1 (month 1): 4.2 units per hour served, 4 wanted",
    ),
    (edited("serves", 4, machines=0.5), "workload 'train': 365 units of work done, 730 wanted"),
    (edited("serves", 4, machines=1.5), "workload 'train': 1095 units of work done, 730 wanted"),
    (
        edited("serves", 4, slice=2),
        "firm:m serving 'train' in slice 2: month 1 is outside the workload's months",
    ),
    (
        reloaded(1, units_per_hour={"z": 1.0}),
        "firm:m serving 'train' in slice 0: it cannot serve this workload",
    ),
    (edited("runs", 5, quantity=0), "od in slice 1: 0.5 machines at work, 0 usable"),
    (edited("reserved", 0, quantity=1), "firm:m in slice 1: 1.5 machines at work, 1 usable"),
    (reoffered("reservations", "r", term_months=1), "firm:m in slice 1: 1.5 machines at work, 0 usable"),
    (reserved_server(utilisation_cap_fraction=0.9), "s in slice 0: 1 machines at work, 0.9 usable"),
    (
        reloaded(0, interruptible_fraction=0.1),
        "'chat' in slice 0: spot serves 0.5 units per hour, at most 0.4",
    ),
]

BOUNDS: list[tuple[Change, str]] = [
    (limited(capex_total=1499.0), "capex_total: 1500 exceeds 1499"),
    (limited(cash_per_month=(4700.0, 9000.0)), "cash_per_month in month 0: 4714 exceeds 4700"),
    (limited(cash_per_month=(9000.0, 3000.0)), "cash_per_month in month 1: 3706 exceeds 3000"),
    (limited(carbon_kg_total=1600.0), "carbon_kg_total: 1606 exceeds 1600"),
    # accelerator-hours of month 0: server 2 * 730, firm 2 * 730, spot 365, partner 365 = 3650
    (
        limited(provider_share_max=0.5),
        "provider_share_max in month 0: acme has 0.6 of the hours, at most 0.5",
    ),
    (limited(country_share_max=0.99), "country_share_max in month 0: DE has 1 of the hours, at most 0.99"),
    (limited(spot_share_max=0.05), "spot_share_max in month 0: spot has 0.1 of the hours, at most 0.05"),
    (
        limited(partner_share_max=0.05),
        "partner_share_max in month 0: partners has 0.1 of the hours, at most 0.05",
    ),
]

TABLE = [case for room in (UNKNOWN, COUNTS, TIME, OFFERS, SITES, SERVICE, BOUNDS) for case in room]
