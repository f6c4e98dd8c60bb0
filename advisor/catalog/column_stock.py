"""What a plan may choose from, taken from the columns in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime

import numpy as np

from advisor.catalog.snapshot import Snapshot, current_snapshot, snapshot_of
from providers.offers import Offer
from providers.pricebook import Ruled


class ColumnStock:
    """The offers of a snapshot; `as_of` is the moment it was asked for."""

    def __init__(self, snapshot: Snapshot, as_of: datetime | None = None) -> None:
        self.as_of = as_of or snapshot.published_at
        self.version = snapshot.number
        self.observed_later = 0  # the ledger of a moment holds nothing later
        self._snapshot = snapshot

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    @property
    def ruled(self) -> Mapping[str, Ruled]:
        return self._snapshot.all_ruled

    @property
    def count(self) -> int:
        return self._snapshot.rows.count

    @property
    def accelerators(self) -> frozenset[str]:
        return self._snapshot.values("accelerator")

    def having(self, accelerators: Collection[str | None]) -> tuple[Offer, ...]:
        rows = self._snapshot.rows
        found = [rows.of_accelerator(name) for name in set(accelerators)]
        places = np.concatenate(found) if found else np.zeros(0, np.intp)
        ordered = places[np.argsort(rows.id_ranks[places])]
        return tuple(map(rows.offer, ordered.tolist()))

    def offer(self, offer_id: str) -> Offer | None:
        place = self._snapshot.rows.place_of(offer_id)
        return None if place is None else self._snapshot.rows.offer(place)


def stock(as_of: datetime | None = None, *, known_at: datetime | None = None) -> ColumnStock:
    """The ledger at a moment (None: its newest version), with prices as old as they were known to be at
    `known_at`, by default at `as_of`. Raises CatalogueEmpty."""
    if as_of is None and known_at is None:
        return ColumnStock(current_snapshot())
    return ColumnStock(snapshot_of(as_of, known_at), as_of)
