"""Everything needs a member, unless a view says otherwise: a new page cannot be left open by mistake."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from advisor.models import Organisation


class MembersOnlyMiddleware(LoginRequiredMiddleware):
    """Asks for sign-in as Django's does, and sets `request.organisation` (None for who belongs to none).

    Views marked by `catalogue_view` are open to everyone where PUBLIC_CATALOGUE is set. The API has its own
    ways to sign in and answers for itself.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        set_organisation(request, organisation_of(request.user))
        match = request.resolver_match
        if match is not None and match.namespaces[:1] == ["api"]:
            return None
        if settings.PUBLIC_CATALOGUE and getattr(view_func, "is_catalogue_view", False):
            return None
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is not None and request.headers.get("HX-Request") == "true":
            return _whole_page_to_sign_in(request)
        return refused


def _whole_page_to_sign_in(request: HttpRequest) -> HttpResponse:
    """A part of a page was asked for after the session ended: a sign-in form is no such part."""
    back = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    return HttpResponse(headers={"HX-Redirect": f"{reverse('sign_in')}?{urlencode({'next': back})}"})


def catalogue_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Marks a page that shows public prices only."""
    setattr(view, "is_catalogue_view", True)  # noqa: B010  mypy knows no attributes of functions
    return view


def organisation_of(user: Any) -> Organisation | None:
    """The organisation of a signed-in user, None for everyone else."""
    if not user.is_authenticated:
        return None
    return Organisation.objects.filter(memberships__user=user).first()


def set_organisation(request: HttpRequest, organisation: Organisation | None) -> None:
    setattr(request, "organisation", organisation)  # noqa: B010  HttpRequest declares no such attribute


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy of ours, the address that the proxy saw."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return seen
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or seen
