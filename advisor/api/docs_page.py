"""The page to try the API on: Swagger's files from the wheel of ninja, in a page of ours."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger


class DocsPage(Swagger):
    """Without ninja among the installed applications, which would load it for every command."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **words: Any) -> HttpResponse:
        settings = {**self.settings, "url": self.get_openapi_url(api, words)}
        return render(request, "advisor/api_docs.html", {"swagger_settings": settings, "api": api})
