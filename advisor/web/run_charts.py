"""Charts of a result, each with the same numbers as a table."""

from dataclasses import dataclass
from typing import Any

from advisor.planning.charts import (
    baselines_chart,
    cost_by_month_chart,
    demand_chart,
    horizon_chart,
    risk_chart,
    tornado_chart,
    week_chart,
)
from advisor.planning.result import Result
from advisor.planning.words import MISSING, amount, money

Spec = dict[str, Any]
MOST_WORKLOADS = 6
"""Workloads with charts of their own; the usage table has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTable:
    """The numbers of a chart: `titles` of the columns, then rows of a label and texts."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    spec: Spec
    table: ChartTable


def chart(title: str, spec: Spec | None, *, first: str = "") -> Chart | None:
    """A chart with its table; None where there is nothing to draw."""
    if not spec or not spec.get("x") or not spec.get("series"):
        return None
    return Chart(title=title, spec=spec, table=table_of(spec, first=first))


def table_of(spec: Spec, *, first: str = "") -> ChartTable:
    """The numbers of a chart: one row for each place of its axis, one column for each series.

    `first` is the title of the places where the axis has none.
    """
    titles = (spec.get("xTitle") or first, *(one["name"] for one in spec["series"]))
    whole = all(
        abs(value) >= 100 or value == round(value)
        for one in spec["series"]
        for value in one["values"]
        if value is not None
    )
    figure = money if whole else amount
    rows = [
        (
            str(place),
            *(_cell(one["values"], index, figure) for one in spec["series"]),
        )
        for index, place in enumerate(spec["x"])
    ]
    return ChartTable(titles=titles, rows=tuple(rows))


def _cell(values: list[float | None], index: int, figure: Any) -> str:
    value = values[index] if index < len(values) else None
    return MISSING if value is None else figure(value)


def cost_by_month(result: Result, cash_limit: float | None = None) -> Chart | None:
    """Cash by kind; the plan's limit of a month (plan currency) as a line."""
    return chart(
        f"What is paid each month by kind of capacity, {result.currency}",
        cost_by_month_chart(result, cash_limit=cash_limit),
        first="month",
    )


def baselines(result: Result) -> Chart | None:
    """The answer beside the simple strategies."""
    title = f"Cost of this plan and of simple strategies, {result.currency} NPV"
    return chart(title, baselines_chart(result), first="strategy")


def tornado(result: Result) -> Chart | None:
    """How far the cost moves with each figure."""
    title = f"How far the cost moves when one figure changes, {result.currency} NPV"
    return chart(title, tornado_chart(result), first="figure")


def risk(result: Result) -> Chart | None:
    """What the plan costs in each scenario."""
    title = f"Cost of this plan in each scenario of demand and prices, {result.currency} NPV"
    return chart(title, risk_chart(result), first="scenario")


def capacity(result: Result) -> list[Chart]:
    """Capacity over the months, then each workload's demand against it: over a week and over the months."""
    charts = [chart("Accelerators held or rented, month by month", horizon_chart(result), first="month")]
    for name in workloads(result)[:MOST_WORKLOADS]:
        week = f"{name}: demand and capacity over a week"
        months = f"{name}: the busiest hour of each month"
        charts += [
            chart(week, week_chart(result, name), first="hour"),
            chart(months, demand_chart(result, name), first="month"),
        ]
    return [one for one in charts if one is not None]


def workloads(result: Result) -> list[str]:
    """Those whose load is known."""
    return [] if result.load is None else [row.workload for row in result.load.week.workloads]


def month_lines(name_a: str, a: Result, name_b: str, b: Result) -> Chart | None:
    """Cash by month of two answers as two lines, over all months of either."""
    if a.totals is None or b.totals is None or a.currency != b.currency:
        return None
    cash = [{row.month: row.cash for row in one.totals.by_month} for one in (a, b) if one.totals]
    months = sorted(set(cash[0]) | set(cash[1]))
    return chart(
        f"What is paid each month, {a.currency}",
        {
            "kind": "line",
            "x": months,
            "xTitle": "month",
            "yTitle": f"{a.currency} per month",
            "unit": a.currency,
            "series": [
                {"name": name, "key": str(key), "values": [one.get(month) for month in months]}
                for key, (name, one) in enumerate(zip((name_a, name_b), cash, strict=True), 1)
            ],
        },
    )
