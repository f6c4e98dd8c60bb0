"""Price books: what an organisation has agreed with its providers."""

from django.conf import settings
from django.db import models


class PriceBookVersion(models.Model):
    """A price book as it was sent; never changed. Numbers of an organisation rise by one from 1; the newest
    is in force from `created_at` on. An empty `text` says that there is none any more.
    """

    organisation = models.ForeignKey(
        "advisor.Organisation", on_delete=models.CASCADE, related_name="price_books"
    )
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)  # that are used
    refused_rows = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="one_book_per_number"),
        )
        indexes = (models.Index(fields=["organisation", "-created_at"], name="books_by_time"),)
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"
