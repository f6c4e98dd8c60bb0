"""Charts of a result, each with the same numbers as a table."""

from dataclasses import dataclass
from typing import Any

from advisor.planning.result import Result
from advisor.planning.summary import BASELINES
from advisor.planning.words import MISSING, amount, money

Spec = dict[str, Any]


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


def chart(title: str, spec: Spec | None) -> Chart | None:
    """A chart with its table; None where there is nothing to draw."""
    if not spec or not spec.get("x") or not spec.get("series"):
        return None
    return Chart(title=title, spec=spec, table=table_of(spec))


def table_of(spec: Spec) -> ChartTable:
    """The numbers of a chart: one row for each place of its axis, one column for each series."""
    titles = (spec.get("xTitle") or "", *(one["name"] for one in spec["series"]))
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


def cost_by_month(result: Result) -> Chart | None:
    """Cash of each month, stacked."""
    if result.totals is None:
        return None
    months = result.totals.by_month
    parts = (("running costs", "on_demand", "opex"), ("servers and sites", "self_hosted", "capex"))
    series = [
        {"name": name, "key": key, "values": [getattr(row, field) for row in months]}
        for name, key, field in parts
        if any(getattr(row, field) for row in months)
    ]
    return chart(
        f"What is paid each month, {result.currency}",
        {
            "kind": "stacked-bar",
            "stack": True,
            "x": [row.month for row in months],
            "xTitle": "month",
            "yTitle": f"{result.currency} per month",
            "unit": result.currency,
            "series": series,
        },
    )


def baselines(result: Result) -> Chart | None:
    """The answer beside the simple strategies that have a cost."""
    rows = [row for row in result.baselines if row.npv is not None]
    if result.objective_npv is None or not rows:
        return None
    names = ["this answer", *(BASELINES.get(row.name, row.name.replace("_", " ")) for row in rows)]
    return chart(
        f"Cost of the answer and of simple strategies, NPV {result.currency}",
        {
            "kind": "bar-horizontal",
            "x": names,
            "xTitle": "strategy",
            "yTitle": f"{result.currency} NPV",
            "unit": result.currency,
            "series": [{"name": "NPV", "key": "1", "values": [result.objective_npv, *(r.npv for r in rows)]}],
        },
    )


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
