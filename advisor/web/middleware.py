"""Response headers every page carries, and errors as pages."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from advisor.api.errors import error_response
from advisor.database import translate
from advisor.errors import AdvisorError, BadInput
from advisor.web.errors import error_page


class HeadersMiddleware:
    """No page needs a camera, a microphone or a place; nobody keeps a member's page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if getattr(request, "organisation", None) is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class NoNulMiddleware:
    """Refuses NUL characters in addresses and forms: no name holds one, and PostgreSQL stores none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        where = self._nul_in(request)
        if where is None:
            return self._get_response(request)
        error = BadInput(
            f"{where or 'address'}: holds a NUL character, which no name or text has.", field=where
        )
        return error_response(error) if request.path.startswith("/api/") else error_page(request, error)

    def _nul_in(self, request: HttpRequest) -> str | None:
        """The name of the first field with one, empty for the path; None when there is none."""
        given = [request.GET]
        if not request.path.startswith("/api/"):  # the API checks names in paths and bodies itself
            if "\0" in request.path:
                return ""
            if request.method == "POST":
                given.append(request.POST)
        for fields in given:
            for name, values in fields.lists():
                if any("\0" in text for text in (name, *values)):
                    return name.replace("\0", "")
        return None


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
