"""What people do with a source of prices: ask it now and stop it (operators), and follow it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.middleware import catalogue_view
from advisor.accounts.scope import member_in
from advisor.errors import Conflict, NotFound
from advisor.jobs.services import cancel as cancel_job
from advisor.models import Job
from advisor.refresh.services import ask_refresh
from advisor.web.asked_sources import one_source

STOP_POLLING = 286  # htmx asks no more after this status


def operators_only(request: HttpRequest) -> None:
    """Raises NotFound for everybody else, as other pages of theirs do."""
    if not member_in(request).is_staff:
        raise NotFound("There is no such page")


@require_POST
def refresh(request: HttpRequest, source: str) -> HttpResponse:
    """Ask a source now; `despite_gates` publishes what would be held back."""
    operators_only(request)
    title = one_source(request, source).status.title
    despite = request.POST.get("despite_gates") == "1"
    try:
        _, is_new = ask_refresh(source, member_in(request), despite_gates=despite)
    except Conflict as error:
        messages.warning(request, " ".join(error.lines()))
    else:
        if not is_new:
            messages.info(request, f"{title} was being refreshed already.")
    return _back(source)


@require_POST
def cancel(request: HttpRequest, source: str) -> HttpResponse:
    """Stop a refresh that waits or works; nothing of it is published."""
    operators_only(request)
    status = one_source(request, source).status
    job = Job.objects.filter(pk=status.job_id).first() if status.job_id is not None else None
    if job is None:
        messages.info(request, f"The refresh of {status.title} had ended already.")
    elif cancel_job(job).state == Job.State.CANCELLED:
        messages.success(request, f"The refresh of {status.title} is stopped; nothing was changed.")
    return _back(source)


@catalogue_view
@require_safe
def progress(request: HttpRequest, source: str) -> HttpResponse:
    """How far a refresh is, for a page that asks again and again; at the end the page loads itself anew."""
    one = one_source(request, source)
    if one.work is not None:
        return render(request, "advisor/parts/source_progress.html", {"one": one})
    response = HttpResponse(status=STOP_POLLING if "HX-Request" in request.headers else 200)
    response["HX-Refresh"] = "true"
    return response


def _back(source: str) -> HttpResponse:
    return redirect(f"{reverse('sources')}#source-{source}")
