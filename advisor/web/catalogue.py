"""Pages of public prices: finding offers, one offer, and where prices come from. All only read."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from advisor.accounts.middleware import catalogue_view
from advisor.accounts.scope import viewer
from advisor.catalog.history import UnknownOffer
from advisor.errors import CatalogueEmpty
from advisor.web.asked_sources import asked_context
from advisor.web.offer_page import not_there, offer_context
from advisor.web.offer_query import FIELDS, Question
from advisor.web.offers import answer, csv_answer, form_context
from advisor.web.partial import VARY, address_before, wants_part
from advisor.web.sources_page import sources_context
from advisor.web.wording import page_lines


@catalogue_view
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """The search. A part of the page for htmx, whose address is put right by a header."""
    question = Question.of(request.GET)
    part = wants_part(request)
    if not part and any(name in FIELDS and not value for name, value in request.GET.items()):
        return HttpResponseRedirect(question.address())  # a form sends its empty fields too
    found = answer(question, viewer(request))
    context = found.context | {"link": request.build_absolute_uri(question.address()), "part": part}
    if part:
        response = render(request, "advisor/parts/offer_results.html", context)
        _tell_address(response, request, question)
    else:
        context |= form_context(question)
        response = render(request, "advisor/offers.html", context, status=found.status)
    patch_vary_headers(response, VARY)
    if found.search_ms is not None:
        response.headers["Server-Timing"] = f"search;dur={found.search_ms:.1f}"
    return response


def _tell_address(response: HttpResponse, request: HttpRequest, question: Question) -> None:
    """The address of the answer as a step to come back to, or in place of the last one while one types."""
    response.headers["Cache-Control"] = "no-store"
    before = address_before(request)
    if before is not None and before.address == question.address():
        response.headers["HX-Push-Url"] = "false"
    elif before is not None and question.follows_typing(Question.of(before.query)):
        response.headers["HX-Replace-Url"] = question.address()
    else:
        response.headers["HX-Push-Url"] = question.address()


@catalogue_view
@require_safe
def offers_csv(request: HttpRequest) -> HttpResponse:
    """The whole answer as a file, up to 5,000 rows."""
    question = Question.of(request.GET)
    response = HttpResponse(csv_answer(question, viewer(request)), content_type="text/csv; charset=utf-8")
    name = slugify(question.get("q").replace(":", "-")) or "all"
    response.headers["Content-Disposition"] = f'attachment; filename="offers-{name}.csv"'
    return response


@catalogue_view
@require_safe
def offer(request: HttpRequest) -> HttpResponse:
    """One offer, by the id in the address: ids hold slashes."""
    offer_id, currency = request.GET.get("id", ""), request.GET.get("currency", "")
    try:
        context: dict[str, Any] = offer_context(offer_id, currency)
    except UnknownOffer as error:
        return render(request, "advisor/parts/offer_missing.html", not_there(error), status=404)
    return render(request, "advisor/offer.html", context)


@catalogue_view
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """How old prices are, where they come from, and what was published."""
    try:
        context = sources_context(request.GET)
    except CatalogueEmpty as error:  # a source may still be asked
        title, *lines = page_lines(error)
        context = asked_context(request) | {"title": title, "lines": lines}
        return render(request, "advisor/sources_empty.html", context, status=error.http_status)
    if wants_part(request):
        response = render(request, "advisor/parts/source_publications.html", context)
    else:
        response = render(request, "advisor/sources.html", context | asked_context(request))
    patch_vary_headers(response, VARY)
    return response
