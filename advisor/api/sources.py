"""The sources of prices: how they stand, asking one now, and the prices that wait for a person."""

from typing import Annotated, Any, Literal

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from ninja.params.functions import Path
from pydantic import Field

from advisor.accounts.scope import organisation_in
from advisor.api.auth import READERS, caller_in
from advisor.api.document import errors, for_members
from advisor.api.errors import ApiError
from advisor.api.fields import MOST_NUMBER, In
from advisor.api.paging import PageQuery, page_of
from advisor.api.schema_sources import AskedOut, DecidedOut, DoubtOut, DoubtPage
from advisor.errors import NotFound
from advisor.models import QuarantinedOffer
from advisor.refresh.quarantine import decide, offer_of, quarantined
from advisor.refresh.queries import source_state
from advisor.refresh.services import request_refresh
from advisor.refresh.sources import names
from providers.text import did_you_mean, nearest

router = Router(tags=["prices"])
SourceName = Annotated[str, Path(description="aws, azure, gcp, baidu or gpuhunt", max_length=50)]
_READING = ("bad_input", "invalid_token", "unauthenticated", "csrf_failed", "not_found")


class DoubtQuery(PageQuery):
    source: str = Field("", max_length=50, description="Only of this source; empty: all")
    state: Literal["waiting", "accepted", "rejected", "all"] = Field(
        "waiting", description="Only in this state"
    )


class DecisionIn(In):
    ids: list[Annotated[int, Field(ge=1, le=MOST_NUMBER)]] = Field(
        min_length=1, max_length=1000, description="Numbers of waiting prices"
    )
    decision: Literal["accept", "reject"] = Field(description="accept publishes at once; reject keeps out")


@router.get(
    "/sources/{name}",
    auth=READERS,
    operation_id="get_source",
    summary="How one source of prices stands",
    response={200: AskedOut, **errors(*_READING)},
)
def get_source(request: HttpRequest, name: SourceName) -> AskedOut:  # noqa: ARG001  ninja hands it to every operation
    """Its last success, what the last attempt brought, what went wrong, and the progress of a refresh."""
    return AskedOut.model_validate(source_state(_known(name)))


@router.post(
    "/sources/{name}/refresh",
    operation_id="refresh_source",
    summary="Ask a source now",
    response={202: AskedOut, **for_members("operators_only", "bad_input", "not_found")},
)
def refresh_source(request: HttpRequest, name: SourceName) -> Any:
    """For operators. Where a refresh of it is under way, that one is told: there is one at a time."""
    user = _operator(request)
    request_refresh(_known(name), user)
    return Status(202, AskedOut.model_validate(source_state(name)))


@router.get(
    "/quarantine",
    operation_id="list_quarantine",
    summary="Prices that wait for a person",
    response={200: DoubtPage, **for_members("operators_only", "bad_input")},
)
def list_quarantine(request: HttpRequest, response: HttpResponse, query: Query[DoubtQuery]) -> Any:
    """For operators. By source and offer; a decided price stays listed under its state."""
    _operator(request)
    rows = quarantined(source=query.source, state="" if query.state == "all" else query.state)
    return page_of(request, response, rows, query, _doubt)


@router.post(
    "/quarantine/decide",
    operation_id="decide_quarantine",
    summary="Accept or reject waiting prices",
    response={
        200: DecidedOut,
        **for_members("operators_only", "malformed_body", "body_too_large", "bad_input", "conflict"),
    },
)
def decide_quarantine(request: HttpRequest, given: DecisionIn) -> DecidedOut:
    """For operators. All of them or none. Prices of one source at a time can be accepted."""
    user = _operator(request)
    done = decide(given.ids, given.decision, user)
    return DecidedOut(decided=len(set(given.ids)), version=done.version if done else None)


def _operator(request: HttpRequest) -> User:
    organisation_in(request)
    user = caller_in(request).user
    if not user.is_staff:
        raise ApiError("operators_only", "Sources are looked after by operators only.")
    return user


def _known(name: str) -> str:
    if name not in names():
        hint = did_you_mean(nearest(name, names())) or f"; known: {', '.join(names())}"
        raise NotFound(f"There is no such source of prices{hint}")
    return name


def _doubt(row: QuarantinedOffer) -> DoubtOut:
    return DoubtOut(
        id=row.pk,
        source=row.source,
        offer_id=row.offer_id,
        price_per_hour=float(offer_of(row.offer).price_per_hour),
        currency=row.currency,
        reason=row.reason,
        state=row.state,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        decided_by=row.decided_by.get_username() if row.decided_by else None,
        decided_at=row.decided_at,
    )
