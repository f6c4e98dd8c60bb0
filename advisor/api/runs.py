"""Runs: started, watched, stopped; and their results, byte for byte."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import parse_etags
from ninja import Query, Router, Status
from ninja.params.functions import Header

from advisor.accounts.scope import organisation_in
from advisor.api.auth import caller_in
from advisor.api.document import for_members, for_starting
from advisor.api.errors import ApiError
from advisor.api.fields import RunId
from advisor.api.paging import page_of
from advisor.api.plans import problems_error
from advisor.api.schema_runs import ExplainIn, Links, Outcome, RunError, RunIn, RunOut, RunPage, RunsQuery
from advisor.errors import BadInput, Conflict
from advisor.models import Job, PlanVersion, Run
from advisor.planning.result import Result
from advisor.plans.check import check
from advisor.plans.queries import plan_of, version_of
from advisor.runs.longer import explain_longer
from advisor.runs.queries import document_of, run_of, runs_of
from advisor.runs.services import Ask, cancel_run, retry_run, start_run

router = Router(tags=["runs"])
IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="1 to 200 visible ASCII characters of your choice: the same key starts one run or sweep, "
        "however often the request is sent",
    ),
]


@router.post(
    "/runs",
    operation_id="start_run",
    summary="Work out a plan",
    response={
        202: RunOut,
        200: RunOut,
        **for_starting(),
    },
    openapi_extra={"responses": {200: {"description": "The run that this key started before"}}},
)
def start(
    request: HttpRequest, response: HttpResponse, given: RunIn, idempotency_key: IdempotencyKey = None
) -> Any:
    """Starts a run with the prices of now. 202: it is new; 200: the key has started it before.

    A key that was used for another plan, version or effort is refused with 409.
    """
    organisation = organisation_in(request)
    version = version_of(plan_of(organisation, given.plan_id), given.version)
    ask = Ask(
        gap=given.gap,
        time_limit_seconds=given.time_limit_seconds,
        baselines=given.baselines,
        explain_seconds=given.explain_seconds,
        why=tuple(given.why),
    )
    try:
        run, is_new = start_run(
            version,
            organisation=organisation,
            user=caller_in(request).user,
            ask=ask,
            key=idempotency_key,
            asked_newest=given.version is None,
        )
    except BadInput as error:
        raise with_problems(version, error) from None
    response["Location"] = reverse("api:get_run", args=[run.pk])
    return Status(202 if is_new else 200, run_out(run_of(organisation, run.pk)))


def with_problems(version: PlanVersion, error: BadInput) -> Exception:
    problems = check(version.text).problems
    if not problems:
        return error
    return problems_error(problems, ["Save a version without problems, then start that one."])


@router.get(
    "/runs",
    operation_id="list_runs",
    summary="Your runs",
    response={200: RunPage, **for_members("bad_input", "not_found")},
)
def list_runs(request: HttpRequest, response: HttpResponse, query: Query[RunsQuery]) -> Any:
    """Runs of your organisation, newest first."""
    organisation = organisation_in(request)
    plan = plan_of(organisation, query.plan_id) if query.plan_id is not None else None
    rows = runs_of(organisation, plan=plan, state=query.state or "", text=query.text)
    return page_of(request, response, rows, query, run_out)


@router.get(
    "/runs/{run_id}",
    operation_id="get_run",
    url_name="get_run",
    summary="How far a run is",
    response={200: RunOut, **for_members("not_found", "bad_input")},
)
def get_run(request: HttpRequest, run_id: RunId) -> RunOut:
    """Ask every few seconds until `state` is succeeded, failed or cancelled."""
    return run_out(run_of(organisation_in(request), run_id))


@router.get(
    "/runs/{run_id}/result",
    operation_id="get_run_result",
    url_name="get_run_result",
    summary="The result of a run",
    by_alias=True,
    response={200: Result, 304: None, **for_members("not_found", "bad_input", "no_result")},
)
def get_result(request: HttpRequest, run_id: RunId) -> HttpResponse:
    """The verified result as it was stored, byte for byte; its ETag is the SHA-256 of those bytes.

    Send it as `If-None-Match` to be told 304 instead of the same bytes again.
    """
    run = run_of(organisation_in(request), run_id)
    try:
        stored = document_of(run)
    except Conflict:
        raise ApiError("no_result", f"The run has no result: it is {run.job.state}.") from None
    etag = f'"{stored.sha256}"'
    asked = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    if etag in asked or "*" in asked:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(stored.document.encode(), content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # may be kept, never used without asking
    return response


@router.post(
    "/runs/{run_id}/cancel",
    operation_id="cancel_run",
    summary="Stop a run",
    response={200: RunOut, **for_members("not_found", "bad_input")},
)
def cancel(request: HttpRequest, run_id: RunId) -> RunOut:
    """Stops it at once while it waits, within seconds while it runs. An ended run stays as it is."""
    run = run_of(organisation_in(request), run_id)
    run.job = cancel_run(run)
    return run_out(run)


@router.post(
    "/runs/{run_id}/retry",
    operation_id="retry_run",
    summary="Try a run again",
    response={202: RunOut, **for_members("not_found", "bad_input", "conflict")},
)
def retry(request: HttpRequest, run_id: RunId) -> Any:
    """Starts a failed or cancelled run again from nothing, with the same prices; 409 for any other."""
    run = run_of(organisation_in(request), run_id)
    run.job = retry_run(run)
    return Status(202, run_out(run))


@router.post(
    "/runs/{run_id}/explain",
    operation_id="explain_run",
    summary="Explain a run for longer",
    response={
        202: RunOut,
        200: RunOut,
        **for_starting(),
    },
    openapi_extra={"responses": {200: {"description": "The run that this key started before"}}},
)
def explain(
    request: HttpRequest,
    response: HttpResponse,
    run_id: RunId,
    given: ExplainIn,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Starts a run of the same question and the same prices with more time for explanations.

    The run itself stays; the new one names it in `longer_than`. 409 for a run without an answer.
    """
    organisation = organisation_in(request)
    old = run_of(organisation, run_id)
    user = caller_in(request).user
    try:
        run, is_new = explain_longer(
            old, user=user, explain_seconds=given.explain_seconds, key=idempotency_key
        )
    except BadInput as error:
        raise with_problems(old.version, error) from None
    response["Location"] = reverse("api:get_run", args=[run.pk])
    return Status(202 if is_new else 200, run_out(run_of(organisation, run.pk)))


