"""Operators' pages for prices: publications, the ledger, sources, and what waits in quarantine."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from advisor.admin_base import ReadOnly
from advisor.errors import AdvisorError, Conflict
from advisor.models import CatalogueVersion, OfferRow, QuarantinedOffer, SourceState
from advisor.refresh.quarantine import decide
from advisor.refresh.services import request_refresh


@admin.register(CatalogueVersion)
class CatalogueVersionAdmin(ReadOnly):
    """Publications of prices: what each brought, changed and took out."""

    list_display = ("number", "published_at", "source", "label", "added", "changed", "removed", "unchanged")
    list_filter = ("source",)


@admin.register(OfferRow)
class OfferRowAdmin(ReadOnly):
    """The ledger of prices; a row is current while it has no end."""

    list_display = (
        "offer_id",
        "price_per_hour",
        "currency",
        "state",
        "observed_at",
        "valid_from",
        "valid_to",
    )
    list_filter = (("closed_in", admin.EmptyFieldListFilter), "provider", "purchase", "state")
    list_select_related = ("published_in", "closed_in")
    search_fields = ("offer_id", "accelerator")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(published_in__published_at__isnull=False)


@admin.register(SourceState)
class SourceStateAdmin(ReadOnly):
    """How each source stands: when it was last read, what it brought, why it failed or was held back."""

    list_display = (
        "source",
        "state",
        "last_attempt_at",
        "last_success_at",
        "rows_taken",
        "rows_refused",
        "rows_quarantined",
        "rows_changed",
        "why",
    )
    list_filter = ("state",)
    actions = ("refresh", "publish_despite_gates")

    @admin.display(description="why")
    def why(self, state: SourceState) -> str:
        return str(state.words[0]) if state.words else "–"

    @admin.action(description="Refresh the selected sources", permissions=["operate"])
    def refresh(self, request: HttpRequest, queryset: Any) -> None:
        for state in queryset:
            request_refresh(state.source, self.person(request))
        self.message_user(request, "Asked for; a source is refreshed once at a time.")

    @admin.action(description="Refresh and publish what was held back", permissions=["operate"])
    def publish_despite_gates(self, request: HttpRequest, queryset: Any) -> None:
        asked = 0
        for state in queryset:
            try:
                request_refresh(state.source, self.person(request), despite_gates=True)
            except Conflict as error:
                self.message_user(request, " ".join(error.lines()), level="warning")
            else:
                asked += 1
        self.message_user(request, f"{asked} asked for; doubtful prices still wait in quarantine.")


@admin.register(QuarantinedOffer)
class QuarantinedOfferAdmin(ReadOnly):
    """Prices that wait for a person, with the reason; a decision holds for that price of that offer."""

    list_display = (
        "offer_id",
        "price_per_hour",
        "currency",
        "reason",
        "state",
        "first_seen_at",
        "last_seen_at",
    )
    list_filter = ("state", "source", "provider")
    search_fields = ("offer_id", "reason")
    actions = ("accept", "reject")

    @admin.action(description="Accept: publish the selected prices", permissions=["operate"])
    def accept(self, request: HttpRequest, queryset: Any) -> None:
        self._decide(request, queryset, "accept")

    @admin.action(description="Reject: keep the selected prices out", permissions=["operate"])
    def reject(self, request: HttpRequest, queryset: Any) -> None:
        self._decide(request, queryset, "reject")

    def _decide(self, request: HttpRequest, queryset: Any, decision: Any) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        try:
            decide(ids, decision, self.person(request))
        except AdvisorError as error:
            self.message_user(request, error.message, level="error")
        else:
            self.message_user(request, f"{len(ids)} {decision}ed.")
