"""Pages of runs: the list, one run from queue to answer, two side by side, downloads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.scope import member_in, organisation_in
from advisor.errors import Conflict
from advisor.models import Job, Run
from advisor.runs.longer import explain_longer
from advisor.runs.queries import document_of, result_of, run_of
from advisor.runs.services import cancel_run, retry_run
from advisor.web.downloads import csv_of
from advisor.web.plan_form import number, press_key
from advisor.web.run_compare import compare_context
from advisor.web.run_list import run_list_context
from advisor.web.run_page import run_context
from advisor.web.run_progress import progress_context

_STOP_POLLING = 286  # htmx asks no more after this status


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    return render(request, "advisor/runs.html", run_list_context(organisation_in(request), request.GET))


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs side by side: `a` and `b`, or two ticked boxes named `run`."""
    organisation = organisation_in(request)
    ticked = request.GET.getlist("run")
    names = [request.GET.get("a", ""), request.GET.get("b", "")]
    wanted = [name for name in names if name] or ticked
    found = [run_of(organisation, name) for name in wanted[:2]]
    context = compare_context(organisation, found, too_many=len(ticked) > 2)
    return render(request, "advisor/compare.html", context)


@require_safe
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """The page of a run; it follows an open one by itself."""
    return render(request, "advisor/run.html", run_context(run_of(organisation_in(request), run_id)))


@require_safe
def progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """How far a run is, for a page that asks again and again; at the end it loads the answer.

    `part=row` asks for a cell of the list of runs.
    """
    found = run_of(organisation_in(request), run_id)
    if request.GET.get("part") == "row":
        status = 200 if found.job.is_open else _STOP_POLLING
        return render(request, "advisor/parts/run_cell.html", {"run": found}, status=status)
    if found.job.is_open:
        return render(request, "advisor/parts/run_progress.html", progress_context(found))
    response = HttpResponse(status=_STOP_POLLING if "HX-Request" in request.headers else 200)
    response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """Stop a run that waits or works."""
    found = run_of(organisation_in(request), run_id)
    was_open = found.job.is_open
    job = cancel_run(found)
    if not was_open:
        messages.info(request, "The run had ended already.")
    elif job.state == Job.State.CANCELLED:
        messages.success(request, "The run is cancelled.")
    return redirect("run", found.pk)


@require_POST
def retry(request: HttpRequest, run_id: str) -> HttpResponse:
    """Start a failed or cancelled run again, with the prices it was started with."""
    found = run_of(organisation_in(request), run_id)
    try:
        retry_run(found)
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("run", found.pk)


@require_POST
def explain(request: HttpRequest, run_id: str) -> HttpResponse:
    """The same question and prices in a new run with more time for explanations; pressed twice, one run."""
    found = run_of(organisation_in(request), run_id)
    seconds = number(request.POST, "explain_seconds", 0.0)
    longer, _ = explain_longer(
        found, user=member_in(request), explain_seconds=seconds, key=press_key(request.POST)
    )
    return redirect("run", longer.pk)


@require_safe
def result_json(request: HttpRequest, run_id: str) -> HttpResponse:
    """The stored document, byte for byte; its SHA-256 is its ETag."""
    found = run_of(organisation_in(request), run_id)
    stored = document_of(found)
    etag = f'"{stored.sha256}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    response: HttpResponse
    if etag in known or known == ["*"]:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(stored.document.encode(), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{_file_name(found, "json")}"'
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def table_csv(request: HttpRequest, run_id: str, table: str) -> HttpResponse:
    """One table of the answer for a spreadsheet."""
    found = run_of(organisation_in(request), run_id)
    text = csv_of(result_of(found), table)
    # spreadsheets read UTF-8 only where the file begins with this mark
    response = HttpResponse(f"\ufeff{text}".encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(found, "csv", table)}"'
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _file_name(run: Run, ending: str, part: str = "result") -> str:
    name = slugify(run.name)[:60] or "run"
    return f"{name}-{run.created_at:%Y-%m-%d}-{str(run.pk)[:8]}-{part}.{ending}"
