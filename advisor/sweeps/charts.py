"""What pages draw of a sweep, as the data their charts read (docs/front-end.md); no figure is new."""

from typing import Any

from advisor.planning.words import short_money
from advisor.sweeps.drivers import DRIVERS
from advisor.sweeps.report import DistributionOut, SummaryOut

Chart = dict[str, Any]


def tornado_chart(summary: SummaryOut, currency: str) -> Chart | None:
    """Each driver's two ends as differences to the plan as it is, the widest on top."""
    rows = [one for one in summary.effects if one.low is not None or one.high is not None]
    if not rows:
        return None
    names = [f"{DRIVERS[one.driver]} × {one.low_factor:g} … {one.high_factor:g}" for one in rows]
    same_side = any((one.low or 0) * (one.high or 0) > 0 for one in rows)
    return {
        "kind": "bar-horizontal",
        "x": names,
        "xTitle": "",
        "yTitle": f"{currency} NPV more than the plan as it is",
        "unit": currency,
        "stack": not same_side,  # both bars on one line, to either side of 0
        "series": [
            {"name": "lowest factor", "values": [one.low for one in rows]},
            {"name": "highest factor", "values": [one.high for one in rows]},
        ],
    }


def lines_chart(summary: SummaryOut, currency: str) -> Chart | None:
    """Cost over the factor, a line for each driver; worth drawing from three factors on."""
    factors = sorted({point.factor for one in summary.effects for point in one.points})
    if len(factors) < 3 or max(len(one.points) for one in summary.effects) < 4:
        return None
    costs = [(one, {point.factor: point.npv for point in one.points}) for one in summary.effects]
    return {
        "kind": "line",
        "x": [f"× {factor:g}" for factor in factors],
        "xTitle": "factor on the driver",
        "yTitle": f"{currency} NPV",
        "unit": currency,
        "series": [
            {"name": DRIVERS[one.driver], "values": [npv.get(factor) for factor in factors]}
            for one, npv in costs
        ],
    }


def histogram_chart(found: DistributionOut, currency: str) -> Chart:
    """How many draws cost how much."""
    return {
        "kind": "bar",
        "x": [f"{short_money(one.low)} – {short_money(one.high)}" for one in found.bins],
        "xTitle": f"cost of the best plan, {currency} NPV",
        "yTitle": "draws",
        "unit": "draws",
        "series": [{"name": "draws", "values": [one.count for one in found.bins]}],
    }


def kinds_chart(found: DistributionOut, names: dict[str, str]) -> Chart | None:
    """In how many of the draws the best plan pays for each kind of capacity; `names` for people."""
    if not found.in_best_plan:
        return None
    rows = sorted(found.in_best_plan.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "kind": "bar-horizontal",
        "x": [names.get(kind, kind.replace("_", " ")) for kind, _ in rows],
        "xTitle": "",
        "yTitle": "% of the draws whose best plan has it",
        "unit": "%",
        "series": [{"name": "in the best plan", "values": [round(100 * part, 2) for _, part in rows]}],
    }


def costs_chart(points: Any, currency: str) -> Chart | None:
    """The cost of each side of a comparison that is in the plan's currency."""
    rows = [point for point in points if point.npv is not None and point.currency == currency]
    if len(rows) < 2:
        return None
    return {
        "kind": "bar-horizontal",
        "x": [point.label for point in rows],
        "xTitle": "",
        "yTitle": f"{currency}, discounted",
        "unit": currency,
        "series": [{"name": "cost (NPV)", "values": [point.npv for point in rows]}],
    }
