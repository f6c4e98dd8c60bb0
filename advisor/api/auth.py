"""Who asks: a program with a token, or a person with a session. Everyone, where prices are public."""

from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from advisor.accounts.middleware import set_organisation
from advisor.accounts.tokens import token_of
from advisor.api.errors import ApiError
from advisor.models import ApiToken

_SCHEME = "bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who was recognised, and by what; `token` is None for a session."""

    kind: Literal["token", "session"]
    user: User
    token: ApiToken | None = None


class BearerToken(HttpBearer):
    """`Authorization: Bearer qm_...`. A token that is not valid is refused, even where none is needed."""

    openapi_description = "A token of the account page: `Authorization: Bearer qm_...`"

    def __call__(self, request: HttpRequest) -> Caller | None:
        kind, _, key = request.headers.get("Authorization", "").strip().partition(" ")
        if kind.lower() != _SCHEME:
            return None
        return self.authenticate(request, key.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        found = token_of(token)
        if found is None:
            raise ApiError(
                "invalid_token",
                "The token is not valid.",
                ["It may be misspelt, revoked or over. Make a new one on the account page."],
            )
        request.user = found.user
        set_organisation(request, found.organisation)
        return Caller(kind="token", user=found.user, token=found)


class SessionCookie(APIKeyCookie):
    """The cookie of a signed-in browser; what changes something needs the header X-CSRFToken too."""

    param_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The cookie of a signed-in browser; changes need the header `X-CSRFToken` too"

    def __call__(self, request: HttpRequest) -> Caller | None:
        user = request.user
        if not isinstance(user, User):
            return None
        if check_csrf(request) is not None:
            raise ApiError(
                "csrf_failed",
                "The request may be forged: the header X-CSRFToken is missing or wrong.",
                ["Send the value of the cookie `csrftoken` in it, or use a token."],
            )
        return Caller(kind="session", user=user)

    def authenticate(self, request: HttpRequest, _key: str | None) -> Caller | None:
        return self(request)


def anyone(_request: HttpRequest) -> bool:
    """Lets everyone read prices where PUBLIC_CATALOGUE is set."""
    return bool(settings.PUBLIC_CATALOGUE)


MEMBERS: list[Any] = [BearerToken(), SessionCookie()]
READERS: list[Any] = [*MEMBERS, anyone]


def caller_in(request: HttpRequest) -> Caller:
    """Who asks, in an operation for members."""
    found = getattr(request, "auth", None)
    if not isinstance(found, Caller):
        raise TypeError("an operation for members was reached without one")
    return found
