"""Pages for what went wrong, each with the status it means."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from advisor.errors import AdvisorError
from advisor.web.wording import page_lines

_TEMPLATE = "advisor/message.html"


def error_page(request: HttpRequest, error: AdvisorError, *, status: int | None = None) -> HttpResponse:
    title, *lines = page_lines(error)
    return render(request, _TEMPLATE, {"title": title, "lines": lines}, status=status or error.http_status)


def not_found(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    context = {"title": "There is no such page", "lines": ["The address may be misspelt."]}
    return render(request, _TEMPLATE, context, status=404)


def refused(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    context = {"title": "You may not see this page", "lines": ["It is for operators of this site."]}
    return render(request, _TEMPLATE, context, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    lines = [
        "It was our mistake, not yours; the log has it.",
        "Try again. If it happens once more, tell whoever runs this site what you did and when.",
    ]
    context = {"title": "Something went wrong here", "lines": lines}
    return render(request, "advisor/failed.html", context, status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The check against forged forms failed; mostly a page left open over a sign-in. `reason` is for logs."""
    lines = ["Nothing was changed. Go back, load the page again, and send it once more."]
    context = {"title": "This form is too old", "lines": lines, "reason": reason}
    return render(request, _TEMPLATE, context, status=403)


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    lines = ["After 8 wrong passwords a name has to wait for 15 minutes.", "A sign-in link works at once."]
    return render(request, _TEMPLATE, {"title": "Too many wrong passwords", "lines": lines}, status=429)
