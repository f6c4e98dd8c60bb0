"""Plans: texts with versions, checked as they are saved."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status

from advisor.accounts.scope import organisation_in
from advisor.api.auth import caller_in
from advisor.api.document import for_members
from advisor.api.errors import MOST_PLAN_PROBLEMS, ApiError, plan_problems
from advisor.api.fields import PlanId, VersionNumber
from advisor.api.paging import PageQuery, page_of
from advisor.api.schema_plans import (
    CheckIn,
    CheckOut,
    ExampleOut,
    ExamplesOut,
    LastRun,
    PlanChange,
    PlanIn,
    PlanItem,
    PlanOut,
    PlanPage,
    PlansQuery,
    SavedPlan,
    VersionListed,
    VersionOut,
    VersionPage,
)
from advisor.demand.problems import PlanProblem
from advisor.models import Plan, PlanVersion
from advisor.planning.words import count
from advisor.plans import examples
from advisor.plans.check import Checked, check
from advisor.plans.queries import plan_of, plans_of, version_of, versions_of
from advisor.plans.services import archive_plan, create_plan, save_version

router = Router(tags=["plans"])
_BODY = ("malformed_body", "body_too_large", "bad_input")


@router.get(
    "/plans",
    operation_id="list_plans",
    summary="Your plans",
    response={200: PlanPage, **for_members("bad_input")},
)
def list_plans(request: HttpRequest, response: HttpResponse, query: Query[PlansQuery]) -> Any:
    """Plans of your organisation, the last changed first, each with its last run."""
    rows = plans_of(organisation_in(request), text=query.text, archived=query.archived)
    return page_of(request, response, rows, query, _item)


def _item(plan: Any) -> PlanItem:
    """`plan` has the columns that `plans_of` adds."""
    last = None
    if plan.last_run_id is not None:
        last = LastRun(
            id=str(plan.last_run_id),
            created_at=plan.last_run_at,
            state=plan.last_run_state,
            status=plan.last_run_status or None,
            objective_npv=plan.last_run_npv,
            currency=plan.last_run_currency or None,
        )
    return PlanItem(newest_version=plan.versions_count, runs=plan.run_count, last_run=last, **_head(plan))


@router.post(
    "/plans",
    operation_id="create_plan",
    summary="Store a new plan",
    response={201: SavedPlan, **for_members(*_BODY, "plan_problems")},
)
def create(request: HttpRequest, response: HttpResponse, given: PlanIn) -> Any:
    """Stores the text as version 1. A text with problems is refused, unless it is a draft."""
    organisation = organisation_in(request)
    _refuse_problems(given)
    plan, checked = create_plan(
        organisation=organisation, user=caller_in(request).user, text=given.text, note=given.note
    )
    response["Location"] = reverse("api:get_plan", args=[plan.pk])
    return Status(201, _saved(plan, version_of(plan), checked))


def _refuse_problems(given: PlanIn) -> None:
    if given.draft or "\0" in given.text:  # the service says what is wrong with a NUL
        return
    problems = check(given.text).problems
    if problems:
        raise problems_error(problems, ["Nothing was saved. Save it as a draft with `draft: true`."])


def problems_error(problems: tuple[PlanProblem, ...], details: list[str]) -> ApiError:
    first = str(problems[0])
    message = first if len(problems) == 1 else f"{count(len(problems), 'problem')}, the first: {first}"
    if len(problems) > MOST_PLAN_PROBLEMS:
        details = [*details, f"The first {MOST_PLAN_PROBLEMS} of {len(problems):,} problems are listed."]
    return ApiError("plan_problems", message, details, field="text", problems=plan_problems(problems))


@router.post(
    "/plans/check",
    operation_id="check_plan",
    summary="What is wrong with a text",
    response={200: CheckOut, **for_members(*_BODY)},
)
def check_plan(request: HttpRequest, given: CheckIn) -> CheckOut:
    """Reads the text as it would be before a run, and stores nothing."""
    organisation_in(request)
    checked = check(given.text)
    return CheckOut(
        name=checked.name,
        summary=count(len(checked.problems), "problem")
        if checked.problems
        else "The plan can be worked out.",
        problems=plan_problems(checked.problems),
        problems_total=len(checked.problems),
    )


@router.get(
    "/plans/{plan_id}",
    operation_id="get_plan",
    url_name="get_plan",
    summary="One plan with its newest text",
    response={200: PlanOut, **for_members("not_found", "bad_input")},
)
def get_plan(request: HttpRequest, plan_id: PlanId) -> PlanOut:
    """Archived plans are found too."""
    plan = plan_of(organisation_in(request), plan_id)
    return PlanOut(version=_version(version_of(plan)), **_head(plan))


@router.put(
    "/plans/{plan_id}",
    operation_id="save_plan",
    summary="Save the next version",
    response={200: SavedPlan, **for_members(*_BODY, "not_found", "conflict", "plan_problems")},
)
def save_plan(request: HttpRequest, plan_id: PlanId, given: PlanChange) -> SavedPlan:
    """The newest version again where the text did not change. Give `based_on` to write over nobody's work."""
    plan = plan_of(organisation_in(request), plan_id)
    _refuse_problems(given)
    version, checked = save_version(
        plan, user=caller_in(request).user, text=given.text, note=given.note, based_on=given.based_on
    )
    plan.refresh_from_db()
    return _saved(plan, version, checked)


