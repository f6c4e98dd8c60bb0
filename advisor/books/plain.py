"""Offers one by one at the prices of a price book: for commands, and for questions about the past."""

from dataclasses import replace
from datetime import date, datetime

from advisor.catalog.queries import Catalogue
from advisor.catalog.sources import FileSource, LedgerSource, Narrow
from providers.offers import Offer
from providers.pricebook import PriceBook, Ruled


def booked_catalogue(catalogue: Catalogue, book: PriceBook, on: date) -> Catalogue:
    """All offers at the prices of a book on a day, with what it says of which."""
    found = book.apply(catalogue.offers, on)
    return replace(
        catalogue,
        offers=tuple(offer for offer, _ in found),
        ruled={offer.offer_id: ruled for offer, ruled in found if ruled is not None},
    )


class BookedFiles(FileSource):
    """Exactly the offers of a catalogue in memory that has a book's prices already."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self._ruled = catalogue.ruled

    def ruled(self, offer_id: str) -> Ruled | None:
        return self._ruled.get(offer_id)


class BookedLedger(LedgerSource):
    """The ledger at a moment, at the prices of a book on that day."""

    def __init__(self, as_of: datetime | None, book: PriceBook) -> None:
        super().__init__(as_of)
        self._book = book
        self._on = self.as_of.date()
        self._ruled: dict[str, Ruled] = {}

    def select(self, narrow: Narrow) -> tuple[Offer, ...]:
        found = self._book.apply(super().select(narrow), self._on)
        added = {offer.offer_id for offer, ruled in found if ruled is not None and ruled.listed is None}
        self._ruled |= {offer.offer_id: ruled for offer, ruled in found if ruled is not None}
        offers = (o for o, _ in found if o.offer_id not in added or _within(o, narrow))
        return tuple(sorted(offers, key=lambda offer: offer.offer_id))

    def ruled(self, offer_id: str) -> Ruled | None:
        return self._ruled.get(offer_id)


def _within(offer: Offer, narrow: Narrow) -> bool:
    return all((getattr(offer, column) or "") in values for column, values in narrow.items())
