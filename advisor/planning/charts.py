"""What the pages draw of a result, as the data their charts read (docs/front-end.md); no figure is new.

A null is a gap: nothing is known there. A kind of capacity that is absent from a month costs or holds 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from advisor.planning.explain_words import FACTORS, change_words
from advisor.planning.result import Load, Result
from advisor.planning.savings import saving_words
from advisor.planning.summary import BASELINES, KINDS

Chart = dict[str, Any]
Kinds = Mapping[Any, float]

DAYS = {"weekday": "Mon–Fri", "weekend": "Sat–Sun"}
OWN_COST = "this plan"
FEWEST_TO_TELL = 3  # strategies with an answer, below which their likeness says little


def cost_by_month_chart(result: Result, *, cash_limit: float | None = None) -> Chart:
    """Cash of each month by kind; `cash_limit` (plan currency) is drawn as a line.

    In results of before it was told by kind, the months' cash in one series.
    """
    months = result.totals.by_month if result.totals is not None else ()
    told = [{row.kind: row.cash for row in month.by_kind if row.kind != "carbon"} for month in months]
    series = _by_kind(told)
    if months and not series:
        series = [{"name": "cash", "values": [month.cash for month in months]}]
    return _chart(
        "stacked-bar",
        [month.month for month in months],
        series,
        y_title=f"{result.currency} per month",
        unit=result.currency,
        marks=[{"name": "limit", "y": cash_limit}] if cash_limit is not None else [],
    )


def week_chart(result: Result, workload: str) -> Chart:
    """Hours of the busiest month: demand as a line over what each kind delivers.

    Raises LookupError for a workload that the result's load does not know.
    """
    if result.load is None:
        return _chart("stacked-bar", [], [], y_title="", unit="")
    week = next((row for row in result.load.week.workloads if row.workload == workload), None)
    if week is None:
        raise LookupError(f"no load of {workload}")
    hours = week.hours
    return _chart(
        "stacked-bar",
        [f"{DAYS[row.day]} {row.hour:02d}:00" for row in hours],
        _by_kind([row.by_kind for row in hours]) + _demand([row.demand for row in hours], "step"),
        x_title=f"hour of the day (UTC) in {result.load.week.month}",
        y_title=_words(week.unit),
        unit=_words(week.unit),
    )


def horizon_chart(result: Result) -> Chart:
    """Accelerators held, or rented at once at most, in each month by kind."""
    months: dict[str, dict[str, float]] = {}
    if result.load is not None and result.totals is not None:
        months = {month.month: {} for month in result.totals.by_month}
        for row in result.load.held:
            months.setdefault(row.month, {})[row.kind] = row.accelerators
    return _chart(
        "stacked-bar",
        list(months),
        _by_kind(list(months.values())),
        y_title="accelerators",
        unit="accelerators",
    )


def demand_chart(result: Result, workload: str) -> Chart:
    """The busiest hour of each month: demand as a line over what each kind delivers in it.

    Raises LookupError for a workload that the result's load does not know.
    """
    if result.load is None:
        return _chart("stacked-bar", [], [], y_title="", unit="")
    rows = [row for row in result.load.months if row.workload == workload]
    if not rows and not _knows(result.load, workload):
        raise LookupError(f"no load of {workload}")
    unit = _words(rows[0].unit) if rows else ""
    kinds = _by_kind([row.capacity_at_peak_by_kind for row in rows])
    return _chart(
        "stacked-bar",
        [row.month for row in rows],
        kinds + _demand([row.peak_demand for row in rows], "line"),
        y_title=f"{unit}, busiest hour of the month" if unit else "",
        unit=unit,
    )


def baselines_chart(result: Result) -> Chart:
    """The plan's own cost, then that of each simple strategy that has an answer.

    Only what is proven is called a saving. Empty where no strategy differs by 1 %: see `all_alike`.
    """
    rows = [row for row in result.baselines if row.npv is not None]
    if result.objective_npv is None or not rows or all_alike(result):
        return _chart("bar-horizontal", [], [], y_title="", unit="")
    names, costs = [OWN_COST], [result.objective_npv]
    for row in rows:
        name, saved = BASELINES.get(row.name, row.name), saving_words(row)
        names.append(f"{name} ({saved.fraction} saved)" if saved is not None else name)
        costs.append(row.npv or 0.0)
    return _chart(
        "bar-horizontal",
        names,
        [{"name": "cost (NPV)", "values": costs}],
        y_title=f"{result.currency}, discounted",
        unit=result.currency,
    )


def tornado_chart(result: Result) -> Chart:
    """How far the cost moves when one figure is lower or higher, the widest first; gaps are not computed."""
    found = result.explanations.sensitivity if result.explanations is not None else ()
    rows = [(row, [row.low.difference_npv, row.high.difference_npv]) for row in found]
    known = [(row, moves) for row, moves in rows if any(move is not None for move in moves)]
    known.sort(key=lambda pair: -max(abs(move) for move in pair[1] if move is not None))
    names = [
        f"{FACTORS[row.factor]} {change_words(row.factor, row.low)} / {change_words(row.factor, row.high)}"
        for row, _ in known
    ]
    series = [
        {"name": name, "key": key, "values": [moves[side] for _, moves in known]}
        for side, (name, key) in enumerate((("lower figure", "2"), ("higher figure", "3")))
    ]
    return _chart(
        "bar-horizontal",
        names,
        series if known else [],
        y_title=f"{result.currency} NPV more or less",
        unit=result.currency,
    )


def risk_chart(result: Result) -> Chart:
    """Cost of each scenario, the cheapest first; marked: the expected cost, and the mean of the worst."""
    risk = result.risk
    if risk is None or len(risk.scenarios) == 1:
        return _chart("bar", [], [], y_title="", unit="")
    costs = sorted(scenario.npv for scenario in risk.scenarios)
    return _chart(
        "bar",
        [str(rank) for rank in range(1, len(costs) + 1)],
        [{"name": "cost (NPV)", "values": costs}],
        x_title="scenario, cheapest first",
        y_title=f"{result.currency}, discounted",
        unit=result.currency,
        marks=[{"name": "expected", "y": risk.expected_npv}, {"name": "worst", "y": risk.cvar_npv}],
    )


def all_alike(result: Result) -> bool:
    """Whether every strategy that has an answer costs within 1 % of the plan: bars show nothing then."""
    own, costs = result.objective_npv, [row.npv for row in result.baselines if row.npv is not None]
    return own is not None and bool(costs) and max(abs(cost - own) for cost in costs) <= 0.01 * abs(own)


def matters_little(result: Result) -> bool:
    """Whether so many strategies as to tell something have an answer, all of about the plan's cost."""
    return all_alike(result) and sum(row.npv is not None for row in result.baselines) >= FEWEST_TO_TELL


