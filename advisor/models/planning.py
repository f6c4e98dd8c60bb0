"""Plans with their versions, and runs with their one result."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from advisor.models.job import Job


class Plan(models.Model):
    """A question of an organisation. Its text lives in versions; an archived plan is only hidden."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("advisor.Organisation", on_delete=models.CASCADE, related_name="plans")
    name = models.CharField(max_length=300)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    versions_count = models.PositiveIntegerField(default=0)  # also the newest version's number

    class Meta:
        indexes = (models.Index(fields=["organisation", "-updated_at"], name="plans_by_change"),)

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """The text of a plan as it was saved; never changed. Numbers of a plan rise by one from 1."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    problems = models.PositiveIntegerField(default=0)  # found when it was saved; with any it cannot be run
    note = models.CharField(max_length=200, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["plan", "number"], name="one_version_per_number"),)
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"


class Run(models.Model):
    """One solve of one version of a plan, with all that is needed to do it again.

    It uses the prices of `catalogue_version`, and those of `price_book` instead where it has any; they age
    against `as_of`, when it was started. What lists show of the answer is copied from the stored result when
    it is stored: `status` is empty until then. Money in `currency`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("advisor.Organisation", on_delete=models.CASCADE, related_name="runs")
    job = models.OneToOneField(Job, on_delete=models.RESTRICT, related_name="run")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(PlanVersion, on_delete=models.RESTRICT, related_name="runs")
    name = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    as_of = models.DateTimeField()
    catalogue_version = models.PositiveIntegerField()
    price_book = models.ForeignKey(
        "advisor.PriceBookVersion", on_delete=models.RESTRICT, null=True, blank=True, related_name="runs"
    )
    gap_asked = models.FloatField()
    time_limit_seconds = models.FloatField()
    baselines = models.BooleanField(default=True)
    explain_seconds = models.FloatField(default=0)
    why = models.JSONField(default=list, blank=True)  # names of offers that were asked about
    # the run that asked the same of the same prices with less time to explain
    longer_than = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="longer_runs"
    )
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, default=None)
    request_sha256 = models.CharField(max_length=64, blank=True, default="")

    status = models.CharField(max_length=20, blank=True, default="")
    objective_npv = models.FloatField(null=True, blank=True)
    proven_gap = models.FloatField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    sentence = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_run_per_key",
            ),
        )
        indexes = (
            models.Index(fields=["organisation", "-created_at"], name="runs_by_time"),
            models.Index(fields=["plan", "-created_at"], name="runs_of_plan"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.created_at:%Y-%m-%d %H:%M}"


class RunResult(models.Model):
    """The verified result of a run as JSON text, byte for byte as it is handed out; stored once."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="result")
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"result of {self.run_id}"