@router.delete(
    "/plans/{plan_id}",
    operation_id="archive_plan",
    summary="Archive a plan",
    response={204: None, **for_members("not_found", "bad_input")},
)
def archive(request: HttpRequest, plan_id: PlanId) -> Any:
    """Hides it from the list. Its versions, runs and results stay, and it can be shown again on its page."""
    archive_plan(plan_of(organisation_in(request), plan_id))
    return Status(204, None)


@router.get(
    "/plans/{plan_id}/versions",
    operation_id="list_plan_versions",
    summary="Versions of a plan",
    response={200: VersionPage, **for_members("not_found", "bad_input")},
)
def list_versions(
    request: HttpRequest, response: HttpResponse, plan_id: PlanId, query: Query[PageQuery]
) -> Any:
    """Newest first, without their texts."""
    rows = versions_of(plan_of(organisation_in(request), plan_id))
    return page_of(request, response, rows, query, _listed)


@router.get(
    "/plans/{plan_id}/versions/{number}",
    operation_id="get_plan_version",
    url_name="get_plan_version",
    summary="One version with its text",
    response={200: VersionOut, **for_members("not_found", "bad_input")},
)
def get_version(request: HttpRequest, plan_id: PlanId, number: VersionNumber) -> VersionOut:
    """A version is never changed once it was saved."""
    return _version(version_of(plan_of(organisation_in(request), plan_id), number))


@router.get(
    "/examples",
    operation_id="list_examples",
    summary="Plans to start from",
    response={200: ExamplesOut, **for_members("bad_input")},
)
def list_examples(request: HttpRequest) -> ExamplesOut:
    """Each with its whole text."""
    organisation_in(request)
    items = [
        ExampleOut(slug=one.slug, name=one.name, about=one.about, text=one.text)
        for one in examples.examples()
    ]
    return ExamplesOut(items=items, total=len(items))


def _head(plan: Plan) -> dict[str, Any]:
    return {
        "id": str(plan.pk),
        "name": plan.name,
        "created_at": plan.created_at,
        "updated_at": plan.updated_at,
        "archived": plan.archived_at is not None,
    }


def _saved(plan: Plan, version: PlanVersion, checked: Checked) -> SavedPlan:
    return SavedPlan(
        version=_version(version),
        problems=plan_problems(checked.problems),
        problems_total=len(checked.problems),
        **_head(plan),
    )


def _facts(version: PlanVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "sha256": version.sha256,
        "problems": version.problems,
        "note": version.note,
        "created_at": version.created_at,
        "created_by": version.created_by.get_username() if version.created_by else None,
    }


def _version(version: PlanVersion) -> VersionOut:
    return VersionOut(text=version.text, **_facts(version))


def _listed(version: Any) -> VersionListed:
    """`version` has the column that `versions_of` adds."""
    return VersionListed(runs=version.run_count, **_facts(version))
