"""Reads of the ledger. A moment is half-open: a row counts from `valid_from` until just before `valid_to`."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from advisor.catalog.columns import COLUMNS, offer_from_values
from advisor.errors import CatalogueEmpty, NoPricesThen
from advisor.models import CatalogueVersion, OfferRow
from providers.offers import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All offers of one moment. `version` is 0 for prices read from files instead of the ledger."""

    as_of: datetime
    version: int
    offers: tuple[Offer, ...]


def version_at(as_of: datetime | None) -> CatalogueVersion:
    """The version in force at `as_of` (None: the newest). Raises CatalogueEmpty, or its NoPricesThen."""
    versions = CatalogueVersion.objects.order_by("-number")
    if as_of is None:
        newest = versions.first()
        if newest is None:
            raise CatalogueEmpty(
                "The catalogue holds no prices yet.",
                ["Load the embedded price list with `python manage.py import_prices` (without a file)."],
            )
        return newest
    found = versions.filter(published_at__lte=as_of).first()
    if found is None:
        first = CatalogueVersion.objects.order_by("number").first()
        if first is None:
            return version_at(None)
        raise NoPricesThen(
            f"The catalogue knows nothing as of {as_of:%Y-%m-%d %H:%M} UTC.",
            [f"Its first prices were published at {first.published_at:%Y-%m-%d %H:%M} UTC."],
            field="as_of",
        )
    return found


def rows_at(as_of: datetime | None) -> QuerySet[OfferRow]:
    """Rows in force at `as_of`; None means now, which uses the indexes of current rows."""
    if as_of is None:
        return OfferRow.objects.filter(valid_to__isnull=True)
    still_open = Q(valid_to__isnull=True) | Q(valid_to__gt=as_of)
    return OfferRow.objects.filter(still_open, valid_from__lte=as_of)


def offers_of(rows: QuerySet[OfferRow]) -> tuple[Offer, ...]:
    """Offers of some rows, ordered by offer id, so that equal questions give equal answers."""
    ordered = rows.order_by("offer_id").values_list(*COLUMNS)
    return tuple(offer_from_values(values) for values in ordered.iterator(chunk_size=5000))


def current_offers(as_of: datetime | None = None) -> Catalogue:
    """The whole catalogue at a moment (None: the newest version; its `as_of` is when that was published)."""
    version = version_at(as_of)
    return Catalogue(
        as_of=as_of or version.published_at, version=version.number, offers=offers_of(rows_at(as_of))
    )
