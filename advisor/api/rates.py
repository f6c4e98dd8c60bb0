"""Exchange rates: which are in force, and newer ones from a file."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from advisor.accounts.scope import organisation_in
from advisor.api.auth import READERS, caller_in
from advisor.api.document import errors, for_members
from advisor.api.errors import ApiError
from advisor.api.files import CSV, sent_file, takes_file
from advisor.catalog.moments import moment
from advisor.errors import BadInput
from advisor.rates.services import import_rates
from advisor.rates.words import rates_json
from providers.ecb import MOST_BYTES
from providers.text import shown

router = Router(tags=["prices"])
_TYPES = ("application/xml", "text/xml", CSV, "application/json", "application/zip")


class RatesQuery(BaseModel):
    as_of: Annotated[str, Field(max_length=40)] | None = Field(
        None,
        description="A past moment: 2026-11-22 (the end of that day) or 2026-11-22T08:30, UTC; absent: now",
    )


class RatesFileQuery(BaseModel):
    on: Annotated[str, Field(max_length=10)] | None = Field(
        None, description="That day's rates, 2026-11-20; absent: the newest day of the file"
    )
    despite_doubts: bool = Field(
        False, description="Take rates far from those in force, after a person has looked"
    )


class RateOut(BaseModel):
    currency: str = Field(description="ISO 4217", examples=["EUR"])
    usd_per_unit: float = Field(description="What one unit costs in US dollars")
    observed_on: str = Field(description="Day the rate is of, YYYY-MM-DD")
    source: str = Field(description="Whose rate it is")
    age_days: int = Field(description="Days since then, at the moment asked for")
    stale: bool = Field(description="Older than this site's limit, RATES_MAX_AGE_DAYS")


class RatesOut(BaseModel):
    """The exchange rates in force."""

    base: str = Field(description="What all are told in: USD")
    observed_on: str = Field(description="Oldest day of any of them, YYYY-MM-DD")
    source: str = Field(description="All sources, with semicolons between them")
    rates: list[RateOut] = Field(description="By currency; without the dollar, which is always 1")


class RatesTakenOut(BaseModel):
    """What came of a file."""

    is_new: bool = Field(description="False: the very same rates had been taken in before")
    observed_on: str = Field(description="Day the rates are of, YYYY-MM-DD")
    source: str = Field(description="Whose rates they are")
    rates: int = Field(description="Rates the file has for the day")
    in_force: list[str] = Field(description="Currencies whose rate of this file counts from now on")
    left_out: list[str] = Field(description="Currencies of the file that nobody is billed in")


@router.get(
    "/rates",
    auth=READERS,
    operation_id="list_rates",
    summary="Exchange rates in force",
    response={200: RatesOut, **errors("invalid_token", "unauthenticated", "bad_input")},
)
def list_rates(request: HttpRequest, query: Query[RatesQuery]) -> Any:  # noqa: ARG001  ninja hands it to every operation
    """Each with its day, its source and its age. A moment of the past has the rates known then."""
    return rates_json(moment(query.as_of, now=datetime.now(UTC)) if query.as_of else None)


@router.post(
    "/rates",
    operation_id="import_rates",
    summary="Take in exchange rates",
    response={
        200: RatesTakenOut,
        **for_members(
            "operators_only",
            "malformed_body",
            "body_too_large",
            "unsupported_media_type",
            "bad_input",
            "rates_doubtful",
        ),
    },
    openapi_extra=takes_file(
        "Euro reference rates of the European Central Bank: eurofxref XML or CSV, also zipped, or JSON of "
        "its data service; at most 32 MiB",
        _TYPES,
    ),
)
def take_rates(request: HttpRequest, query: Query[RatesFileQuery]) -> RatesTakenOut:
    """For operators. Taken whole or not at all: send it as the body, or as the part `file` of a form."""
    organisation_in(request)
    user = caller_in(request).user
    if not user.is_staff:
        raise ApiError("operators_only", "Exchange rates are taken in by operators only.")
    name, data = sent_file(request, MOST_BYTES, _TYPES)
    taken = import_rates(data, name=name, user=user, on=_day(query.on), despite_doubts=query.despite_doubts)
    stored = taken.stored
    return RatesTakenOut(
        is_new=taken.is_new,
        observed_on=stored.observed_on.isoformat(),
        source=stored.source,
        rates=len(stored.rates),
        in_force=list(taken.in_force),
        left_out=list(taken.left_out),
    )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"on {shown(text)}: write a day as 2026-11-20", field="on") from None
