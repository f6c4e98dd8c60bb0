"""What the page of a run shows: how far it is, why it ended, or the answer."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings

from advisor.models import Run, RunResult
from advisor.planning.charts import matters_little
from advisor.planning.explain.trials import COST_NOT_REACHED
from advisor.planning.result import Result
from advisor.planning.risk_words import risk_figures, risk_sentence
from advisor.planning.words import MISSING, money, percent
from advisor.plans.check import check
from advisor.runs.queries import document_of
from advisor.web import run_charts
from advisor.web.downloads import TITLES
from advisor.web.result_view import baseline_rows, figures, kind_rows, purchase_rows, unit_cost_rows
from advisor.web.run_explain import explain_context
from advisor.web.run_list import comparable_runs
from advisor.web.run_longer import longer_context
from advisor.web.run_progress import progress_context
from advisor.web.run_words import seconds_taken, what_to_do


def run_context(run: Run) -> dict[str, Any]:
    """The run, and what there is of it now."""
    if run.job.is_open:
        return progress_context(run)
    taken = seconds_taken(run, datetime.now(UTC))
    if not run.status:
        return {"run": run, "job": run.job, "took": taken, "next": what_to_do(run.job.error_code)}
    stored = document_of(run)
    return {"run": run, "job": run.job, "took": taken, **answer_context(run, stored)}


def answer_context(run: Run, stored: RunResult) -> dict[str, Any]:
    """A stored answer: every figure is the stored one, only rounded."""
    result = Result.model_validate_json(stored.document)
    now = datetime.now(UTC)
    purchases = purchase_rows(result, now=now, max_age_hours=settings.PRICE_MAX_AGE_HOURS)
    return {
        "stored": stored,
        "result": result,
        "figures": figures(result),
        "purchases": purchases,
        "has_commitments": any(row.commitment_per_hour is not None for row in result.purchases),
        "counts_at_once": any(row.quantity_unit == "machines_at_once" for row in result.purchases),
        "kinds": kind_rows(result),
        "baselines": baseline_rows(result),
        "unit_costs": unit_cost_rows(result),
        "clashes": [list(rows) for _, rows in groupby(result.conflicts or (), key=lambda row: row.group)],
        "cost_not_reached": COST_NOT_REACHED,
        "ways_out_late": sum(row.cost_note == COST_NOT_REACHED for row in result.conflicts or ()),
        "serious": [row for row in result.warnings if row.severity == "serious"],
        "warnings": [row for row in result.warnings if row.severity != "serious"],
        "build_vs_buy": build_vs_buy_rows(result),
        **explain_context(result),
        **longer_context(run, result),
        "cost_chart": run_charts.cost_by_month(result, cash_limit_of(run)),
        "baselines_chart": run_charts.baselines(result),
        "matters_little": matters_little(result),
        "risk_chart": run_charts.risk(result),
        "risk_figures": risk_figures(result),
        "risk_sentence": risk_sentence(result),
        "load_charts": run_charts.capacity(result),
        "workloads_left_out": len(run_charts.workloads(result)[run_charts.MOST_WORKLOADS :]),
        "tables": TITLES,
        "others": comparable_runs(run.organisation, but=run),
    }


def cash_limit_of(run: Run) -> float | None:
    """The plan's limit on the cash of a month, where it is one for all months."""
    if "cash_per_month" not in run.version.text:
        return None
    plan = check(run.version.text).plan
    limit = plan.limits.cash_per_month if plan is not None else None
    return float(limit) if isinstance(limit, Decimal) else None


def build_vs_buy_rows(result: Result) -> list[tuple[str, str]]:
    """Own servers against the cloud; empty where neither can be told."""
    found = result.build_vs_buy
    if (
        found.self_hosted_npv is None
        and found.break_even_utilisation is None
        and found.break_even_month is None
    ):
        return []
    use = found.break_even_utilisation
    return [
        ("Only own servers", _npv(found.self_hosted_npv, result.currency)),
        ("Only cloud", _npv(found.cloud_npv, result.currency)),
        ("Own servers cost less from a use of", MISSING if use is None else percent(use)),
        *([("Their use in this plan", percent(found.utilisation))] if found.utilisation is not None else []),
        ("Own servers have cost less so far from the end of", found.break_even_month or MISSING),
    ]


def _npv(amount: float | None, currency: str) -> str:
    return MISSING if amount is None else f"{money(amount)} {currency} NPV"
