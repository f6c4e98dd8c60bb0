"""Pages of the site."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "advisor/home.html")


def offers(request: HttpRequest) -> HttpResponse:
    return render(request, "advisor/offers.html")


def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive and able to read the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    return render(request, "advisor/message.html", {"title": "There is no such page"}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    return render(request, "advisor/message.html", {"title": "Something went wrong here"}, status=500)
