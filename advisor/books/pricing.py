"""A catalogue at the prices of a price book."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime

import numpy as np

from advisor.books.plain import BookedLedger, booked_catalogue
from advisor.books.queries import book_of, in_force
from advisor.catalog.column_stock import ColumnStock
from advisor.catalog.lately import Lately
from advisor.catalog.queries import Catalogue
from advisor.catalog.rows import Places, Rows
from advisor.catalog.snapshot import Snapshot, current_snapshot
from advisor.catalog.snapshot_source import SnapshotSource, catalogue_source
from advisor.catalog.sources import OfferSource
from advisor.catalog.stock import Stock
from advisor.models import Organisation, PriceBookVersion
from providers.offers import Offer
from providers.pricebook import PriceBook, Rule, Ruled
from providers.pricebook.rule import matches

_MOST_SNAPSHOTS = 8  # kept: one per organisation that asked lately


def source_for(organisation: Organisation | None, as_of: datetime | None = None) -> OfferSource:
    """Where an organisation's searches take their offers from. Raises CatalogueEmpty."""
    version = in_force(organisation, as_of)
    if version is None:
        return catalogue_source(as_of)
    if as_of is None:
        return SnapshotSource(booked_snapshot(current_snapshot(), version, datetime.now(UTC).date()))
    return BookedLedger(as_of, book_of(version))


def booked_stock(stock: Stock, book: PriceBook, on: date) -> Stock:
    """What a plan may choose from, at the prices of a book on a day."""
    if isinstance(stock, ColumnStock):
        return ColumnStock(BookedSnapshot(stock.snapshot, book, on), stock.as_of)
    if isinstance(stock, Catalogue):
        return booked_catalogue(stock, book, on)
    raise TypeError(f"a price book was to be applied to {type(stock).__name__}")


class BookedSnapshot(Snapshot):
    """A snapshot at the prices of a book on a day."""

    def __init__(self, of: Snapshot, book: PriceBook, on: date) -> None:
        rows = of.rows
        self._ruled: dict[str, Ruled] = {}
        instead: dict[int, tuple[Offer, str]] = {}
        source = f"book:{book.name}"[:200]
        concerned = {place: rows.offer(place) for place in _concerned(rows, book, on).tolist()}
        for place, offer in concerned.items():
            ruled = book.priced(offer, on)
            if ruled is not None:
                instead[place] = (ruled.offer, source)
                self._ruled[ruled.offer.offer_id] = ruled
        added: dict[str, Ruled] = {}
        for ruled in book.added(concerned.values(), on):
            if rows.place_of(ruled.offer.offer_id) is None:
                added.setdefault(ruled.offer.offer_id, ruled)
        self._ruled |= added
        super().__init__(
            number=of.number,
            published_at=of.published_at,
            rows=rows.with_offers(instead, [(ruled.offer, source) for ruled in added.values()]),
            confirmed=of.confirmed,
        )

    @property
    def all_ruled(self) -> Mapping[str, Ruled]:
        return self._ruled

    def offers_by_line(self) -> Counter[int]:
        """How many offers each line of the book prices."""
        return Counter(ruled.line for ruled in self._ruled.values())


_snapshots: Lately[tuple[int, int, date], tuple[Snapshot, BookedSnapshot]] = Lately(_MOST_SNAPSHOTS)


def booked_snapshot(snapshot: Snapshot, version: PriceBookVersion, on: date) -> BookedSnapshot:
    """The snapshot at the prices of a version of a book, made once for each day."""
    key = (id(snapshot), version.pk, on)
    # what it was made of is kept beside it, so that no other snapshot can come to have its identity
    return _snapshots.of(key, lambda: (snapshot, BookedSnapshot(snapshot, book_of(version), on)))[1]


def _concerned(rows: Rows, book: PriceBook, on: date) -> Places:
    """Places of the offers that at least one rule is about."""
    held = np.zeros(rows.count, np.bool_)
    for rule in book.rules:
        if rule.in_force(on):
            held[_about(rows, rule)] = True
    own = [offer for offer, rule in book.offers if rule.in_force(on)]
    exact = [rows.place_of(offer.offer_id) for offer in own]
    held[[place for place in exact if place is not None]] = True
    if any(rows.column("tier_from").values):  # list tiers of an offer of the book
        for offer in own:
            held[_tiers_of(rows, offer)] = True
    return np.flatnonzero(held)


def _tiers_of(rows: Rows, own: Offer) -> list[int]:
    same = rows.of_machine(own.provider, own.region, own.instance_type).tolist()
    tiers = ((place, rows.offer(place)) for place in same if rows.column("tier_from").of(place) is not None)
    return [place for place, tier in tiers if tier.base_id == own.base_id]


def _about(rows: Rows, rule: Rule) -> Places:
    places: Places = np.arange(rows.count)
    for name, pattern in rule.patterns.items():
        column = rows.column(name)
        fits = [matches(pattern, value or "") for value in column.values]
        places = places[np.array(fits, np.bool_)[column.codes[places]]]
    return places
