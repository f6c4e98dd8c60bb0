"""Sweeps, and the plans they work out one by one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from advisor.models.job import Job
from advisor.models.planning import Plan, PlanVersion


class Sweep(models.Model):
    """One version of a plan, worked out many times with something changed, all with the same prices.

    It is as far as its points and their jobs are; it has no state of its own. `options` are those of its
    kind as they were asked. Prices as in `Run`.
    """

    class Kind(models.TextChoices):
        SENSITIVITY = "sensitivity", "Sensitivity"
        MONTE_CARLO = "monte_carlo", "Monte Carlo"
        COMPARISON = "comparison", "Comparison"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("advisor.Organisation", on_delete=models.CASCADE, related_name="sweeps")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sweeps")
    version = models.ForeignKey(PlanVersion, on_delete=models.RESTRICT, related_name="sweeps")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind)
    options = models.JSONField(default=dict, blank=True)
    points_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    as_of = models.DateTimeField()
    catalogue_version = models.PositiveIntegerField()
    price_book = models.ForeignKey(
        "advisor.PriceBookVersion", on_delete=models.RESTRICT, null=True, blank=True, related_name="sweeps"
    )
    gap_asked = models.FloatField()
    time_limit_seconds = models.FloatField()
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, default=None)
    request_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_sweep_per_key",
            ),
        )
        indexes = (models.Index(fields=["organisation", "-created_at"], name="sweeps_by_time"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.name} {self.created_at:%Y-%m-%d %H:%M}"


class SweepPoint(models.Model):
    """One plan of a sweep: what it changes, and its answer in short, stored once. Point 0 changes nothing.

    `version` is another plan's, for comparisons of plans; without it, the sweep's. `job` works on it, with
    others; `attempts` counts how often a worker took it up. `purchases` are the dearest, `words` say what
    clashes, or why there is no answer. Money in `currency`.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ANSWERED = "answered"
        FAILED = "failed"

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, related_name="points")
    index = models.PositiveIntegerField()
    job = models.ForeignKey(Job, on_delete=models.RESTRICT, related_name="points")
    label = models.CharField(max_length=300)
    factors = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    version = models.ForeignKey(
        PlanVersion, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    attempts = models.PositiveIntegerField(default=0)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    status = models.CharField(max_length=20, blank=True, default="")
    npv = models.FloatField(null=True, blank=True)
    gap = models.FloatField(null=True, blank=True)
    cash = models.FloatField(null=True, blank=True)
    capex = models.FloatField(null=True, blank=True)
    carbon_tonnes = models.FloatField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    npv_by_kind = models.JSONField(default=dict, blank=True)
    purchases = models.JSONField(default=list, blank=True)
    words = models.JSONField(default=list, blank=True)
    error_code = models.CharField(max_length=50, blank=True, default="")
    seconds = models.FloatField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sweep", "index"], name="one_point_per_index"),)
        ordering = ("sweep", "index")

    def __str__(self) -> str:
        return f"{self.sweep_id} point {self.index}: {self.label}"
