"""The table of runs: which ones, the newest first, fifty at a time."""

from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from advisor.errors import NotFound
from advisor.models import Organisation, Plan, Run
from advisor.plans.queries import plan_of
from advisor.runs.queries import runs_of
from advisor.web.run_words import STATES, seconds_taken

PAGE = 50
PLANS_TO_CHOOSE = 200
CHOICES = 100


def run_list_context(organisation: Organisation, query: QueryDict) -> dict[str, Any]:
    """The rows, the filters and their choices; the number of questions does not grow with the rows."""
    text, state = query.get("q", "").strip(), query.get("state", "")
    state = state if state in dict(STATES) else ""
    plan = _plan(organisation, query.get("plan", ""))
    runs = runs_of(organisation, plan=plan, state=state, text=text)
    page = Paginator(runs, PAGE).get_page(query.get("page"))
    now = datetime.now(UTC)
    plans = Plan.objects.filter(organisation=organisation).order_by("name", "pk")
    return {
        "page": page,
        "rows": [{"run": run, "took": seconds_taken(run, now)} for run in page.object_list],
        "q": text,
        "state": state,
        "states": STATES,
        "plan": plan,
        "plans": plans.only("name")[:PLANS_TO_CHOOSE],
        "filtered": bool(text or state or plan),
    }


def comparable_runs(organisation: Organisation, *, but: Run | None = None) -> QuerySet[Run]:
    """Runs with an answer to compare with, the newest hundred."""
    runs = runs_of(organisation).exclude(status="")
    return (runs if but is None else runs.exclude(pk=but.pk))[:CHOICES]


def _plan(organisation: Organisation, wanted: str) -> Plan | None:
    """The plan to show runs of; none is as if nothing was asked."""
    if not wanted:
        return None
    try:
        return plan_of(organisation, wanted)
    except NotFound:
        return None
