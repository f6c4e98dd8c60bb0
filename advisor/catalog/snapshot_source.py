"""A search that reads nothing: it asks the columns of the current catalogue."""

from collections.abc import Sequence
from datetime import datetime

from advisor.catalog.conditions import Condition
from advisor.catalog.explain import EmptyList
from advisor.catalog.finding import ColumnSearch
from advisor.catalog.pricing import Pricer
from advisor.catalog.snapshot import Snapshot, current_snapshot
from advisor.catalog.sources import Found, LedgerSource, OfferSource
from providers.pricebook import Ruled


class SnapshotSource:
    """Answers as LedgerSource does for the newest version. Raises CatalogueEmpty when there is none."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.snapshot = snapshot or current_snapshot()
        self.as_of = self.snapshot.published_at
        self.version = self.snapshot.number

    def total(self) -> int:
        return self.snapshot.rows.count

    def values(self, column: str) -> frozenset[str]:
        return self.snapshot.values(column)

    def ruled(self, offer_id: str) -> Ruled | None:
        return self.snapshot.all_ruled.get(offer_id)

    def find(
        self, conditions: Sequence[Condition], window: Condition, pricer: Pricer, sort: str, page: slice
    ) -> Found:
        return self._search(pricer, sort).find(conditions, window, page)

    def explain(self, conditions: Sequence[Condition], pricer: Pricer, sort: str) -> EmptyList:
        return self._search(pricer, sort).explain(conditions)

    def _search(self, pricer: Pricer, sort: str) -> ColumnSearch:
        return ColumnSearch(self.snapshot.rows, self.snapshot.sheets.of(pricer), pricer, sort)


def catalogue_source(as_of: datetime | None = None) -> OfferSource:
    """The snapshot for now, the ledger for a moment of the past. Raises CatalogueEmpty."""
    return SnapshotSource() if as_of is None else LedgerSource(as_of)
