"""Reads of plans, each within one organisation."""

from django.db.models import Count, OuterRef, QuerySet, Subquery

from advisor.errors import NotFound
from advisor.ids import as_uuid
from advisor.models import Organisation, Plan, PlanVersion, Run

_NONE = "There is no such plan."


def plans_of(organisation: Organisation, *, text: str = "", archived: bool = False) -> QuerySet[Plan]:
    """Plans, the last changed first, each with `run_count` and its last run's `last_run_id`, `last_run_at`,
    `last_run_state`, `last_run_status`, `last_run_npv` and `last_run_currency`."""
    last = Run.objects.filter(plan=OuterRef("pk")).order_by("-created_at")
    columns = {
        "last_run_id": "pk",
        "last_run_at": "created_at",
        "last_run_state": "job__state",
        "last_run_status": "status",
        "last_run_npv": "objective_npv",
        "last_run_currency": "currency",
    }
    plans = Plan.objects.filter(organisation=organisation, archived_at__isnull=not archived)
    if text.strip():
        plans = plans.filter(name__icontains=text.strip())
    return plans.annotate(
        run_count=Count("runs"),
        **{name: Subquery(last.values(column)[:1]) for name, column in columns.items()},
    ).order_by("-updated_at", "pk")


def plan_of(organisation: Organisation, plan_id: object) -> Plan:
    """One plan, archived or not. Raises NotFound also for another organisation's and for what is no id."""
    found = Plan.objects.filter(organisation=organisation, pk=as_uuid(plan_id, _NONE)).first()
    if found is None:
        raise NotFound(_NONE)
    return found


def version_of(plan: Plan, number: int | None = None) -> PlanVersion:
    """A version of a plan, None for the newest. Raises NotFound."""
    wanted = plan.versions_count if number is None else number
    found = plan.versions.filter(number=wanted).select_related("created_by").first()
    if found is None:
        raise NotFound(f"The plan has no version {wanted}.")
    return found


def versions_of(plan: Plan) -> QuerySet[PlanVersion]:
    """All versions, the newest first, without their texts; with `run_count`."""
    return (
        plan.versions.defer("text").select_related("created_by").annotate(run_count=Count("runs"))
    ).order_by("-number")
