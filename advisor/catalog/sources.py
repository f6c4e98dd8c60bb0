"""Where a search takes its offers from: the ledger, or price files without any database."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from advisor.catalog.conditions import Condition
from advisor.catalog.explain import EmptyList, explain_empty
from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.queries import Catalogue, confirmed_until, moment_of, offers_of, rows_of, version_at
from advisor.catalog.siblings import Beside, machines_of, prices_beside
from advisor.catalog.sorting import in_order
from providers.offers import Offer
from providers.pricebook import Ruled

Narrow = Mapping[str, Collection[str]]
"""Column -> the values it may have; every column given must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`total` offers fit; `page` holds those asked for, each with what its machine costs otherwise. `ended`
    counts those that would fit if their window were not over."""

    total: int
    ended: int
    page: tuple[tuple[Quote, Beside], ...]


class OfferSource(Protocol):
    @property
    def as_of(self) -> datetime: ...

    @property
    def version(self) -> int: ...

    def total(self) -> int:
        """Number of all offers."""

    def values(self, column: str) -> frozenset[str]:
        """Distinct non-empty values of a text column."""

    def ruled(self, offer_id: str) -> Ruled | None:
        """What a price book says of an offer that was found; None for a list price."""

    def find(
        self, conditions: Sequence[Condition], window: Condition, pricer: Pricer, sort: str, page: slice
    ) -> Found:
        """Offers that fit all conditions and the window, in the order of a checked sort."""

    def explain(self, conditions: Sequence[Condition], pricer: Pricer, sort: str) -> EmptyList:
        """Why nothing fits all of these."""


class _Unprepared(ABC):
    """Takes offers one by one when asked, and prepares nothing: for few questions, or many offers that are
    read for one question only."""

    @abstractmethod
    def select(self, narrow: Narrow) -> tuple[Offer, ...]:
        """Offers whose text columns have the given values."""

    def find(
        self, conditions: Sequence[Condition], window: Condition, pricer: Pricer, sort: str, page: slice
    ) -> Found:
        narrow = {name: values for c in conditions for name, values in c.narrow.items()}
        fitting = [quote for quote in self._quotes(narrow, pricer) if _holds(quote, conditions, pricer)]
        matches = in_order((quote for quote in fitting if window.holds(quote, pricer)), sort, pricer)
        shown = matches[page]
        offers = [quote.offer for quote in shown]
        beside = prices_beside(offers, self._quotes(machines_of(offers), pricer) if offers else ())
        return Found(
            total=len(matches),
            ended=len(fitting) - len(matches),
            page=tuple(zip(shown, beside, strict=True)),
        )

    def explain(self, conditions: Sequence[Condition], pricer: Pricer, sort: str) -> EmptyList:
        return explain_empty(
            conditions, self._quotes({}, pricer), pricer, lambda quotes: in_order(quotes, sort, pricer)
        )

    def ruled(self, offer_id: str) -> Ruled | None:  # noqa: ARG002  list prices, all of them
        return None

    def _quotes(self, narrow: Narrow, pricer: Pricer) -> list[Quote]:
        return [pricer.quote(offer) for offer in self.select(narrow)]


def _holds(quote: Quote, conditions: Iterable[Condition], pricer: Pricer) -> bool:
    return all(condition.holds(quote, pricer) for condition in conditions)


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
