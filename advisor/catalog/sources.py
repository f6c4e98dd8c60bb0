"""Where a search takes its offers from: the ledger, or price files without any database."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.queries import Catalogue, confirmed_until, moment_of, offers_of, rows_of, version_at
from advisor.catalog.sorting import in_order
from providers.offers import Offer

Narrow = Mapping[str, Collection[str]]
"""Column -> the values it may have; every column given must hold."""


class OfferSource(Protocol):
    @property
    def as_of(self) -> datetime: ...

    @property
    def version(self) -> int: ...

    def total(self) -> int:
        """Number of all offers."""

    def select(self, narrow: Narrow) -> tuple[Offer, ...]:
        """Offers whose text columns have the given values."""

    def quotes(self, narrow: Narrow, pricer: Pricer) -> Sequence[Quote]:
        """The same offers in the pricer's currency."""

    def ordered(self, quotes: Iterable[Quote], pricer: Pricer, sort: str) -> Sequence[Quote]:
        """Quotes this source gave, in the order of a checked sort."""

    def values(self, column: str) -> frozenset[str]:
        """Distinct non-empty values of a text column."""


class _Unprepared(ABC):
    """Prices and sorts when asked, nothing before."""

    @abstractmethod
    def select(self, narrow: Narrow) -> tuple[Offer, ...]: ...

    def quotes(self, narrow: Narrow, pricer: Pricer) -> Sequence[Quote]:
        return [pricer.quote(offer) for offer in self.select(narrow)]

    def ordered(self, quotes: Iterable[Quote], pricer: Pricer, sort: str) -> Sequence[Quote]:
        return in_order(quotes, sort, pricer.total)


class LedgerSource(_Unprepared):
    """Reads only the rows a search needs. Raises CatalogueEmpty when there is nothing to read."""

    def __init__(self, as_of: datetime | None = None) -> None:
        version = version_at(as_of)
        self._confirmed = confirmed_until(as_of, version)
        self.as_of = as_of or moment_of(version)
        self.version = version.number

    def total(self) -> int:
        return rows_of(self.version).count()

    def select(self, narrow: Narrow) -> tuple[Offer, ...]:
        conditions = {f"{column}__in": list(values) for column, values in narrow.items()}
        return offers_of(rows_of(self.version).filter(**conditions), self._confirmed)

    def values(self, column: str) -> frozenset[str]:
        found = rows_of(self.version).exclude(**{column: ""}).values_list(column, flat=True)
        return frozenset(found.order_by().distinct())


class FileSource(_Unprepared):
    """Exactly the offers of a catalogue in memory."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.as_of = catalogue.as_of
        self.version = catalogue.version
        self._offers = catalogue.offers

    def total(self) -> int:
        return len(self._offers)

    def select(self, narrow: Narrow) -> tuple[Offer, ...]:
        return tuple(
            offer
            for offer in self._offers
            if all((getattr(offer, column) or "") in values for column, values in narrow.items())
        )

    def values(self, column: str) -> frozenset[str]:
        return frozenset(value for offer in self._offers if (value := getattr(offer, column)))
