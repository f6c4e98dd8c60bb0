"""Stored answers."""

from django.db import models


class Recommendation(models.Model):
    """One verified answer: the plan as it was read, what it was answered from, and the result as contracted.

    `catalogue_version` is 0 when the prices came from files and not from the catalogue.
    """

    name = models.CharField(max_length=300)
    plan_text = models.TextField()
    plan_sha256 = models.CharField(max_length=64)
    catalogue_version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20)
    result = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["plan_sha256", "catalogue_version"], name="answer_by_question"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
