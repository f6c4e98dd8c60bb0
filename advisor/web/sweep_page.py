"""What the pages of sweeps show: the list, and one sweep from its first plan to what all of them show."""

from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import QueryDict

from advisor.errors import NotFound
from advisor.jobs.queries import nobody_works
from advisor.models import Organisation, Plan, Sweep, SweepPoint
from advisor.planning.explain_words import signed_money
from advisor.planning.summary import KINDS as CAPACITY
from advisor.planning.words import MISSING, count, money, percent, proof
from advisor.plans.queries import plan_of
from advisor.sweeps import charts
from advisor.sweeps.design import changes_words, factor_words
from advisor.sweeps.queries import (
    POINT_FILTERS,
    STATES,
    Progress,
    listed_state,
    points_of,
    progress_of,
    sweeps_of,
)
from advisor.sweeps.report import SummaryOut, summary_of
from advisor.sweeps.sentence import sentence_of, unproven_words
from advisor.sweeps.summary import difference
from advisor.sweeps.table import purchase_words
from advisor.web.run_charts import Chart, chart
from advisor.web.run_words import duration

PAGE = 50
_MOST_PURCHASES = 3
_NOBODY = "No worker seems to be at work now: whoever runs this site should look."
STATE_WORDS = {
    "queued": ("waiting", ""),
    "running": ("running", "busy"),
    "succeeded": ("done", "good"),
    "failed": ("failed", "bad"),
    "cancelled": ("cancelled", ""),
}
POINT_WORDS = {
    "optimal": ("optimal", "good"),
    "feasible": ("feasible", "warn"),
    "infeasible": ("impossible", "warn"),
    "failed": ("no answer", "bad"),
    "waiting": ("waiting", ""),
}


def sweep_list_context(organisation: Organisation, query: QueryDict) -> dict[str, Any]:
    """The rows, the filters and their choices; the number of questions does not grow with the rows."""
    text, kind, state = (query.get(name, "").strip() for name in ("q", "kind", "state"))
    kind = kind if kind in Sweep.Kind.values else ""
    state = state if state in STATES else ""
    plan = _plan(organisation, query.get("plan", ""))
    sweeps = sweeps_of(organisation, plan=plan, kind=kind, state=state, text=text)
    page = Paginator(sweeps, PAGE).get_page(query.get("page"))
    return {
        "page": page,
        "rows": [_row(sweep) for sweep in page.object_list],
        "q": text,
        "kind": kind,
        "kinds": Sweep.Kind.choices,
        "state": state,
        "states": [(name, words) for name, (words, _) in STATE_WORDS.items()],
        "plan": plan,
        "filtered": bool(text or kind or state or plan),
    }


def progress_context(sweep: Sweep, progress: Progress) -> dict[str, Any]:
    """What the page asks for again and again."""
    now = datetime.now(UTC)
    taken = None if progress.started_at is None else (now - progress.started_at).total_seconds()
    return {
        "sweep": sweep,
        "progress": progress,
        "words": progress_words(progress),
        "percent": round(100 * progress.fraction),
        "elapsed": None if taken is None else duration(max(0.0, taken)),
    }


def progress_words(progress: Progress) -> str:
    """`132 of 200 plans worked out, 2 of them without an answer`."""
    if progress.stopping:
        return "Stopping …"
    if progress.state == "queued":
        waits = f"Waiting: {count(progress.total, 'plan')} to work out."
        return f"{waits} {_NOBODY}" if nobody_works() else waits
    text = f"{progress.done:,} of {count(progress.total, 'plan')} worked out"
    return f"{text}, {progress.failed:,} of them without an answer" if progress.failed else text


def sweep_context(sweep: Sweep, only: str) -> dict[str, Any]:
    """One sweep with the answers that are there."""
    progress = progress_of(sweep)
    points = list(points_of(sweep))
    summary = summary_of(sweep.kind, points)
    only = only if only in POINT_FILTERS else ""
    shown = [point for point in points if not only or only in (point.status, point.state)]
    state_words, tone = STATE_WORDS[progress.state]
    kinds = _kinds(points) if sweep.kind == Sweep.Kind.COMPARISON else []
    currency = next((point.currency for point in points if point.currency), "")
    return {
        **progress_context(sweep, progress),
        "state_words": state_words,
        "tone": tone,
        "currency": currency,
        "sentence": sentence_of(sweep.kind, summary, points),
        "loose": unproven_words(summary, sweep.gap_asked),
        "summary": summary,
        "figures": _figures(summary, currency),
        "charts": _charts(sweep.kind, summary, points, currency),
        "rows": [_point_row(point, points[0], sweep.kind, kinds) for point in shown],
        "kinds": kinds,
        "only": only,
        "filters": _filters(sweep),
        "took": _took(progress),
        "left": progress.total - progress.answered,
        "lost": progress.lost_lines if not progress.is_open and progress.waiting else (),
    }


