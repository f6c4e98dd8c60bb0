"""Reads of the ledger. A moment has one version, the newest published by then; a row is in force by numbers.

One statement reads one state of the database, so a version being written, or published meanwhile, is never
seen by half.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet, Subquery

from advisor.catalog.confirmed import ROW, Confirmed
from advisor.errors import CatalogueEmpty, NoPricesThen
from advisor.models import CatalogueVersion, OfferRow
from providers.offers import Offer
from providers.pricebook import Ruled


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All offers of one moment. `version` is 0 for prices read from files instead of the ledger. `ruled`
    holds by offer id what a price book said of the offers that have its prices. `observed_later` offers of
    files are left out, as they were observed after `as_of`.
    """

    as_of: datetime
    version: int
    offers: tuple[Offer, ...]
    ruled: Mapping[str, Ruled] = field(default_factory=dict)
    observed_later: int = 0

    @property
    def count(self) -> int:
        """Number of all offers."""
        return len(self.offers)

    @property
    def accelerators(self) -> frozenset[str]:
        """Names of all accelerators that are offered."""
        return frozenset(offer.accelerator for offer in self.offers if offer.accelerator)

    def having(self, accelerators: Collection[str | None]) -> tuple[Offer, ...]:
        """Offers of these accelerators; None stands for machines without any."""
        return tuple(offer for offer in self.offers if offer.accelerator in accelerators)

    def offer(self, offer_id: str) -> Offer | None:
        """One offer by its id."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)


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
            [f"Its first prices were published at {moment_of(first):%Y-%m-%d %H:%M} UTC."],
            field="as_of",
        )
    return found


def moment_of(version: CatalogueVersion) -> datetime:
    """When a published version came into force."""
    if version.published_at is None:
        raise LookupError(f"catalogue {version.number} is still being written")
    return version.published_at


def rows_of(version: int | Subquery) -> QuerySet[OfferRow]:
    """Rows in force at a version. What is closed by a later one, published or being written, still counts."""
    return OfferRow.objects.filter(
        Q(closed_in__isnull=True) | Q(closed_in_id__gt=version), published_in_id__lte=version
    )


def offers_of(rows: QuerySet[OfferRow], confirmed: Confirmed) -> tuple[Offer, ...]:
    """Offers of some rows, ordered by offer id, so that equal questions give equal answers."""
    ordered = rows.order_by("offer_id").values_list(*ROW)
    return tuple(confirmed.offer(values) for values in ordered.iterator(chunk_size=5000))


def confirmed_until(moment: datetime | None, version: CatalogueVersion) -> Confirmed:
    """What was confirmed by a moment (None: by now), as known in `version`; no query where nothing was."""
    return Confirmed.until(moment) if version.confirmations else Confirmed(())


def current_offers(as_of: datetime | None = None, *, known_at: datetime | None = None) -> Catalogue:
    """The whole catalogue at a moment (None: the newest version; its `as_of` is when that was published).

    Prices are as old as they were known to be at `known_at`, by default at `as_of`: a source may have stated
    them again after the version was published.
    """
    version = version_at(as_of)
    confirmed = Confirmed.until(known_at) if known_at else confirmed_until(as_of, version)
    return Catalogue(
        as_of=as_of or moment_of(version),
        version=version.number,
        offers=offers_of(rows_of(version.number), confirmed),
    )
