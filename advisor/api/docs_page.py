"""The page to try the API on: Swagger's files from the wheel of ninja, in a page of ours."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger


class DocsPage(Swagger):
    """Without ninja among the installed applications, which would load it for every command."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **words: Any) -> HttpResponse:
        settings = {**self.settings, "spec": _without_optional_locks(api.get_openapi_schema())}
        context = {"swagger_settings": settings, "api": api, "document": self.get_openapi_url(api, words)}
        return render(request, "advisor/api_docs.html", context)


def _without_optional_locks(document: dict[str, Any]) -> dict[str, Any]:
    """The document for the eye: Swagger draws a closed padlock where signing in is optional."""
    paths = {
        path: {
            method: operation | {"security": []} if {} in operation["security"] else operation
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}
