"""Pages of the site: parse, ask, show."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.database import translate
from advisor.planning.sentence import sentence
from advisor.web.example import PLAN, stored_example
from advisor.web.offers import offers_context
from advisor.web.result_view import baseline_rows, figures, kind_rows, purchase_rows, unit_cost_rows


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The stored recommendation of the example plan, and the search."""
    try:
        answer = stored_example()
    except DatabaseError as error:
        return _unavailable(request, error)
    context: dict[str, object] = {"plan": PLAN, "answer": answer}
    if answer is not None:
        result = answer.result
        context |= {
            "result": result,
            "sentence": sentence(result),
            "figures": figures(result),
            "purchases": purchase_rows(
                result, now=datetime.now(UTC), max_age_hours=settings.PRICE_MAX_AGE_HOURS
            ),
            "kinds": kind_rows(result),
            "unit_costs": unit_cost_rows(result),
            "counts_at_once": any(row.quantity_unit == "machines_at_once" for row in result.purchases),
            "baselines": baseline_rows(result),
        }
    return render(request, "advisor/home.html", context)


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """The search of `cheapest`; the address holds the question."""
    try:
        context, status = offers_context(request.GET)
    except DatabaseError as error:
        return _unavailable(request, error)
    return render(request, "advisor/offers.html", context, status=status)


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive and able to read the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    context = {"title": "There is no such page", "lines": ["The address may be misspelt."]}
    return render(request, "advisor/message.html", context, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    context = {"title": "Something went wrong here", "lines": ["It was our mistake, not yours."]}
    return render(request, "advisor/message.html", context, status=500)


def _unavailable(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    title, *lines = translate(error).lines()
    return render(request, "advisor/message.html", {"title": title, "lines": lines}, status=503)
