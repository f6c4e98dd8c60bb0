"""Prices of all offers in the currencies that were asked for lately, and the orders they were listed in."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

from advisor.catalog.pricing import Pricer
from advisor.catalog.sorting import in_order
from providers.offers import Offer

_MOST_SHEETS = 8  # currencies kept; one takes about 2 MB per 4,000 offers


class Sheet:
    """Every offer in one currency at some rates; `quotes` is in the order of the offers."""

    def __init__(self, offers: Sequence[Offer], pricer: Pricer) -> None:
        self.rates = pricer.rates
        self.quotes = tuple(map(pricer.quote, offers))
        self._ranks: dict[str, Mapping[str, int]] = {}

    def ranks(self, sort: str) -> Mapping[str, int]:
        """Offer id -> its place in the order of a checked sort, one machine each. Few sorts: all are kept."""
        found = self._ranks.get(sort)
        if found is None:
            order = in_order(self.quotes, sort, lambda quote: quote.price)
            found = self._ranks[sort] = {quote.offer_id: rank for rank, quote in enumerate(order)}
        return found


class Sheets:
    """The sheets of some offers by currency; of many currencies those used last."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._offers = offers
        self._kept: OrderedDict[str, Sheet] = OrderedDict()
        self._lock = Lock()

    def of(self, pricer: Pricer) -> Sheet:
        """The sheet of a pricer's currency and rates. Two threads may make the same one at once: no harm."""
        with self._lock:
            kept = self._kept.get(pricer.currency)
            if kept is not None and kept.rates == pricer.rates:
                self._kept.move_to_end(pricer.currency)
                return kept
        made = Sheet(self._offers, pricer)
        with self._lock:
            self._kept[pricer.currency] = made
            self._kept.move_to_end(pricer.currency)
            while len(self._kept) > _MOST_SHEETS:
                self._kept.popitem(last=False)
        return made
