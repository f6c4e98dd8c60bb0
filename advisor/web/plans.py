"""To be written."""

from django.http import HttpRequest, HttpResponse


def plan_list(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def new(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def check_text(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def plan(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def start(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def versions(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def archive(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def download(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()