def _row(sweep: Sweep) -> dict[str, Any]:
    words, tone = STATE_WORDS[listed_state(sweep)]
    answered, failed = getattr(sweep, "answered") or 0, getattr(sweep, "failed") or 0  # noqa: B009  annotated
    return {
        "sweep": sweep,
        "state": words,
        "tone": tone,
        "answered": answered,
        "without_cost": failed + (getattr(sweep, "impossible") or 0),  # noqa: B009  annotated
        "open": getattr(sweep, "open_jobs"),  # noqa: B009  annotated
        "done": answered + failed,
    }


def _point_row(
    point: SweepPoint, base: SweepPoint, kind: str, kinds: list[tuple[str, str]]
) -> dict[str, Any]:
    words, tone = POINT_WORDS[point.status or point.state]
    more = None if point.index == base.index else difference(point, base)
    changed = "; ".join(changes_words(point.changes))
    return {
        "point": point,
        "what": factor_words(point.factors) if kind == "monte_carlo" else changed,
        "state": words,
        "tone": tone,
        "npv": money(point.npv),
        "difference": more,
        "difference_words": MISSING if more is None else signed_money(more),
        "fraction": MISSING if more is None or not base.npv else _signed_percent(more / abs(base.npv)),
        "gap": MISSING if point.gap is None else proof(point.gap),
        "capex": money(point.capex),
        "kinds": [(money(point.npv_by_kind.get(name)), words) for name, words in kinds],
        "purchases": [purchase_words(row) for row in point.purchases[:_MOST_PURCHASES]],
        "more": max(0, len(point.purchases) - _MOST_PURCHASES),
        "took": MISSING if point.seconds is None else duration(point.seconds),
    }


def _signed_percent(fraction: float) -> str:
    text = percent(fraction)
    return f"+{text}" if fraction > 0 and text != percent(0.0) else text


def _figures(summary: SummaryOut, currency: str) -> list[tuple[str, str]]:
    found = summary.distribution
    rows = [("the plan as it is", f"{money(summary.base_npv)} {currency}".strip())]
    if found is not None:
        rows += [
            ("mean", f"{money(found.mean)} {currency}"),
            ("p10", f"{money(found.p10)} {currency}"),
            ("p50", f"{money(found.p50)} {currency}"),
            ("p90", f"{money(found.p90)} {currency}"),
            ("least", f"{money(found.least)} {currency}"),
            ("most", f"{money(found.most)} {currency}"),
            ("impossible", f"{found.impossible:,} of {count(found.draws, 'draw')}"),
        ]
    return rows


def _charts(kind: str, summary: SummaryOut, points: list[SweepPoint], currency: str) -> list[Chart]:
    found: list[Chart | None] = []
    if kind == "sensitivity":
        title = f"What each figure alone does to the cost, {currency} NPV"
        found.append(chart(title, charts.tornado_chart(summary, currency), first="figure"))
        lines = charts.lines_chart(summary, currency)
        found.append(chart(f"Cost over the factor, {currency} NPV", lines, first="factor"))
    elif kind == "comparison":
        costs = charts.costs_chart(points, currency)
        found.append(chart(f"Cost of each, {currency} NPV", costs, first="plan"))
    elif summary.distribution is not None:
        histogram = charts.histogram_chart(summary.distribution, currency)
        title = f"How often the best plan costs how much, {currency} NPV"
        found.append(chart(title, histogram, first="cost"))
        kinds = charts.kinds_chart(summary.distribution, CAPACITY)
        found.append(chart("What stands in the best plans, % of the draws", kinds, first="kind"))
    return [one for one in found if one is not None]


def _kinds(points: list[SweepPoint]) -> list[tuple[str, str]]:
    """Kinds of capacity that any plan pays for, with their words."""
    there = {kind for point in points for kind in point.npv_by_kind}
    return [(kind, words) for kind, words in CAPACITY.items() if kind in there]


def _filters(sweep: Sweep) -> list[tuple[str, str, int]]:
    """What the table can be narrowed to, and how many rows that leaves."""
    counted = sweep.points.values_list("state", "status").annotate(n=Count("pk"))
    sizes: dict[str, int] = {}
    for state, status, number in counted.order_by():
        sizes[status or state] = sizes.get(status or state, 0) + number
    return [(name, POINT_WORDS[name][0], sizes[name]) for name in POINT_FILTERS if name in sizes]


def _took(progress: Progress) -> str:
    if progress.started_at is None or progress.finished_at is None:
        return ""
    return duration(max(0.0, (progress.finished_at - progress.started_at).total_seconds()))


def _plan(organisation: Organisation, wanted: str) -> Plan | None:
    """The plan to show sweeps of; none is as if nothing was asked."""
    if not wanted:
        return None
    try:
        return plan_of(organisation, wanted)
    except NotFound:
        return None
