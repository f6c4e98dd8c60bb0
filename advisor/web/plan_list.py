"""The table of plans: which ones, in which order, fifty at a time."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import QueryDict

from advisor.models import Organisation, Plan, PlanVersion
from advisor.plans.examples import examples
from advisor.plans.queries import plans_of

PAGE = 50
SORTS = {
    "changed": ("updated_at", True),
    "name": ("name", False),
    "run": ("last_run_at", True),
    "cost": ("last_run_npv", True),
}
"""Column and whether its first click sorts downwards."""


def plan_list_context(organisation: Organisation, query: QueryDict) -> dict[str, Any]:
    """Four questions to the database, however many plans there are."""
    text, archived = query.get("q", "").strip(), query.get("archived") == "1"
    sort, down = _sort(query.get("sort", ""))
    plans = _with_author(plans_of(organisation, text=text, archived=archived))
    column = F(SORTS[sort][0])
    order = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
    page = Paginator(plans.order_by(order, "pk"), PAGE).get_page(query.get("page"))
    shown = list(page.object_list)
    return {
        "page": page,
        "plans": shown,
        "q": text,
        "archived": archived,
        "sort": sort,
        "columns": _columns(sort, down),
        "examples": () if shown or text else examples(),
    }


def _with_author(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Each plan with `changed_by`, the name of who saved its newest version."""
    newest = PlanVersion.objects.filter(plan=OuterRef("pk")).order_by("-number")
    return plans.annotate(changed_by=Subquery(newest.values("created_by__username")[:1]))


def _sort(wanted: str) -> tuple[str, bool]:
    """`name` or `-name`; what is no column is as if nothing was asked."""
    name = wanted.removeprefix("-")
    if name not in SORTS:
        return "changed", True
    return name, wanted.startswith("-")


def _columns(sort: str, down: bool) -> dict[str, dict[str, str]]:
    """For each column that sorts: the value of `sort` that its title leads to, and how it is sorted now."""
    found = {}
    for name, (_, first_down) in SORTS.items():
        turned = not down if name == sort else first_down
        direction = ("descending" if down else "ascending") if name == sort else ""
        found[name] = {"to": f"{'-' if turned else ''}{name}", "direction": direction}
    return found
