"""What htmx says about a request: a part of a page or the whole, and the address it came from."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict

VARY = ("HX-Request", "HX-History-Restore-Request")
"""What an answer depends on beside its address: caches must keep parts and wholes apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The address the browser shows, path and query."""

    address: str
    query: QueryDict


def wants_part(request: HttpRequest) -> bool:
    """False also when htmx restores a page that one goes back to: that takes the whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def address_before(request: HttpRequest) -> Before | None:
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL", ""))
        query = QueryDict(parts.query)
    except ValueError:
        return None
    if parts.path != request.path:
        return None
    return Before(address=f"{parts.path}{'?' if parts.query else ''}{parts.query}", query=query)