def _chart(
    kind: str,
    x: Sequence[str],
    series: list[Chart],
    *,
    y_title: str,
    unit: str,
    x_title: str = "",
    marks: Sequence[Chart] = (),
) -> Chart:
    return {
        "kind": kind,
        "x": list(x),
        "xTitle": x_title,
        "yTitle": y_title,
        "unit": unit,
        "stack": kind.startswith("stacked"),
        "series": series,
        "marks": list(marks),
    }


def _by_kind(rows: Sequence[Kinds]) -> list[Chart]:
    """A series for each kind that is anywhere, in the order of summaries; one that is not here is 0 here."""
    order = [*KINDS, *sorted({kind for row in rows for kind in row} - KINDS.keys())]
    found = [kind for kind in order if any(kind in row for row in rows)]
    return [
        {
            "name": KINDS.get(kind, kind.replace("_", " ")),
            "key": kind,
            "values": [row.get(kind, 0.0) for row in rows],
        }
        for kind in found
    ]


def _demand(values: Iterable[float | None], shape: str) -> list[Chart]:
    """The line of demand; none for work that has no load curve."""
    known = list(values)
    if all(value is None for value in known):
        return []
    return [{"name": "demand", "key": "demand", "values": known, "as": shape}]


def _knows(load: Load, workload: str) -> bool:
    return any(row.workload == workload for row in load.week.workloads)


def _words(unit: str) -> str:
    return unit.replace("_", " ")
