"""Who asks, and the tokens of their programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from advisor.accounts.scope import organisation_in
from advisor.accounts.tokens import create_token, revoke_token, tokens_of
from advisor.api.auth import caller_in
from advisor.api.document import for_members
from advisor.api.fields import TokenId
from advisor.api.paging import PageQuery, page_of
from advisor.api.schema_runs import (
    AuthOut,
    MeOut,
    NewToken,
    OrganisationOut,
    TokenIn,
    TokenOut,
    TokenPage,
    UserOut,
)
from advisor.ids import as_uuid
from advisor.models import ApiToken

router = Router(tags=["account"])


@router.get(
    "/me", operation_id="get_me", summary="Who you are", response={200: MeOut, **for_members("bad_input")}
)
def get_me(request: HttpRequest) -> MeOut:
    """The user, the organisation, and how you were recognised: a first call to try a token with."""
    caller, organisation = caller_in(request), organisation_in(request)
    return MeOut(
        user=UserOut(username=caller.user.get_username(), is_operator=caller.user.is_staff),
        organisation=OrganisationOut(name=organisation.name),
        auth=AuthOut(kind=caller.kind, token=_token(caller.token) if caller.token else None),
    )


@router.get(
    "/tokens",
    operation_id="list_tokens",
    summary="Your tokens",
    response={200: TokenPage, **for_members("bad_input")},
)
def list_tokens(request: HttpRequest, response: HttpResponse, query: Query[PageQuery]) -> Any:
    """Tokens of your own; those of colleagues are not shown."""
    rows = tokens_of(caller_in(request).user, organisation_in(request)).order_by("-created_at", "pk")
    return page_of(request, response, rows, query, _token)


@router.post(
    "/tokens",
    operation_id="create_token",
    summary="Make a token",
    response={201: NewToken, **for_members("malformed_body", "body_too_large", "bad_input")},
)
def make_token(request: HttpRequest, given: TokenIn) -> Any:
    """The key is in this answer only: nothing can show it again."""
    token, key = create_token(
        organisation=organisation_in(request),
        user=caller_in(request).user,
        name=given.name,
        expires_at=given.expires_at,
    )
    return Status(201, NewToken(key=key, **_token(token).model_dump(mode="python")))


@router.delete(
    "/tokens/{token_id}",
    operation_id="revoke_token",
    summary="Revoke a token",
    response={204: None, **for_members("not_found", "bad_input")},
)
def end_token(request: HttpRequest, token_id: TokenId) -> Any:
    """Programs that use it are refused from now on, the one that asks too."""
    found = as_uuid(token_id, "There is no such token.")
    revoke_token(found, user=caller_in(request).user, organisation=organisation_in(request))
    return Status(204, None)


def _token(token: ApiToken) -> TokenOut:
    return TokenOut(
        id=str(token.pk),
        name=token.name,
        prefix=token.prefix,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )
