"""To be written."""

from django.http import HttpRequest, HttpResponse


def run_list(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def compare(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def run(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def progress(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def cancel(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def retry(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def result_json(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()


def table_csv(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()
