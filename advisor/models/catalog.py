"""The price ledger: a row is never changed, only closed and followed by another."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from advisor.models.fields import ExactDecimalField

if TYPE_CHECKING:
    _Versions = models.Manager["CatalogueVersion"]
else:  # Django's class takes no parameters when it runs
    _Versions = models.Manager

_CURRENT = Q(closed_in__isnull=True)


class PublishedVersions(_Versions):
    """Versions readers know of; one that is still being written is none of them."""

    def get_queryset(self) -> "models.QuerySet[CatalogueVersion]":
        return super().get_queryset().filter(published_at__isnull=False)


class CatalogueVersion(models.Model):
    """One publication. Numbers rise by one; `published_at` rises strictly, so any moment has one version.

    While it is being written it has no `published_at`, and nobody sees its rows: `writer` holds it until
    `lease_until` and then loses it (advisor/catalog/publication.py). `confirmations` counts all there were
    when it, or a confirmation after it, was written.
    """

    number = models.PositiveIntegerField(primary_key=True)
    published_at = models.DateTimeField(unique=True, null=True)
    source = models.CharField(max_length=200)
    label = models.CharField(max_length=200)
    digest = models.CharField(
        max_length=64, blank=True, default=""
    )  # SHA-256 of what was read, if it was a file
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    confirmations = models.PositiveIntegerField(default=0)
    writer = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = PublishedVersions()
    everything = models.Manager["CatalogueVersion"]()

    class Meta:
        verbose_name = "publication of prices"
        verbose_name_plural = "publications of prices"
        base_manager_name = "everything"

    def __str__(self) -> str:
        return f"catalogue {self.number} ({self.label})"


class OfferRow(models.Model):
    """One offer as it was known from version `published_in` to just before `closed_in` (null: current).

    A row is in force at a version when `published_in` is at most its number and `closed_in` is not: what is
    being written carries a number nobody reads yet, and comes into force with it, all at once. `fingerprint`
    stands for all columns but `observed_at` (advisor/catalog/fingerprint.py; null in rows older than it).
    The price was last stated at `observed_at` or at a later confirmation by its source (see Confirmation);
    from `unconfirmed_since` on confirmations do not count: the source has stated something else since.

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
    tier_from = models.PositiveIntegerField(null=True)

    # no constraint in the database: versions with rows are never deleted, and half a million checks take long
    published_in = models.ForeignKey(
        CatalogueVersion,
        on_delete=models.PROTECT,
        related_name="published_rows",
        db_constraint=False,
        db_index=False,
    )
    closed_in = models.ForeignKey(
        CatalogueVersion,
        on_delete=models.PROTECT,
        related_name="closed_rows",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    source = models.CharField(max_length=200)
    fingerprint = models.BigIntegerField(null=True)
    unconfirmed_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "price"
        constraints = (
            # also the index of an offer's history; two rows without an end would both be 0
            models.UniqueConstraint(
                "offer_id", Coalesce("closed_in", Value(0)), name="one_current_row_per_offer"
            ),
            models.CheckConstraint(
                condition=_CURRENT | Q(closed_in__gt=models.F("published_in")), name="row_ends_after_start"
            ),
        )
        indexes = (
            # whole, not of current rows alone: a row that is being closed must still be found
            models.Index(fields=["accelerator", "purchase"], name="rows_by_accelerator"),
            # in the order in which rows are written, that of offer ids: any other would cost more a row
            models.Index(fields=["provider", "region", "instance_type"], name="rows_by_machine"),
            models.Index(fields=["closed_in"], condition=~_CURRENT, name="ended_rows"),
        )

    @property
    def valid_from(self) -> datetime | None:
        """When it came into force; None while its publication is being written."""
        return self.published_in.published_at

    @property
    def valid_to(self) -> datetime | None:
        return self.closed_in.published_at if self.closed_in else None

    def __str__(self) -> str:
        return self.offer_id


class Confirmation(models.Model):
    """A source was asked and stated again what we know: the age of its prices counts from `observed_at`.

    It holds for the source's rows of one provider and purchase that were published in `version` or before
    and are in force; `observed_at` is the earliest that any of them was stated, `recorded_at` when it was
    written down. Unchanged prices get a row here instead of a new row each in the ledger.
    """

    source = models.CharField(max_length=200)
    provider = models.CharField(max_length=100)
    purchase = models.CharField(max_length=20)
    observed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    version = models.ForeignKey(CatalogueVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["recorded_at"], name="confirmations_by_time"),)

    def __str__(self) -> str:
        return f"{self.source}: {self.provider} {self.purchase} at {self.observed_at:%Y-%m-%d %H:%M}"
