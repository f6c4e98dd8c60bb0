"""What the ledger holds of a source and its providers before a refresh."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from advisor.catalog.confirmed import Confirmed
from advisor.catalog.pricing import spread
from advisor.catalog.queries import rows_of
from advisor.catalog.writing import parts_of
from advisor.models import CatalogueVersion, OfferRow
from providers.tiers import tier_of

_CHUNK = 5000


class KnownRow(NamedTuple):
    """A current row. `is_ours`: it came from this source. `is_doubtful`: not confirmed any more.

    `fingerprint` is of ours, `observed_at` of the others; else None.
    """

    id: int
    fingerprint: int | None
    is_ours: bool
    is_doubtful: bool
    observed_at: datetime | None


class KnownPrice(NamedTuple):
    """What a row costs per hour: as billed, and `effective` with the upfront payment spread over the term."""

    price_per_hour: Decimal
    currency: str
    effective: Decimal


class Known:
    """Current rows at one version, read when a provider first occurs.

    `base` is the number of the version; `counts` and `regions` are those of this source's own rows.
    """

    def __init__(self, source: str) -> None:
        newest = CatalogueVersion.objects.order_by("-number").values_list("number", flat=True).first()
        self.source = source
        self.base = newest or 0
        self.counts: Counter[str] = Counter()
        self.regions: Counter[tuple[str, str]] = Counter()
        self._confirmed = Confirmed.until(None)
        self._rows: dict[str, KnownRow] = {}
        self._read: set[str] = set()
        self._load_ours()

    def row(self, provider: str, offer_id: str) -> KnownRow | None:
        if provider not in self._read:
            self._read.add(provider)
            self._load_others(provider)
        return self._rows.get(offer_id)

    def ours(self) -> Iterable[tuple[str, KnownRow]]:
        return ((offer_id, row) for offer_id, row in self._rows.items() if row.is_ours)

    def tiers_of_others(self) -> Iterator[tuple[str, KnownRow]]:
        """Volume tiers, which only imports have, by the ids of the offers they are tiers of."""
        for offer_id, row in self._rows.items():
            base_id = None if row.is_ours else tier_of(offer_id)
            if base_id is not None:
                yield base_id, row

    def was_touched(self) -> bool:
        """Whether anything published since this was read concerns rows it holds."""
        concerned = OfferRow.objects.filter(Q(provider__in=self._read) | Q(source=self.source))
        return concerned.filter(Q(published_in_id__gt=self.base) | Q(closed_in_id__gt=self.base)).exists()

    @staticmethod
    def prices(ids: Sequence[int]) -> dict[int, KnownPrice]:
        """What some rows cost, by their id."""
        found: dict[int, KnownPrice] = {}
        columns = ("id", "price_per_hour", "upfront", "term_months", "currency")
        for part in parts_of(ids):
            rows = OfferRow.objects.filter(id__in=part).values_list(*columns)
            for row_id, price, upfront, months, currency in rows.iterator(_CHUNK):
                found[row_id] = KnownPrice(price, currency, spread(price, upfront, months))
        return found

    def _load_ours(self) -> None:
        """Rows of this source; nobody asks when they were stated."""
        rows = rows_of(self.base).filter(source=self.source)
        columns = ("id", "offer_id", "fingerprint", "unconfirmed_since", "provider", "region")
        for row_id, offer_id, known, doubtful, provider, region in rows.values_list(*columns).iterator(
            _CHUNK
        ):
            self.counts[provider] += 1
            self.regions[provider, region] += 1
            self._rows[offer_id] = KnownRow(row_id, known, True, doubtful is not None, None)

    def _load_others(self, provider: str) -> None:
        """Rows of a provider that came from elsewhere: an import, or the list that ships with the code."""
        rows = rows_of(self.base).filter(provider=provider).exclude(source=self.source)
        columns = (
            "id",
            "offer_id",
            "observed_at",
            "source",
            "purchase",
            "published_in_id",
            "unconfirmed_since",
        )
        for row_id, offer_id, own, source, purchase, number, since in rows.values_list(*columns).iterator(
            _CHUNK
        ):
            observed_at = self._confirmed.observed_at(
                own,
                source=source,
                provider=provider,
                purchase=purchase,
                published_in=number,
                unconfirmed_since=since,
            )
            self._rows[offer_id] = KnownRow(row_id, None, False, since is not None, observed_at)
