"""Sweeps: started, watched, stopped; and the answers of their plans."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status

from advisor.accounts.scope import organisation_in
from advisor.api.auth import caller_in
from advisor.api.document import content, for_members, for_starting
from advisor.api.fields import SweepId
from advisor.api.paging import page_of
from advisor.api.runs import IdempotencyKey, with_problems
from advisor.api.schema_sweeps import (
    OutcomePage,
    OutcomesQuery,
    SweepDetail,
    SweepIn,
    SweepLinks,
    SweepOut,
    SweepPage,
    SweepsQuery,
)
from advisor.errors import BadInput
from advisor.models import Organisation, PlanVersion, Sweep
from advisor.plans.queries import plan_of, version_of
from advisor.sweeps.design import Case, Comparison, Design, MonteCarlo, Sensitivity
from advisor.sweeps.queries import Progress, listed_state, points_of, progress_of, sweep_of, sweeps_of
from advisor.sweeps.report import point_out, summary_of
from advisor.sweeps.services import SweepAsk, cancel_sweep, retry_sweep, start_sweep
from advisor.sweeps.table import csv_of

router = Router(tags=["sweeps"])
_FIELDS = {
    "sensitivity": ("step", "drivers"),
    "monte_carlo": ("draws", "seed", "demand_sigma", "price_sigma"),
    "comparison": ("cases", "plans"),
}
_CSV = {"type": "string"}


@router.post(
    "/sweeps",
    operation_id="start_sweep",
    summary="Work out a plan many times",
    response={
        202: SweepDetail,
        200: SweepDetail,
        **for_starting(),
    },
    openapi_extra={"responses": {200: {"description": "The sweep that this key started before"}}},
)
def start(
    request: HttpRequest, response: HttpResponse, given: SweepIn, idempotency_key: IdempotencyKey = None
) -> Any:
    """Starts a sweep with the prices of now. 202: it is new; 200: the key has started it before.

    A key that was used for another question is refused with 409.
    """
    organisation = organisation_in(request)
    version = version_of(plan_of(organisation, given.plan_id), given.version)
    ask = _ask(organisation, given)
    try:
        sweep, is_new = start_sweep(
            version,
            organisation=organisation,
            user=caller_in(request).user,
            ask=ask,
            key=idempotency_key,
            asked_newest=given.version is None,
        )
    except BadInput as error:
        raise with_problems(version, error) from None
    response["Location"] = reverse("api:get_sweep", args=[sweep.pk])
    return Status(202 if is_new else 200, _detail(sweep))


@router.get(
    "/sweeps",
    operation_id="list_sweeps",
    summary="Your sweeps",
    response={200: SweepPage, **for_members("bad_input", "not_found")},
)
def list_sweeps(request: HttpRequest, response: HttpResponse, query: Query[SweepsQuery]) -> Any:
    """Sweeps of your organisation, newest first."""
    organisation = organisation_in(request)
    plan = plan_of(organisation, query.plan_id) if query.plan_id is not None else None
    rows = sweeps_of(organisation, plan=plan, kind=query.kind or "", state=query.state or "", text=query.text)
    return page_of(request, response, rows, query, _listed)


@router.get(
    "/sweeps/{sweep_id}",
    operation_id="get_sweep",
    url_name="get_sweep",
    summary="How far a sweep is, and what it shows",
    response={200: SweepDetail, **for_members("not_found", "bad_input")},
)
def get_sweep(request: HttpRequest, sweep_id: SweepId) -> SweepDetail:
    """Ask every few seconds until `state` is succeeded, failed or cancelled; `summary` grows meanwhile."""
    return _detail(sweep_of(organisation_in(request), sweep_id))


@router.get(
    "/sweeps/{sweep_id}/outcomes",
    operation_id="list_sweep_outcomes",
    url_name="list_sweep_outcomes",
    summary="The plans of a sweep with their answers",
    response={200: OutcomePage, **for_members("not_found", "bad_input")},
)
def outcomes(
    request: HttpRequest, response: HttpResponse, sweep_id: SweepId, query: Query[OutcomesQuery]
) -> Any:
    """In their order; those that wait are there too, without figures."""
    sweep = sweep_of(organisation_in(request), sweep_id)
    return page_of(request, response, points_of(sweep, only=query.only or ""), query, point_out)


@router.get(
    "/sweeps/{sweep_id}/outcomes.csv",
    operation_id="export_sweep_outcomes",
    url_name="export_sweep_outcomes",
    summary="The same as a table",
    response={**for_members("not_found", "bad_input")},
    openapi_extra={"responses": content(200, "text/csv", _CSV, "CSV with a row of titles")},
)
def outcomes_csv(request: HttpRequest, sweep_id: SweepId) -> HttpResponse:
    """All plans, one a row, as UTF-8; figures as stored, unknown ones empty."""
    sweep = sweep_of(organisation_in(request), sweep_id)
    return HttpResponse(csv_of(list(points_of(sweep))).encode(), content_type="text/csv; charset=utf-8")


@router.post(
    "/sweeps/{sweep_id}/cancel",
    operation_id="cancel_sweep",
    summary="Stop a sweep",
    response={200: SweepDetail, **for_members("not_found", "bad_input")},
)
def cancel(request: HttpRequest, sweep_id: SweepId) -> SweepDetail:
    """Plans that wait are not begun, those at work stop within seconds. Answers that are there stay."""
    sweep = sweep_of(organisation_in(request), sweep_id)
    cancel_sweep(sweep)
    return _detail(sweep)


@router.post(
    "/sweeps/{sweep_id}/retry",
    operation_id="retry_sweep",
    summary="Go on with a sweep",
    response={202: SweepDetail, **for_members("not_found", "bad_input", "conflict")},
)
def retry(request: HttpRequest, sweep_id: SweepId) -> Any:
    """Starts every plan without an answer again, with the same prices; 409 while it is under way, or done."""
    sweep = sweep_of(organisation_in(request), sweep_id)
    retry_sweep(sweep)
    return Status(202, _detail(sweep))


def _ask(organisation: Organisation, given: SweepIn) -> SweepAsk:
    """Raises BadInput for fields of another kind, NotFound for plans of others."""
    for kind, names in _FIELDS.items():
        for name in names:
            if kind != given.kind and getattr(given, name) is not None:
                raise BadInput(f"{name}: belongs to {kind}, not to {given.kind}", field=name)
    others: list[PlanVersion] = [
        version_of(plan_of(organisation, one.plan_id), one.version) for one in given.plans or ()
    ]
    return SweepAsk(
        design=_design(given),
        gap=given.gap,
        time_limit_seconds=given.time_limit_seconds,
        others=tuple(others),
    )


def _design(given: SweepIn) -> Design:
    if given.kind == "sensitivity":
        factors = {name: tuple(some) for name, some in (given.drivers or {}).items()}
        wide = Sensitivity(factors=factors)
        return wide if given.step is None else replace(wide, step=given.step)
    if given.kind == "monte_carlo":
        stated = {name: getattr(given, name) for name in _FIELDS["monte_carlo"]}
        return MonteCarlo(**{name: figure for name, figure in stated.items() if figure is not None})
    return Comparison(cases=tuple(Case(name=one.name, changes=one.changes) for one in given.cases or ()))


def _listed(sweep: Sweep) -> SweepOut:
    """A sweep read by `sweeps_of`, with its counts."""
    answered, failed = getattr(sweep, "answered") or 0, getattr(sweep, "failed") or 0  # noqa: B009  annotated
    return SweepOut(**_common(sweep), state=listed_state(sweep), **_counts(sweep, answered, failed))


def _detail(sweep: Sweep) -> SweepDetail:
    progress: Progress = progress_of(sweep)
    return SweepDetail(
        **_common(sweep),
        state=progress.state,
        **_counts(sweep, progress.answered, progress.failed),
        cancel_requested=progress.stopping or progress.cancelled,
        started_at=progress.started_at,
        finished_at=progress.finished_at,
        summary=summary_of(sweep.kind, list(points_of(sweep))),
    )


def _counts(sweep: Sweep, answered: int, failed: int) -> dict[str, Any]:
    total = sweep.points_count
    return {
        "total": total,
        "answered": answered,
        "failed": failed,
        "fraction": (answered + failed) / total if total else 1.0,
    }


def _common(sweep: Sweep) -> dict[str, Any]:
    return {
        "id": str(sweep.pk),
        "name": sweep.name,
        "kind": sweep.kind,
        "options": sweep.options,
        "plan_id": str(sweep.plan_id),
        "version": sweep.version.number,
        "created_at": sweep.created_at,
        "as_of": sweep.as_of,
        "catalogue_version": sweep.catalogue_version,
        "gap": sweep.gap_asked,
        "time_limit_seconds": sweep.time_limit_seconds,
        "links": SweepLinks(
            self=reverse("api:get_sweep", args=[sweep.pk]),
            plan=reverse("api:get_plan", args=[sweep.plan_id]),
            outcomes=reverse("api:list_sweep_outcomes", args=[sweep.pk]),
            csv=reverse("api:export_sweep_outcomes", args=[sweep.pk]),
            page=reverse("sweep", args=[sweep.pk]),
        ),
    }
