"""The price ledger: a row is never changed, only closed and followed by another."""

from django.db import models
from django.db.models import F, Q

from advisor.models.fields import ExactDecimalField

_CURRENT = Q(valid_to__isnull=True)


class CatalogueVersion(models.Model):
    """One publication. Numbers rise by one; `published_at` rises strictly, so any moment has one version."""

    number = models.PositiveIntegerField(primary_key=True)
    published_at = models.DateTimeField(unique=True)
    source = models.CharField(max_length=200)
    label = models.CharField(max_length=200)
    digest = models.CharField(
        max_length=64, blank=True, default=""
    )  # SHA-256 of what was read, if it was a file
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "publication of prices"
        verbose_name_plural = "publications of prices"

    def __str__(self) -> str:
        return f"catalogue {self.number} ({self.label})"


class OfferRow(models.Model):
    """One offer as it was known from `valid_from` (included) to `valid_to` (excluded; null while current).

    Columns are those of `providers.offers.Offer`, in the offer's own currency and per instance-hour;
    lengths are those price files allow. Unknown text is the empty string, unknown numbers and dates
    are null.
    """

    offer_id = models.CharField(max_length=1200)
    provider = models.CharField(max_length=100)
    region = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    instance_type = models.CharField(max_length=200)
    purchase = models.CharField(max_length=20)
    price_per_hour = ExactDecimalField()
    currency = models.CharField(max_length=3)
    accelerator = models.CharField(max_length=200, blank=True, default="")
    accelerator_count = ExactDecimalField(null=True)
    accelerator_memory_gib = ExactDecimalField(null=True)
    vcpus = ExactDecimalField(null=True)
    memory_gib = ExactDecimalField(null=True)
    local_storage_gib = ExactDecimalField(null=True)
    network_gbps = ExactDecimalField(null=True)
    zone = models.CharField(max_length=200, blank=True, default="")
    term_months = models.PositiveIntegerField(null=True)
    payment = models.CharField(max_length=10, blank=True, default="")
    upfront = ExactDecimalField(null=True)
    min_quantity = models.PositiveIntegerField(null=True)
    max_quantity = models.PositiveIntegerField(null=True)
    available_from = models.DateTimeField(null=True)
    available_until = models.DateTimeField(null=True)
    interruption_fraction = ExactDecimalField(null=True)
    commitment_family = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=20)
    observed_at = models.DateTimeField(null=True)
    source_url = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")

    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    published_in = models.ForeignKey(
        CatalogueVersion, on_delete=models.PROTECT, related_name="published_rows"
    )
    closed_in = models.ForeignKey(
        CatalogueVersion, on_delete=models.PROTECT, related_name="closed_rows", null=True
    )
    source = models.CharField(max_length=200)

    class Meta:
        verbose_name = "price"
        constraints = (
            models.UniqueConstraint(
                fields=["offer_id"], condition=_CURRENT, name="one_current_row_per_offer"
            ),
            models.CheckConstraint(
                condition=_CURRENT | Q(valid_to__gt=F("valid_from")),
                name="row_ends_after_start",
            ),
        )
        indexes = (
            models.Index(
                fields=["accelerator", "purchase"],
                condition=_CURRENT,
                name="current_by_accelerator",
            ),
            models.Index(
                fields=["provider", "instance_type"],
                condition=_CURRENT,
                name="current_by_machine",
            ),
            models.Index(fields=["valid_from", "valid_to"], name="row_by_validity"),
            models.Index(fields=["offer_id", "valid_from"], name="row_by_offer"),
        )

    def __str__(self) -> str:
        return self.offer_id
