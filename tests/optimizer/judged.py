"""A problem with one of everything, and a plan for it that holds: tests break one rule of it at a time.

Two months. Month 0 is one slice; month 1 is cut in the middle, where a block's window begins. Loads, in units
an hour: chat 4 always; train 730 machine-hours, all in month 0.

slice  chat: server (2 units)  firm  spot  partner  on demand     train
0            1                 1     0.5   0.5                    firm 1
1            1                 1.5                  0.5
2            1                 2
"""

from optimizer.problem import CapacityBlock, Limits, Owned, Problem
from optimizer.result import Plan, Purchase, Run, Serve
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
    whole_slice,
)

MACHINE = make_machine(carbon_kg_per_hour=0.1)
SERVER = make_server(
    machine=make_machine("m-s", provider="own", region="site", accelerators=2.0),
    capex=1000.0,
    power_kw=2.0,
    life_months=4,
    residual_fraction=0.2,
    maintenance_per_month=10.0,
    racks=1.0,
    max_quantity=3,
    idle_power_fraction=0.5,
)
SITE = make_site(
    SERVER,
    opening_capex=500.0,
    opening_per_month=20.0,
    limit_kw=6.0,
    limit_racks=3.0,
    price_per_kwh=0.1,
    pue=1.5,
    carbon_kg_per_kwh=0.2,
    staff_per_month=300.0,
    servers_per_person=1.0,
)
LIMITS = Limits(
    capex_total=5000.0,
    cash_per_month=(9000.0, 9000.0),
    carbon_kg_total=9000.0,
    carbon_price_per_kg=0.01,
    provider_share_max=0.9,
    country_share_max=1.0,
    spot_share_max=0.9,
    partner_share_max=0.9,
)


def judged_problem() -> Problem:
    """The problem."""
    return make_problem(
        make_rate(4, {"m": 1.0, "m-s": 2.0}, interruptible_fraction=0.5),
        make_work(730.0, last_month=0, interruptible_fraction=0.5),
        months=2,
        elastic=(
            make_elastic("od", 2.0, machine=MACHINE, max_quantity=5),
            make_elastic("spot", 0.5, machine=MACHINE, spot=True),
            make_elastic("partner", 1.0, machine=MACHINE, partner=True, fixed_per_month=50.0, min_quantity=1),
        ),
        reservations=(
            make_reservation(
                price=1.0, term=3, upfront=30.0, machine=MACHINE, min_quantity=1, max_quantity=3
            ),
        ),
        blocks=(
            CapacityBlock(
                key="b", machine=MACHINE, price_per_hour=1.5, window=Window(1.5, 2.25), max_quantity=2
            ),
        ),
        sites=(SITE,),
        owned=(
            Owned(key="own", quantity=1, machine=MACHINE, last_month=0),
            Owned(key="old", quantity=2, server=SERVER, last_month=1),
        ),
        limits=LIMITS,
    )


def judged_plan() -> Plan:
    """The plan: in month 0 three firm machines (two reserved, one owned), in month 1 two, then a block."""
    return Plan(
        slices=(whole_slice(0, 0), whole_slice(1, 1, 0.0, 0.5), whole_slice(2, 1, 0.5, 1.0)),
        reserved=(Purchase(option="r", start=0, quantity=2),),
        blocks=(Purchase(option="b", start=1, quantity=1),),
        servers=(Purchase(option="s", start=0, quantity=1),),
        opened=("x",),
        kept={("old", 1): 1},
        runs=(
            Run(option="s", slice=0, quantity=1),
            Run(option="s", slice=1, quantity=1),
            Run(option="s", slice=2, quantity=1),
            Run(option="spot", slice=0, quantity=1),
            Run(option="partner", slice=0, quantity=1),
            Run(option="od", slice=1, quantity=1),
        ),
        serves=(
            Serve(workload="chat", source="s", slice=0, machines=1.0),
            Serve(workload="chat", source="firm:m", slice=0, machines=1.0),
            Serve(workload="chat", source="spot", slice=0, machines=0.5),
            Serve(workload="chat", source="partner", slice=0, machines=0.5),
            Serve(workload="train", source="firm:m", slice=0, machines=1.0),
            Serve(workload="chat", source="s", slice=1, machines=1.0),
            Serve(workload="chat", source="firm:m", slice=1, machines=1.5),
            Serve(workload="chat", source="od", slice=1, machines=0.5),
            Serve(workload="chat", source="s", slice=2, machines=1.0),
            Serve(workload="chat", source="firm:m", slice=2, machines=2.0),
        ),
    )
