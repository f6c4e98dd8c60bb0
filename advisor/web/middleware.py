"""Response headers every page carries, and errors as pages."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from advisor.database import translate
from advisor.errors import AdvisorError
from advisor.web.errors import error_page


class PermissionsPolicyMiddleware:
    """No page needs a camera, a microphone or a place."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class ErrorPagesMiddleware:
    """Errors a person can act on become a page with their words and their status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DatabaseError):
            unavailable = translate(error)
            return error_page(request, unavailable, status=503)
        if isinstance(error, AdvisorError):
            return error_page(request, error)
        return None
