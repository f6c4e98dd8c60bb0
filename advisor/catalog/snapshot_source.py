"""A search that reads nothing: offers and their quotes from the snapshot of the current catalogue."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.snapshot import Snapshot, current_snapshot
from advisor.catalog.sorting import in_order
from advisor.catalog.sources import LedgerSource, Narrow, OfferSource
from providers.offers import Offer


class SnapshotSource:
    """Answers as LedgerSource does for the newest version. Raises CatalogueEmpty when there is none."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.snapshot = snapshot or current_snapshot()
        self.as_of = self.snapshot.published_at
        self.version = self.snapshot.number

    def total(self) -> int:
        return len(self.snapshot.offers)

    def select(self, narrow: Narrow) -> tuple[Offer, ...]:
        return tuple(self.snapshot.offers[place] for place in self.snapshot.places(narrow))

    def values(self, column: str) -> frozenset[str]:
        return self.snapshot.values(column)

    def quotes(self, narrow: Narrow, pricer: Pricer) -> Sequence[Quote]:
        quotes = self.snapshot.sheets.of(pricer).quotes
        return [quotes[place] for place in self.snapshot.places(narrow)] if narrow else quotes

    def ordered(self, quotes: Iterable[Quote], pricer: Pricer, sort: str) -> Sequence[Quote]:
        if pricer.pack_to is not None:  # sums depend on the number asked for
            return in_order(quotes, sort, pricer.total)
        ranks = self.snapshot.sheets.of(pricer).ranks(sort)
        return sorted(quotes, key=lambda quote: ranks[quote.offer_id])


def catalogue_source(as_of: datetime | None = None) -> OfferSource:
    """The snapshot for now, the ledger for a moment of the past. Raises CatalogueEmpty."""
    return SnapshotSource() if as_of is None else LedgerSource(as_of)
