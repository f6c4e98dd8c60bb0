"""The API's routes, under /api/v1/."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from advisor.api import account, books, breakeven, offers, plans, prices, rates, refresh, runs, sweeps
from advisor.api.auth import MEMBERS, READERS
from advisor.api.docs_page import DocsPage
from advisor.api.document import finish
from advisor.api.door import StrictParser, answered, strict
from advisor.api.errors import error_response

_ABOUT = """Prices of compute, plans and their answers, for programs.

Send a token of the account page as `Authorization: Bearer qm_...`. Lists come by pages of `limit` items from
`offset`. Every error has the same shape, with a code that stays."""
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Api(NinjaAPI):
    """NinjaAPI whose every answer passes our door, and whose document says what that means."""

    _documents: ClassVar[dict[bool, OpenAPISchema]] = {}

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = answered(pattern.callback)
        return patterns, app_name, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Made once for each way the site can be set: it takes a second."""
        found = self._documents.get(settings.PUBLIC_CATALOGUE)
        if found is None:
            found = super().get_openapi_schema(**options)
            finish(found, self._open_operations())
            self._documents[settings.PUBLIC_CATALOGUE] = found
        return found

    def _open_operations(self) -> set[str]:
        views = (view for router in self._get_bound_routers() for view in router.path_operations.values())
        return {
            str(op.operation_id) for view in views for op in view.operations if op.auth_callbacks == READERS
        }

    def on_exception(self, _request: HttpRequest, exc: Any) -> HttpResponse:
        return error_response(exc)


api = Api(
    title="Quartermaster",
    version="1",
    description=_ABOUT,
    urls_namespace="api",
    auth=MEMBERS,
    parser=StrictParser(),
    servers=[{"url": "/", "description": "This site"}],
    docs=DocsPage({"persistAuthorization": False, "defaultModelsExpandDepth": 0}),
)
api.add_decorator(strict)
for _part in (offers, refresh, breakeven, plans, runs, sweeps, prices, rates, books, account):
    api.add_router("", _part.router)

_elsewhere = Router()


@_elsewhere.api_operation(_METHODS, "/{path:rest}", auth=None, include_in_schema=False)
def unknown_route(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001  ninja hands it to every operation
    """Everything else under /api/v1/."""
    raise Http404(rest)


api.add_router("", _elsewhere)
