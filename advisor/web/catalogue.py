"""To be written."""

from django.http import HttpRequest, HttpResponse


def offers(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def offers_csv(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def offer(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def sources(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()
