"""What pages draw, from results written by hand."""

from typing import Any

import pytest

from advisor.planning.charts import (
    all_alike,
    baselines_chart,
    cost_by_month_chart,
    demand_chart,
    horizon_chart,
    week_chart,
)
from advisor.planning.result import Result
from tests.advisor.results import infeasible_result, make_result

FIELDS = {"kind", "x", "xTitle", "yTitle", "unit", "stack", "series", "marks"}
SHAPES = {"stacked-bar", "stacked-area", "line", "bar", "step", "bar-horizontal"}


def result(**changes: Any) -> Result:
    return Result.model_validate(make_result(**changes))


def old() -> Result:
    """As it was stored before load and kinds of months were told."""
    data = make_result(load=None)
    data.pop("load")
    for month in data["totals"]["by_month"]:
        month.pop("by_kind")
    return Result.model_validate(data)


def impossible() -> Result:
    return Result.model_validate(infeasible_result())


def series(chart: dict[str, Any]) -> dict[str, list[float | None]]:
    return {one.get("key", one["name"]): one["values"] for one in chart["series"]}


def well_formed(chart: dict[str, Any]) -> bool:
    lengths = {len(one["values"]) for one in chart["series"]}
    return chart.keys() == FIELDS and chart["kind"] in SHAPES and lengths <= {len(chart["x"])}


def test_cost_by_month_is_stacked_by_kind_with_the_limit_as_a_line() -> None:
    chart = cost_by_month_chart(result(), cash_limit=50_000.0)
    assert well_formed(chart)
    assert (chart["kind"], chart["stack"], chart["x"]) == ("stacked-bar", True, ["2027-01", "2027-02"])
    assert (chart["yTitle"], chart["unit"]) == ("USD per month", "USD")
    assert series(chart) == {"on_demand": [10_000.0, 10_000.0], "reserved": [31_000.0, 31_000.0]}
    assert [one["name"] for one in chart["series"]] == ["on demand", "reserved"]
    assert chart["marks"] == [{"name": "limit", "y": 50_000.0}]
    assert cost_by_month_chart(result())["marks"] == []


def test_a_kind_that_costs_nothing_in_a_month_costs_zero_and_carbon_is_no_cash() -> None:
    data = make_result()
    data["totals"]["by_month"][1]["by_kind"] = [
        {"kind": "reserved", "cash": 41_000.0, "npv": 41_000.0},
        {"kind": "carbon", "cash": 0.0, "npv": 7.0},
    ]
    chart = cost_by_month_chart(Result.model_validate(data))
    assert series(chart) == {"on_demand": [10_000.0, 0.0], "reserved": [31_000.0, 41_000.0]}


def test_an_old_result_shows_the_cash_of_its_months() -> None:
    assert series(cost_by_month_chart(old())) == {"cash": [41_000.0, 41_000.0]}


def test_a_week_is_demand_over_capacity_hour_by_hour() -> None:
    chart = week_chart(result(), "chat")
    assert well_formed(chart)
    assert (len(chart["x"]), chart["x"][0], chart["x"][47]) == (48, "Mon–Fri 00:00", "Sat–Sun 23:00")
    assert (chart["unit"], chart["xTitle"]) == ("tokens per second", "hour of the day (UTC) in 2027-02")
    found = series(chart)
    assert (found["on_demand"][7], found["on_demand"][8]) == (0.0, 300.0)
    assert (found["demand"][7], found["demand"][8]) == (900.0, 1200.0)
    assert chart["series"][-1]["as"] == "step"
    assert found["reserved"] == [900.0] * 48


def test_work_has_no_line_of_demand() -> None:
    data = make_result()
    for row in data["load"]["week"]["workloads"][0]["hours"]:
        row["demand"] = None
    for row in data["load"]["months"]:
        row["peak_demand"] = None
    assert "demand" not in series(week_chart(Result.model_validate(data), "chat"))
    assert "demand" not in series(demand_chart(Result.model_validate(data), "chat"))


def test_the_horizon_is_what_is_held_and_nothing_where_nothing_is() -> None:
    data = make_result()
    data["load"]["held"] = [row for row in data["load"]["held"] if row["month"] == "2027-01"]
    chart = horizon_chart(Result.model_validate(data))
    assert well_formed(chart)
    assert chart["x"] == ["2027-01", "2027-02"]
    assert series(chart) == {"on_demand": [8.0, 0.0], "reserved": [24.0, 0.0]}


def test_demand_is_a_line_over_the_capacity_of_each_months_busiest_hour() -> None:
    data = make_result()
    data["load"]["months"][1] |= {"peak_demand": 900.0, "capacity_at_peak_by_kind": {"reserved": 900.0}}
    chart = demand_chart(Result.model_validate(data), "chat")
    assert well_formed(chart)
    assert chart["yTitle"] == "tokens per second, busiest hour of the month"
    assert series(chart) == {
        "on_demand": [300.0, 0.0],
        "reserved": [900.0, 900.0],
        "demand": [1200.0, 900.0],
    }
    assert chart["series"][-1]["as"] == "line"


@pytest.mark.parametrize("chart", [week_chart, demand_chart])
def test_a_workload_that_is_not_there_is_an_error(chart: Any) -> None:
    with pytest.raises(LookupError, match="no load of other"):
        chart(result(), "other")


def test_the_plans_own_cost_comes_first_and_only_proven_savings_are_called_so() -> None:
    # at least 99,000 x (1 - 0.0005) = 98,950.5: 17,716 of it are saved for sure, 17.904 %;
    # 17,765.5 of 99,000 are 17.945 %: both 18 %
    rows = make_result()["baselines"]
    unproven = rows[0] | {"name": "all_cloud", "npv": 82_000.0, "regret_npv": 765.5, "gap": 0.05}
    chart = baselines_chart(result(baselines=[rows[0], unproven, rows[1]]))
    assert well_formed(chart)
    assert (chart["kind"], chart["stack"]) == ("bar-horizontal", False)
    assert chart["x"] == ["this plan", "everything on demand (18 % saved)", "only cloud"]
    assert chart["series"][0]["values"] == [81_234.5, 99_000.0, 82_000.0]  # own servers have no figure


def test_strategies_that_all_cost_the_same_are_no_chart() -> None:
    rows = make_result()["baselines"]
    for npv, alike in ((82_046.0, True), (82_047.0, False), (80_422.0, False)):  # 1 % of 81,234.5 is 812.345
        found = result(baselines=[rows[0] | {"npv": npv, "regret_npv": npv - 81_234.5}, rows[1]])
        assert (all_alike(found), baselines_chart(found)["x"] == []) == (alike, alike)
    assert not all_alike(result(baselines=[rows[1]]))


def test_what_is_not_known_is_an_empty_chart() -> None:
    for chart in (
        cost_by_month_chart(impossible()),
        week_chart(impossible(), "chat"),
        horizon_chart(impossible()),
        demand_chart(impossible(), "chat"),
        baselines_chart(impossible()),
        baselines_chart(result(baselines=[])),
        horizon_chart(old()),
        week_chart(old(), "chat"),
    ):
        assert well_formed(chart)
        assert (chart["x"], chart["series"]) == ([], [])
