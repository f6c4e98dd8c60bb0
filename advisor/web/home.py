"""To be written."""

from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest, **_words: str) -> HttpResponse:
    return HttpResponse()
