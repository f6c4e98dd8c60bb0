"""Work in the background: the row is the truth, the task only a nudge."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One piece of long work.

    A worker claims it for a lease and renews that while it works; who has lost the lease can store nothing.
    `fence` rises with every claim and never falls: only the newest claim may finish the job. `attempts`
    counts claims since the job was last queued by a person. `fraction` (0 to 1) and `progress` say how far
    it is; `error_lines` are words for a person. `subject` is what it works on, where that may have one open
    job of its kind only (a source of prices); `options` say how; before `not_before` nobody claims it.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Kind(models.TextChoices):
        SOLVE = "solve", "Work out a plan"
        REFRESH_PRICES = "refresh_prices", "Refresh prices"
        SWEEP = "sweep", "Work out some plans of a sweep"

    OPEN = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "advisor.Organisation", on_delete=models.CASCADE, null=True, blank=True, related_name="jobs"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    subject = models.CharField(max_length=50, blank=True, default="")
    options = models.JSONField(default=dict, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True, default="")
    deadline_seconds = models.PositiveIntegerField(default=3600)  # of one attempt; then it has failed

    fraction = models.FloatField(default=0.0)
    progress = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_lines = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=["queued", "running"]) & ~Q(subject=""),
                name="one_open_job_per_subject",
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "created_at"],
                condition=Q(state__in=["queued", "running"]),
                name="open_jobs",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
