"""Exchange rates as they were taken in."""

from django.conf import settings
from django.db import models


class ExchangeRates(models.Model):
    """Rates of one day from one source; never changed, only followed by others.

    `rates` holds by ISO 4217 code what one unit costs in US dollars, as decimal text. Both ids and
    `imported_at` rise. Which rates are in force is told by advisor/rates/in_force.py.
    """

    observed_on = models.DateField()
    source = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True, default="")  # of the file; empty: typed by hand
    rates = models.JSONField()
    imported_at = models.DateTimeField(unique=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "set of exchange rates"
        verbose_name_plural = "sets of exchange rates"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.observed_on} ({self.source})"
