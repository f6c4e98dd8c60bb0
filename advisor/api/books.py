"""The price book of one's organisation: sent, read back, and done without again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, ConfigDict, Field

from advisor.accounts.scope import organisation_in
from advisor.api.auth import caller_in
from advisor.api.document import content, for_members
from advisor.api.errors import ApiError
from advisor.api.fields import Moment
from advisor.api.files import CSV, problem_of, sent_file, takes_file
from advisor.api.paging import PageQuery, page_of
from advisor.books.queries import in_force, versions_of
from advisor.books.services import MOST_BYTES, BookRefused, remove_book, save_book
from advisor.errors import NotFound
from advisor.models import PriceBookVersion

router = Router(tags=["prices"])
_MOST_PROBLEMS = 100
_NONE = "You have no price book: list prices count."


class BookQuery(BaseModel):
    skip_bad_rows: bool = Field(False, description="Take the good rows and leave the bad ones out")


class BookOut(BaseModel):
    """A version of the price book."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="Rises by one with every file that is sent")
    name: str = Field(description="Name of the file")
    rows: int = Field(description="Rows that are used; 0: list prices count since then")
    refused_rows: int = Field(description="Rows left out as unusable")
    created_at: Moment = Field(description="In force since, UTC")


class BookPage(BaseModel):
    items: list[BookOut] = Field(description="The newest first")
    total: int = Field(description="How many there are")


@router.get(
    "/price-book",
    operation_id="get_price_book",
    summary="The price book in force, as it was sent",
    response={200: None, **for_members("bad_input", "not_found")},
    openapi_extra={"responses": content(200, CSV, {"type": "string"}, "The file; docs/prices.md")},
)
def get_price_book(request: HttpRequest) -> HttpResponse:
    """Not found where list prices count."""
    found = in_force(organisation_in(request))
    if found is None:
        raise NotFound(_NONE)
    response = HttpResponse(found.text, content_type=f"{CSV}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="price-book-{found.number}.csv"'
    return response


@router.post(
    "/price-book",
    operation_id="send_price_book",
    summary="Send a price book",
    response={
        200: BookOut,
        **for_members(
            "malformed_body",
            "body_too_large",
            "unsupported_media_type",
            "bad_input",
            "price_rows_refused",
        ),
    },
    openapi_extra=takes_file("A price book, CSV in UTF-8, at most 2 MiB; docs/prices.md"),
)
def send_price_book(request: HttpRequest, query: Query[BookQuery]) -> PriceBookVersion:
    """In force at once, in place of the whole one before; taken whole or not at all, unless `skip_bad_rows`.
    Send the file as the body with Content-Type text/csv, or as the part `file` of a form."""
    organisation = organisation_in(request)
    name, data = sent_file(request, MOST_BYTES)
    try:
        return save_book(
            organisation=organisation,
            user=caller_in(request).user,
            name=name,
            data=data,
            skip_bad_rows=query.skip_bad_rows,
        )
    except BookRefused as error:
        problems = map(problem_of, error.rows[:_MOST_PROBLEMS])
        raise ApiError(
            error.code,
            error.message,
            ["`skip_bad_rows=true` takes the other rows."],
            field="file",
            problems=problems,
        ) from None


@router.delete(
    "/price-book",
    operation_id="remove_price_book",
    summary="Use list prices again",
    response={204: None, **for_members("bad_input", "not_found")},
)
def delete_price_book(request: HttpRequest) -> Status[None]:
    """From now on; runs keep the prices they were started with."""
    if remove_book(organisation=organisation_in(request), user=caller_in(request).user) is None:
        raise NotFound(_NONE)
    return Status(204, None)


@router.get(
    "/price-book/versions",
    operation_id="list_price_book_versions",
    summary="Versions of the price book",
    response={200: BookPage, **for_members("bad_input")},
)
def list_versions(request: HttpRequest, response: HttpResponse, query: Query[PageQuery]) -> Any:
    """What was in force since when."""
    rows = versions_of(organisation_in(request))
    return page_of(request, response, rows, query, BookOut.model_validate)
