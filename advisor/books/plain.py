"""Offers one by one at the prices of a price book: for commands, and for questions about the past."""

from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

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
        listed = {offer.offer_id: offer for offer in (*self._replaced, *super().select(narrow))}
        found = self._book.apply(listed.values(), self._on)
        self._ruled |= {offer.offer_id: ruled for offer, ruled in found if ruled is not None}
        offers = (offer for offer, _ in found if _within(offer, narrow))
        return tuple(sorted(offers, key=lambda offer: offer.offer_id))

    @cached_property
    def _replaced(self) -> tuple[Offer, ...]:
        """Listed offers that rows of the book are about one by one: they lend them their facts."""
        own = [offer for offer, rule in self._book.offers if rule.in_force(self._on)]
        if not own:
            return ()
        narrow = {name: {getattr(offer, name) for offer in own} for name in ("provider", "instance_type")}
        ids = {offer.offer_id for offer in own}
        return tuple(offer for offer in super().select(narrow) if offer.offer_id in ids)

    def ruled(self, offer_id: str) -> Ruled | None:
        return self._ruled.get(offer_id)


def _within(offer: Offer, narrow: Narrow) -> bool:
    return all((getattr(offer, column) or "") in values for column, values in narrow.items())