def run_out(run: Run) -> RunOut:
    """A run read with its job and version."""
    job = run.job
    seconds = None
    if job.started_at is not None and job.finished_at is not None:
        seconds = round((job.finished_at - job.started_at).total_seconds(), 3)
    failed = job.state == Job.State.FAILED
    return RunOut(
        id=str(run.pk),
        name=run.name,
        plan_id=str(run.plan_id),
        version=run.version.number,
        state=job.state,
        fraction=job.fraction,
        phase=job.progress.get("phase"),
        progress=job.progress,
        cancel_requested=job.cancel_requested_at is not None,
        attempts=job.attempts,
        created_at=run.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        seconds=seconds,
        error=RunError(code=job.error_code or "error", lines=job.error_lines) if failed else None,
        as_of=run.as_of,
        catalogue_version=run.catalogue_version,
        gap=run.gap_asked,
        time_limit_seconds=run.time_limit_seconds,
        baselines=run.baselines,
        explain_seconds=run.explain_seconds,
        why=run.why,
        longer_than=str(run.longer_than_id) if run.longer_than_id else None,
        outcome=_outcome(run),
        links=_links(run),
    )


def _outcome(run: Run) -> Outcome | None:
    if not run.status:
        return None
    return Outcome(
        status=run.status,
        objective_npv=run.objective_npv,
        currency=run.currency,
        proven_gap=run.proven_gap,
        sentence=run.sentence,
    )


def _links(run: Run) -> Links:
    return Links(
        self=reverse("api:get_run", args=[run.pk]),
        plan=reverse("api:get_plan", args=[run.plan_id]),
        version=reverse("api:get_plan_version", args=[run.plan_id, run.version.number]),
        result=reverse("api:get_run_result", args=[run.pk]) if run.status else None,
        page=reverse("run", args=[run.pk]),
        longer_than=reverse("api:get_run", args=[run.longer_than_id]) if run.longer_than_id else None,
    )
