"""The catalogue as a price file, in and out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from advisor.accounts.scope import organisation_in
from advisor.api.auth import caller_in
from advisor.api.document import content, for_members
from advisor.api.errors import ApiError
from advisor.api.fields import Line
from advisor.api.files import CSV, problem_of, sent_file, takes_file
from advisor.api.schema_sources import ImportOut
from advisor.catalog.files import CLOCKS_APART
from advisor.catalog.moments import moment
from advisor.catalog.queries import current_offers
from advisor.catalog.services import Scope, publish
from advisor.errors import BadInput
from providers.errors import PriceFileError
from providers.offers import Offer
from providers.pricefile import MAX_BYTES, PriceFile, read_price_file, write_price_file

router = Router(tags=["prices"])
_CHUNK = 500  # offers written at a time
_MOST_PROBLEMS = 100
_TEXT = {"type": "string"}


class ExportQuery(BaseModel):
    as_of: Annotated[str, Field(max_length=40)] | None = Field(
        None,
        description="A past moment: 2026-11-22 (the end of that day) or 2026-11-22T08:30, UTC; absent: now",
    )


class ImportQuery(BaseModel):
    label: Line = Field("", description="What to call this publication; empty: the file's name")
    skip_bad_rows: bool = Field(False, description="Take the good rows and list the bad ones")
    replace_providers: bool = Field(
        False, description="The file is all there is of its providers: their other offers end now"
    )


@router.get(
    "/prices",
    operation_id="export_prices",
    summary="The catalogue as a price file",
    response={200: None, **for_members("bad_input", "no_prices_then", "catalogue_empty")},
    openapi_extra={"responses": content(200, CSV, _TEXT, "A price file; docs/prices.md has its columns")},
)
def export_prices(request: HttpRequest, query: Query[ExportQuery]) -> StreamingHttpResponse:
    """The same bytes as `manage.py export_prices`; importing them gives the same offers."""
    organisation_in(request)
    as_of = moment(query.as_of) if query.as_of else None
    catalogue = current_offers(as_of)
    response = StreamingHttpResponse(_lines(catalogue.offers), content_type=f"{CSV}; charset=utf-8")
    name = f"prices-{catalogue.as_of:%Y%m%dT%H%M%SZ}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(offers: tuple[Offer, ...]) -> Iterator[str]:
    """The file in pieces: its header stands in the first only."""
    yield write_price_file(offers[:_CHUNK])
    for start in range(_CHUNK, len(offers), _CHUNK):
        yield write_price_file(offers[start : start + _CHUNK]).partition("\n")[2]


@router.post(
    "/prices",
    operation_id="import_prices",
    summary="Take in a price file",
    response={
        200: ImportOut,
        **for_members(
            "operators_only",
            "malformed_body",
            "body_too_large",
            "unsupported_media_type",
            "bad_input",
            "price_rows_refused",
        ),
    },
    openapi_extra=takes_file("A price file, CSV in UTF-8, at most 256 MiB; docs/prices.md"),
)
def import_prices(request: HttpRequest, query: Query[ImportQuery]) -> ImportOut:
    """For operators. Taken whole or not at all, unless `skip_bad_rows`: send the file as the body with
    Content-Type text/csv, or as the part `file` of a form."""
    organisation_in(request)
    if not caller_in(request).user.is_staff:
        raise ApiError("operators_only", "Prices are taken in by operators only.")
    name, data = sent_file(request, MAX_BYTES)
    prices = _read(data, name, skip_bad_rows=query.skip_bad_rows)
    providers = frozenset(offer.provider for offer in prices.offers)
    done = publish(
        prices.offers,
        source=f"import:{name}"[:200],
        label=query.label or name[:200],
        scope=Scope(providers=providers if query.replace_providers else frozenset()),
    )
    return ImportOut(
        version=done.version,
        rows=prices.rows,
        added=done.added,
        changed=done.changed,
        removed=done.removed,
        unchanged=done.unchanged,
        refused_count=prices.refused_count,
        refused=list(map(problem_of, prices.refused)),
    )


def _read(data: bytes, name: str, *, skip_bad_rows: bool) -> PriceFile:
    try:
        prices = read_price_file(data, source=name, latest=datetime.now(UTC) + CLOCKS_APART)
    except PriceFileError as error:
        raise BadInput(str(error), field="file") from error
    problems = list(map(problem_of, prices.refused[:_MOST_PROBLEMS]))
    if prices.refused and not skip_bad_rows:
        raise ApiError(
            "price_rows_refused",
            f"{prices.refused_count} of {prices.rows} rows are refused; nothing was taken.",
            ["`skip_bad_rows=true` takes the other rows."],
            field="file",
            problems=problems,
        )
    if not prices.offers:
        code = "price_rows_refused" if problems else "bad_input"
        raise ApiError(code, "The file holds no usable row.", field="file", problems=problems)
    return prices
