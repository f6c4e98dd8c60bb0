"""Sources that are asked: how they stand, refreshes, and prices that wait for an operator."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status
from ninja.params.functions import Path

from advisor.accounts.scope import may_see_workings, organisation_in
from advisor.api.auth import READERS, caller_in
from advisor.api.document import errors, for_members
from advisor.api.errors import ApiError
from advisor.api.paging import page_of
from advisor.api.schema_refresh import (
    DecidedOut,
    DecideIn,
    PriceInForce,
    QuarantinedOut,
    QuarantinePage,
    QuarantineQuery,
    RefreshOut,
    RefreshQuery,
    RefusedRow,
    SourceStateOut,
)
from advisor.errors import BadInput, NotFound
from advisor.models import Job, QuarantinedOffer
from advisor.refresh.quarantine import InForce, decide, in_force, offer_of, quarantined
from advisor.refresh.queries import SourceStatus, source_state, source_states, without_workings
from advisor.refresh.services import ask_refresh, no_such_source
from advisor.refresh.sources import names
from advisor.refresh.upcoming import next_refreshes

router = Router(tags=["offers"])
_Source = Annotated[str, Path(max_length=50, description="Name of a source that is asked", example="azure")]


def states_out(request: HttpRequest) -> list[SourceStateOut]:
    """Every source that is asked. Four queries."""
    upcoming = next_refreshes()
    return [_state_out(request, status, upcoming.get(status.source)) for status in source_states()]


@router.get(
    "/sources/{source}",
    auth=READERS,
    operation_id="get_source",
    url_name="get_source",
    summary="How a source stands, and how far its refresh is",
    response={200: SourceStateOut, **errors("invalid_token", "unauthenticated", "not_found", "bad_input")},
)
def get_source(request: HttpRequest, source: _Source) -> SourceStateOut:
    """Ask every few seconds until `refresh` is null; `state` then says how it ended."""
    _known(source)
    return _one(request, source)


@router.post(
    "/sources/{source}/refresh",
    operation_id="refresh_source",
    summary="Refresh a source now",
    response={
        202: SourceStateOut,
        200: SourceStateOut,
        **for_members("operators_only", "not_found", "conflict", "bad_input"),
    },
    openapi_extra={"responses": {200: {"description": "It is being refreshed already"}}},
)
def refresh(request: HttpRequest, response: HttpResponse, source: _Source, query: Query[RefreshQuery]) -> Any:
    """For operators. 202: it is asked for; 200: one was under way already, and `refresh` is that one.

    409 where `despite_gates` is asked for while a refresh without it is under way.
    """
    _known(source)
    _operators_only(request, "Sources are refreshed by operators only.")
    _, is_new = ask_refresh(source, caller_in(request).user, despite_gates=query.despite_gates)
    response["Location"] = reverse("api:get_source", args=[source])
    return Status(202 if is_new else 200, _one(request, source))


@router.get(
    "/quarantine",
    operation_id="list_quarantine",
    summary="Prices that wait for an operator",
    response={200: QuarantinePage, **for_members("operators_only", "bad_input")},
)
def list_quarantine(request: HttpRequest, response: HttpResponse, query: Query[QuarantineQuery]) -> Any:
    """For operators. What a refresh found doubtful, beside the price in force."""
    _operators_only(request, "Prices in quarantine are for operators only.")
    if query.source and query.source not in names():
        raise BadInput(no_such_source(query.source), field="source")
    rows = quarantined(source=query.source, state="" if query.state == "all" else query.state)
    page = page_of(request, response, rows, query, lambda row: row)
    kept: list[QuarantinedOffer] = page["items"]
    known = in_force(row.offer_id for row in kept)
    return page | {"items": [_quarantined_out(row, known.get(row.offer_id)) for row in kept]}


@router.post(
    "/quarantine/decide",
    operation_id="decide_quarantine",
    summary="Accept or reject prices in quarantine",
    response={
        200: DecidedOut,
        **for_members("operators_only", "malformed_body", "body_too_large", "bad_input", "conflict"),
    },
)
def decide_quarantine(request: HttpRequest, given: DecideIn) -> DecidedOut:
    """For operators. All or nothing; accepted prices are published at once, those of one source at a time.

    A word holds for just this price of this offer, in later refreshes too, and may be changed.
    """
    _operators_only(request, "Prices in quarantine are for operators only.")
    done = decide(given.ids, given.decision, caller_in(request).user)
    return DecidedOut(
        decided=len(set(given.ids)),
        decision=given.decision,
        version=done.version if done is not None else None,
    )


def _known(source: str) -> None:
    if source not in names():
        raise NotFound(no_such_source(source))


def _operators_only(request: HttpRequest, words: str) -> None:
    organisation_in(request)
    if not caller_in(request).user.is_staff:
        raise ApiError("operators_only", words)


def _one(request: HttpRequest, source: str) -> SourceStateOut:
    return _state_out(request, source_state(source), next_refreshes().get(source))


def _state_out(request: HttpRequest, status: SourceStatus, next_at: datetime | None) -> SourceStateOut:
    told = status if may_see_workings(request) else without_workings(status)
    hours = status.age_hours
    return SourceStateOut.model_validate(
        {
            **{name: getattr(told, name) for name in SourceStateOut.model_fields if hasattr(told, name)},
            "words": list(told.words),
            "refused": [RefusedRow.model_validate(dict(row)) for row in told.refused],
            "next_at": next_at,
            "age_hours": _float(hours),
            "stale": None if hours is None else hours > settings.PRICE_MAX_AGE_HOURS,
            "refresh": _refresh_out(status),
        }
    )


def _refresh_out(status: SourceStatus) -> RefreshOut | None:
    if status.job_id is None:
        return None
    news = status.progress
    is_running = status.job_state == Job.State.RUNNING
    return RefreshOut(
        id=str(status.job_id),
        state="running" if is_running else "queued",
        phase=str(news.get("phase") or "asking") if is_running else "waiting",
        fraction=status.fraction,
        documents=news.get("documents"),
        rows=news.get("rows"),
        done=news.get("done"),
        total=news.get("total"),
        not_before=status.not_before,
        stopping=status.stopping,
    )


def _quarantined_out(row: QuarantinedOffer, known: InForce | None) -> QuarantinedOut:
    offer = offer_of(row.offer)
    return QuarantinedOut.model_validate(
        {
            "id": row.pk,
            "source": row.source,
            "offer_id": row.offer_id,
            "provider": row.provider,
            "price_per_hour": float(offer.price_per_hour),
            "upfront": _float(offer.upfront),
            "currency": offer.currency,
            "in_force": known
            and PriceInForce(
                price_per_hour=float(known.price_per_hour),
                upfront=_float(known.upfront),
                currency=known.currency,
            ),
            "reason": row.reason,
            "state": row.state,
            "first_seen_at": row.first_seen_at,
            "last_seen_at": row.last_seen_at,
            "decided_by": row.decided_by.get_username() if row.decided_by else None,
            "decided_at": row.decided_at,
        }
    )


def _float(figure: Decimal | None) -> float | None:
    return None if figure is None else float(figure)
