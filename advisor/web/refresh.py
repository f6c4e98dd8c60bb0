"""Asking a source now, and deciding about doubtful prices: for operators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.middleware import catalogue_view
from advisor.accounts.scope import operator_in
from advisor.errors import AdvisorError, NotFound
from advisor.jobs.services import cancel
from advisor.models import Job
from advisor.refresh.quarantine import decide
from advisor.refresh.queries import source_state
from advisor.refresh.services import request_refresh
from advisor.refresh.sources import names
from advisor.web.numbers import whole_numbers
from advisor.web.partial import wants_part
from advisor.web.refresh_page import card_of, quarantine_context

_NONE = "There is no such source of prices."


@never_cache
@catalogue_view
@require_safe
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One source, for a page that watches it."""
    return _card(request, _known(name))


@require_POST
def refresh(request: HttpRequest, name: str) -> HttpResponse:
    """Ask a source now; one refresh of it at a time."""
    request_refresh(_known(name), operator_in(request))
    return _card(request, name) if wants_part(request) else redirect("sources")


@require_POST
def stop(request: HttpRequest, name: str) -> HttpResponse:
    """Stop the refresh that is under way."""
    operator_in(request)
    under_way = source_state(_known(name)).job_id
    if under_way is not None:
        cancel(Job.objects.get(pk=under_way))
    return _card(request, name) if wants_part(request) else redirect("sources")


@never_cache
def quarantine(request: HttpRequest) -> HttpResponse:
    """Prices that are not published until a person has looked at them."""
    user, problem = operator_in(request), None
    if request.method == "POST":
        try:
            chosen, decision = whole_numbers(request.POST, "id"), request.POST.get("decision", "")
            done = decide(chosen, "accept" if decision == "accept" else "reject", user) if chosen else None
        except AdvisorError as error:
            problem = error
        else:
            if chosen:
                words = "accepted and published" if done is not None else "rejected"
                prices = "1 price" if len(chosen) == 1 else f"{len(chosen):,} prices"
                messages.success(request, f"{prices} {words}.")
            else:
                messages.warning(request, "Nothing was chosen: tick the prices to decide about.")
            return redirect(_back(request))
    context = quarantine_context(request.GET) | {"problem": problem}
    return render(request, "advisor/quarantine.html", context, status=problem.http_status if problem else 200)


def _back(request: HttpRequest) -> str:
    """The page the form stood on, never another site's."""
    here = request.POST.get("here", "")
    return here if url_has_allowed_host_and_scheme(here, allowed_hosts=None) else request.path


def _card(request: HttpRequest, name: str) -> HttpResponse:
    is_operator = bool(getattr(request.user, "is_staff", False))
    context = {"card": card_of(name, is_operator=is_operator), "is_operator": is_operator}
    return render(request, "advisor/parts/source_card.html", context)


def _known(name: str) -> str:
    if name not in names():
        raise NotFound(_NONE)
    return name
