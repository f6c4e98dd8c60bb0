"""Pages of sweeps: the list, a new one, one from queue to answers, downloads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.accounts.scope import member_in, organisation_in
from advisor.demand.problems import PlanError
from advisor.errors import BadInput, CatalogueEmpty, Conflict, NotFound
from advisor.models import Sweep
from advisor.planning.words import count
from advisor.sweeps.queries import points_of, progress_of, sweep_of, sweep_of_key
from advisor.sweeps.services import cancel_sweep, retry_sweep, start_sweep, variation_of
from advisor.sweeps.table import csv_of, rows_of
from advisor.sweeps.variations import varied_text
from advisor.web.plan_form import press_key
from advisor.web.spreadsheet import workbook
from advisor.web.sweep_form import ask_of, asked_in, form_context
from advisor.web.sweep_page import progress_context, sweep_context, sweep_list_context

_STOP_POLLING = 286  # htmx asks no more after this status
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def sweep_list(request: HttpRequest) -> HttpResponse:
    return render(request, "advisor/sweeps.html", sweep_list_context(organisation_in(request), request.GET))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The question; a POST starts it. A second press of the same button leads to the sweep of the first."""
    organisation = organisation_in(request)
    form = request.POST if request.method == "POST" else request.GET
    asked = asked_in(organisation, form)
    if request.method != "POST" or asked.version is None:
        return render(request, "advisor/new_sweep.html", form_context(organisation, asked, form))
    key = press_key(form)
    pressed = sweep_of_key(organisation, key)
    if pressed is not None:
        return redirect("sweep", pressed.pk)
    try:
        ask = ask_of(organisation, asked.kind, form)
        found, _ = start_sweep(
            asked.version, organisation=organisation, user=member_in(request), ask=ask, key=key
        )
    except (BadInput, CatalogueEmpty) as error:
        context = form_context(organisation, asked, form, error.message)
        return render(request, "advisor/new_sweep.html", context, status=error.http_status)
    return redirect("sweep", found.pk)


@require_safe
def sweep(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """The page of a sweep; it follows an open one by itself."""
    found = sweep_of(organisation_in(request), sweep_id)
    return render(request, "advisor/sweep.html", sweep_context(found, request.GET.get("only", "")))


@require_safe
def progress(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """How far a sweep is, for a page that asks again and again; at the end it loads the answers."""
    found = sweep_of(organisation_in(request), sweep_id)
    now = progress_of(found)
    if now.is_open:
        return render(request, "advisor/parts/sweep_progress.html", progress_context(found, now))
    response = HttpResponse(status=_STOP_POLLING if "HX-Request" in request.headers else 200)
    response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """Stop a sweep that waits or works; the answers it has stay."""
    found = sweep_of(organisation_in(request), sweep_id)
    if not progress_of(found).is_open:
        messages.info(request, "The sweep had ended already.")
    cancel_sweep(found)
    return redirect("sweep", found.pk)


@require_POST
def retry(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """Work out the plans without an answer again, with the prices the sweep was started with."""
    found = sweep_of(organisation_in(request), sweep_id)
    try:
        again = retry_sweep(found)
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"{count(again, 'plan')} begun again.")
    return redirect("sweep", found.pk)


@require_safe
def outcomes(request: HttpRequest, sweep_id: str, ending: str) -> HttpResponse:
    """All plans with their answers in short, for a spreadsheet: csv or xlsx."""
    found = sweep_of(organisation_in(request), sweep_id)
    points = list(points_of(found))
    if ending == "xlsx":
        response = HttpResponse(workbook("outcomes", list(rows_of(points))), content_type=_XLSX)
    elif ending == "csv":
        # spreadsheets read UTF-8 only where the file begins with this mark
        response = HttpResponse(f"\ufeff{csv_of(points)}".encode(), content_type="text/csv; charset=utf-8")
    else:
        raise NotFound("There is no such file: outcomes.csv, outcomes.xlsx.")
    return _as_file(response, _file_name(found, f"outcomes.{ending}"))


@require_safe
def plan_text(request: HttpRequest, sweep_id: str, index: int) -> HttpResponse:
    """The plan of a point as a file, with what was changed in it; cloud prices stand in no plan."""
    found = sweep_of(organisation_in(request), sweep_id)
    point = points_of(found).filter(index=index).first()
    if point is None:
        raise NotFound(f"The sweep has no plan {index}.")
    text = (point.version or found.version).text
    try:
        text = varied_text(text, variation_of(point))
    except PlanError as error:
        raise BadInput(*error.lines()[:1]) from error
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    return _as_file(response, _file_name(found, f"plan-{index}.yaml"))


def _as_file(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _file_name(sweep: Sweep, part: str) -> str:
    name = slugify(sweep.name)[:60] or "sweep"
    return f"{name}-{sweep.kind}-{sweep.created_at:%Y-%m-%d}-{str(sweep.pk)[:8]}-{part}"
