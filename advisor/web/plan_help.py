"""The page of all fields of a plan, and the same for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.accounts.scope import organisation_in
from advisor.web.plan_fields import plan_schema, sections


@require_safe
def plan_help(request: HttpRequest) -> HttpResponse:
    organisation_in(request)
    return render(request, "advisor/plan_help.html", {"sections": sections()})


@require_safe
def plan_schema_json(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of plan files, for editors and programs."""
    organisation_in(request)
    return JsonResponse(
        plan_schema(), content_type="application/schema+json", json_dumps_params={"indent": 2}
    )
