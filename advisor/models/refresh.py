"""What is known of each source of prices, and prices of theirs that wait for a person's word."""

from django.conf import settings
from django.db import models

from advisor.models.fields import ExactDecimalField
from advisor.models.job import Job


class SourceState(models.Model):
    """How the last attempts to refresh one source went. Words are for people and hold no credentials.

    Rows are those of the last attempt that read the source to its end: `rows_seen` were in its replies,
    `rows_taken` were usable offers, `rows_refused` no offers (`refused` keeps the first of them with their
    reasons), `rows_quarantined` held for a person, `rows_changed` written to the ledger. `good_seen` and
    `good_refused` are those of the last success. `seconds` is how long that took. `stated_at` is the
    earliest moment its offers were stated. `job` is the refresh under way, or one that ended without a
    word. Read it with `advisor.refresh.queries.source_states`.
    """

    class State(models.TextChoices):
        NOT_CONFIGURED = "not_configured", "not configured"
        NEVER = "never", "never refreshed"
        OK = "ok", "up to date"
        HELD_BACK = "held_back", "held back"
        FAILED = "failed", "failed"

    source = models.CharField(max_length=50, primary_key=True)
    state = models.CharField(max_length=20, choices=State, default=State.NEVER)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    stated_at = models.DateTimeField(null=True, blank=True)
    rows_seen = models.PositiveIntegerField(default=0)
    rows_taken = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    rows_quarantined = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    good_seen = models.PositiveIntegerField(default=0)
    good_refused = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True)
    refused = models.JSONField(default=list, blank=True)  # [{"where": ..., "reason": ...}]
    error_code = models.CharField(max_length=50, blank=True, default="")
    words = models.JSONField(default=list, blank=True)  # why it failed, was held back, or is not configured
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "source of prices"
        verbose_name_plural = "sources of prices"
        ordering = ("source",)

    def __str__(self) -> str:
        return f"{self.source} ({self.get_state_display()})"


class QuarantinedOffer(models.Model):
    """A price that is not published until a person has looked at it.

    It is told apart by offer and price: the same price, decided once, is treated so in every refresh;
    another price of the same offer is another question. `offer` holds the columns of a price file.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ACCEPTED = "accepted", "accepted"
        REJECTED = "rejected", "rejected"

    source = models.CharField(max_length=50)
    offer_id = models.CharField(max_length=1200)
    price_key = models.CharField(max_length=400)
    provider = models.CharField(max_length=100)
    price_per_hour = ExactDecimalField()
    currency = models.CharField(max_length=3)
    offer = models.JSONField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "price in quarantine"
        verbose_name_plural = "prices in quarantine"
        ordering = ("source", "offer_id")
        constraints = (
            models.UniqueConstraint(
                fields=["source", "offer_id", "price_key"], name="one_question_per_price"
            ),
        )
        indexes = (models.Index(fields=["state", "source"], name="quarantine_by_state"),)

    def __str__(self) -> str:
        return self.offer_id
