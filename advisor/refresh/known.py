"""What the ledger holds of a source and its providers before a refresh."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from advisor.catalog.columns import COLUMNS, offer_from_values
from advisor.catalog.confirmed import Confirmed
from advisor.catalog.fingerprint import fingerprint
from advisor.catalog.queries import rows_of
from advisor.catalog.writing import parts_of
from advisor.models import CatalogueVersion, OfferRow
from providers.offers import Offer


class KnownRow(NamedTuple):
    """A current row. `is_ours`: it came from this source. `is_doubtful`: not confirmed any more."""

    id: int
    fingerprint: int
    is_ours: bool
    is_doubtful: bool
    observed_at: datetime | None


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
        self._load(Q(source=source))

    def row(self, provider: str, offer_id: str) -> KnownRow | None:
        if provider not in self._read:
            self._read.add(provider)
            self._load(Q(provider=provider) & ~Q(source=self.source))
        return self._rows.get(offer_id)

    def ours(self) -> Iterable[tuple[str, KnownRow]]:
        return ((offer_id, row) for offer_id, row in self._rows.items() if row.is_ours)

    def was_touched(self) -> bool:
        """Whether anything published since this was read concerns rows it holds."""
        concerned = OfferRow.objects.filter(Q(provider__in=self._read) | Q(source=self.source))
        return concerned.filter(Q(published_in_id__gt=self.base) | Q(closed_in_id__gt=self.base)).exists()

    @staticmethod
    def offers(ids: Sequence[int]) -> dict[int, Offer]:
        """Some rows as offers, by their id."""
        found: dict[int, Offer] = {}
        for part in parts_of(ids):
            rows = OfferRow.objects.filter(id__in=part).values_list("id", *COLUMNS)
            found.update((row[0], offer_from_values(row[1:])) for row in rows.iterator(chunk_size=5000))
        return found

    def _load(self, which: Q) -> None:
        rows = rows_of(self.base).filter(which)
        columns = (
            "id", "offer_id", "fingerprint", "source", "unconfirmed_since", "observed_at", "provider",
            "region", "purchase", "published_in_id",
        )  # fmt: skip
        old: list[int] = []  # rows written before there were fingerprints
        for row in rows.values_list(*columns).iterator(chunk_size=5000):
            row_id, offer_id, known, source, doubtful, observed_at, provider, region, purchase, number = row
            is_ours = source == self.source
            if is_ours:
                self.counts[provider] += 1
                self.regions[provider, region] += 1
            else:
                observed_at = self._confirmed.observed_at(
                    observed_at,
                    source=source,
                    provider=provider,
                    purchase=purchase,
                    published_in=number,
                    unconfirmed_since=doubtful,
                )
            if known is None:
                old.append(row_id)
            self._rows[offer_id] = KnownRow(row_id, known or 0, is_ours, doubtful is not None, observed_at)
        for offer in self.offers(old).values():
            row_of = self._rows[offer.offer_id]
            self._rows[offer.offer_id] = row_of._replace(fingerprint=fingerprint(offer))
