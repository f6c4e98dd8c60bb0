"""Own servers against the cloud, worked out on paper. A month has 730 hours; nothing is discounted."""

import math
from dataclasses import replace
from typing import Any

import pytest

from optimizer.explain.break_even import break_even, from_month
from optimizer.problem import Problem

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
from .solving import again_of


def built_or_rented(**changes: Any) -> Problem:
    """Ten machines by day, five at night, ten months: own servers at 1,000 each, or 2 an hour."""
    server = make_server(capex=1000.0, life_months=10, machine=make_machine("s", provider="own"))
    return make_problem(
        make_rate(10.0, {"m": 1.0, "s": 1.0}, shape=two_levels(0.5)),
        months=10,
        elastic=(make_elastic(price=0.2),),
        sites=(make_site(server, opening_capex=500.0, **changes),),
    )


def test_own_servers_break_even_where_the_cloud_costs_as_much() -> None:
    """Own: 10 x 1,000 + 500. Cloud: 0.2 x 7,300 h x (ceil(10 x) + ceil(5 x)) / 2, whole machines."""
    even = break_even(again_of(built_or_rented()))
    own = 10 * 1000.0 + 500.0
    parts = [n / 1000 for n in range(1, 1001)]
    clouds = [0.2 * 7300 * (math.ceil(10 * p - 1e-9) + math.ceil(5 * p - 1e-9)) / 2 for p in parts]
    first = next(p for p, cloud in zip(parts, clouds, strict=True) if own <= cloud)
    assert even.use == pytest.approx(0.75)
    assert even.utilisation is not None
    assert even.tolerance is not None
    assert even.tolerance <= 0.01 * 0.75
    assert even.utilisation - even.tolerance - 1e-9 <= first * 0.75 <= even.utilisation + 0.001
    # 1,095 a month in the cloud: own servers have cost less from the end of the tenth month on
    assert even.month == math.ceil(own / (0.2 * 730 * 7.5)) - 1


def test_there_is_no_break_even_where_the_cloud_is_cheaper_at_full_use() -> None:
    problem = built_or_rented(opening_per_month=200.0)
    even = break_even(again_of(problem))
    assert (even.utilisation, even.month) == (None, None)
    assert even.utilisation_reason == "at the plan's own demand, a use of 75%, the cloud costs less"
    assert even.month_reason == "own servers have not cost less so far by the plan's end"


def test_without_a_site_or_with_a_workload_no_server_can_serve_there_is_no_break_even() -> None:
    assert break_even(again_of(replace(built_or_rented(), sites=()))).month_reason == "the plan names no site"
    problem = built_or_rented()
    only_cloud = make_rate(1.0, {"m": 1.0}, name="odd")
    mixed = replace(problem, workloads=(*problem.workloads, only_cloud))
    assert break_even(again_of(mixed)).utilisation_reason == "no server of the plan can serve odd"


def test_the_comparison_begins_when_own_servers_can_serve() -> None:
    even = break_even(again_of(built_or_rented(opening_lead_months=2)))
    assert even.from_month == 2
    assert even.utilisation is not None
    early = replace(built_or_rented(), workloads=(make_work(5.0, {"s": 1.0}, last_month=1),))
    assert from_month(early, 2).workloads == ()


def test_what_is_not_reached_in_time_is_not_told() -> None:
    assert break_even(again_of(built_or_rented(), seconds=0.0)).month_reason.startswith("time ran out")
