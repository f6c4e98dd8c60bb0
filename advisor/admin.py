"""Pages for operators: what they must see, in words for people; what is history cannot be changed here."""

from typing import TYPE_CHECKING, Any

from axes.models import AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, SolarSchedule

from advisor import admin_prices  # noqa: F401  registers its pages
from advisor.accounts.links import sign_in_link
from advisor.admin_base import Admin, Operated, ReadOnly
from advisor.errors import Conflict
from advisor.jobs.services import cancel, retry
from advisor.models import (
    ApiToken,
    Job,
    Membership,
    Organisation,
    Plan,
    PlanVersion,
    Run,
    Sweep,
)

if TYPE_CHECKING:
    Table = admin.TabularInline[Any, Any]
    People = UserAdmin[User]
else:  # Django's classes take no parameters when they run
    Table = admin.TabularInline
    People = UserAdmin

_MOST_LINKS = 10

for unused in (Group, User, ClockedSchedule, SolarSchedule, AccessLog, AccessFailureLog):
    admin.site.unregister(unused)


class Members(Table):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(User)
class PersonAdmin(Operated, People):
    """Django's page for people, with their organisation and a way in for who has no password."""

    list_display = ("username", "organisation", "is_active", "is_staff", "last_login")
    list_select_related = ("membership__organisation",)
    list_filter = ("is_staff", "is_active", "membership__organisation")
    actions = ("make_links",)

    @admin.display(description="organisation")
    def organisation(self, user: User) -> str:
        membership = getattr(user, "membership", None)
        return membership.organisation.name if membership is not None else "–"

    @admin.action(description="Make links that sign the selected people in once", permissions=["operate"])
    def make_links(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset.filter(is_active=True)[:_MOST_LINKS]:
            self.message_user(request, f"For {user.get_username()}, once, within a day: {sign_in_link(user)}")


@admin.register(Organisation)
class OrganisationAdmin(Admin):
    list_display = ("name", "created_at")
    search_fields = ("name",)
    inlines = (Members,)


@admin.register(Membership)
class MembershipAdmin(Admin):
    list_display = ("user", "organisation", "joined_at")
    list_filter = ("organisation",)
    search_fields = ("user__username", "organisation__name")
    autocomplete_fields = ("user", "organisation")
    list_select_related = ("user", "organisation")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """Who has which token; keys are not here, and a token is revoked by its owner or by the action below."""

    list_display = ("name", "prefix", "user", "organisation", "created_at", "last_used_at", "revoked_at")
    list_filter = ("organisation", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix", "user__username")
    list_select_related = ("user", "organisation")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke the selected tokens", permissions=["operate"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        done = queryset.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
        self.message_user(request, f"{done} revoked.")


@admin.register(Job)
class JobAdmin(ReadOnly):
    """Work in the background: what waits, what runs and where, what failed and why."""

    list_display = (
        "kind",
        "state",
        "percent",
        "organisation",
        "created_at",
        "took",
        "attempts",
        "worker",
        "why",
    )
    list_filter = ("state", "kind", "organisation")
    search_fields = ("id", "worker", "error_code")
    list_select_related = ("organisation",)
    date_hierarchy = "created_at"
    actions = ("cancel_jobs", "retry_jobs")

    @admin.display(description="done")
    def percent(self, job: Job) -> str:
        return f"{100 * job.fraction:.0f} %"

    @admin.display(description="took")
    def took(self, job: Job) -> str:
        if job.started_at is None or job.finished_at is None:
            return "–"
        return f"{(job.finished_at - job.started_at).total_seconds():.1f} s"

    @admin.display(description="why it ended")
    def why(self, job: Job) -> str:
        return str(job.error_lines[0]) if job.error_lines else "–"

    @admin.action(description="Cancel the selected jobs", permissions=["operate"])
    def cancel_jobs(self, request: HttpRequest, queryset: Any) -> None:
        for job in queryset:
            cancel(job)
        self.message_user(request, "Cancelled what was still open; running jobs stop within seconds.")

    @admin.action(description="Try the selected jobs again", permissions=["operate"])
    def retry_jobs(self, request: HttpRequest, queryset: Any) -> None:
        again = 0
        for job in queryset:
            try:
                retry(job)
            except Conflict:  # one that is neither failed nor cancelled stays as it is
                continue
            again += 1
        self.message_user(request, f"{again} started again.")


class Versions(Table):
    model = PlanVersion
    fields = readonly_fields = ("number", "created_at", "created_by", "problems", "note")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  Django's signature
        return False


@admin.register(Plan)
class PlanAdmin(ReadOnly):
    list_display = ("name", "organisation", "versions_count", "updated_at", "created_by", "archived_at")
    list_filter = ("organisation", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name",)
    list_select_related = ("organisation", "created_by")
    inlines = (Versions,)


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("name", "organisation", "state", "status", "cost", "catalogue_version", "created_at")
    list_filter = ("job__state", "status", "organisation")
    search_fields = ("name", "id")
    list_select_related = ("organisation", "job")
    date_hierarchy = "created_at"

    @admin.display(description="state", ordering="job__state")
    def state(self, run: Run) -> str:
        return run.job.get_state_display()

    @admin.display(description="cost, NPV")
    def cost(self, run: Run) -> str:
        return "–" if run.objective_npv is None else f"{run.objective_npv:,.0f} {run.currency}"


@admin.register(Sweep)
class SweepAdmin(ReadOnly):
    list_display = ("name", "kind", "organisation", "created_at", "points_count", "catalogue_version")
    list_filter = ("kind", "organisation")
    search_fields = ("name", "id")
    list_select_related = ("organisation",)
    date_hierarchy = "created_at"
