"""Lists by pages: `limit` and `offset`, the same everywhere."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

M = TypeVar("M", bound=Model)
MOST_SKIPPED = 1_000_000


class PageQuery(BaseModel):
    limit: int = Field(50, ge=1, le=200, description="Items of one page", examples=[50])
    offset: int = Field(0, ge=0, le=MOST_SKIPPED, description="Items left out before the page", examples=[0])


class PageOut(BaseModel):
    """A page of a list. The header Link names the next and the previous page, where there are any."""

    total: int = Field(description="Items of all pages together")
    limit: int = Field(description="Items of one page, as asked")
    offset: int = Field(description="Items left out before this page, as asked")


def page_of(
    request: HttpRequest,
    response: HttpResponse,
    rows: QuerySet[M],
    query: PageQuery,
    make: Callable[[M], Any],
) -> dict[str, Any]:
    """One page of rows as `make` shows them. Two queries, however many there are."""
    total = rows.count()
    found = rows[query.offset : query.offset + query.limit]
    link_pages(request, response, total=total, limit=query.limit, offset=query.offset)
    return {"items": list(map(make, found)), "total": total, "limit": query.limit, "offset": query.offset}


def link_pages(request: HttpRequest, response: HttpResponse, *, total: int, limit: int, offset: int) -> None:
    """The header Link, with the other parameters of the request kept."""
    links = []
    if offset + limit < total:
        links.append(_link(request, offset + limit, limit, "next"))
    if offset > 0:
        links.append(_link(request, max(0, min(offset, total) - limit), limit, "prev"))
    if links:
        response["Link"] = ", ".join(links)


def _link(request: HttpRequest, offset: int, limit: int, rel: str) -> str:
    parameters = request.GET.copy()
    parameters["offset"], parameters["limit"] = str(offset), str(limit)
    return f'<{request.path}?{parameters.urlencode()}>; rel="{rel}"'
