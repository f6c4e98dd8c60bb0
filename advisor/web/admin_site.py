"""The operators' pages: Django's admin under our name and behind our sign-in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator

from advisor.jobs.queries import state_of_work
from advisor.web.errors import refused

_NAMES = {"auth": "People", "axes": "Sign-in attempts", "django_celery_beat": "Schedule"}
"""What the apps of others are called here."""


class AdvisorAdminSite(AdminSite):
    index_template = "advisor/admin_index.html"
    site_header = "Quartermaster for operators"
    site_title = "Quartermaster"
    index_title = "What there is to see and to set"

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002  Django's signature
        """One sign-in for everyone; who is signed in and no operator is told so."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("sign_in"))
        if self.has_permission(request):
            return redirect("admin:index")
        return refused(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page also says how the work in the background stands."""
        return super().index(request, {**(extra_context or {}), "work": state_of_work()})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Ours first; the others under names that say what they hold."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = _NAMES.get(app["app_label"], app["name"])
        return sorted(apps, key=lambda app: (app["app_label"] != "advisor", app["name"]))
