"""All prices of a catalogue in the currencies asked for lately, and the orders they were listed in."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.catalog.coded import Coded, combined
from advisor.catalog.lately import Lately
from advisor.catalog.pricing import Pricer, Quote, per_accelerator, spread
from advisor.catalog.rows import Places, Rows
from advisor.catalog.siblings import Beside, Terms, cheapest_terms
from advisor.catalog.sorting import BY_FACT, PRICES

_MOST_SHEETS = 8  # currencies kept; with its orders one takes about 20 bytes per offer
_MOST_QUOTES = 20_000  # kept by a sheet as objects, those used last


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """All places in some order, and the rank of each place in it."""

    places: NDArray[np.int32]
    ranks: NDArray[np.int32]


class Sheet:
    """Every offer of some rows in one currency at some rates, one machine each."""

    def __init__(self, rows: Rows, pricer: Pricer) -> None:
        currency = rows.column("currency")
        rates = {code: pricer.rate(code) for code in currency.values}
        self._rows = rows
        has_rate = currency.judge(lambda code: rates[code] is not None)
        self.converted: NDArray[np.bool_] = has_rate.of(currency.codes)
        self.price = combined(
            [*map(rows.column, ("price_per_hour", "upfront", "term_months", "currency"))],
            lambda price, upfront, months, code: pricer.convert(spread(price, upfront, months), rates[code]),
        )
        self._quotes: Lately[int, Quote] = Lately(_MOST_QUOTES)
        self._besides: Lately[int, Beside] = Lately(_MOST_QUOTES)
        self._orders: dict[str, Order] = {}

    @cached_property
    def per_accelerator(self) -> Coded:
        """The price of one accelerator; None for machines without any."""
        return combined([self.price, self._rows.fact("accelerator_count")], per_accelerator)

    def quote(self, place: int, pricer: Pricer) -> Quote:
        return self._quotes.of(place, lambda: pricer.quote(self._rows.offer(place)))

    def beside(self, place: int) -> Beside:
        """What the machine of a place costs under the other purchase options."""
        return self._besides.of(place, lambda: self._beside(place))

    def _beside(self, place: int) -> Beside:
        same = self._rows.same_machine(place)
        same = same[self.converted[same]].tolist()
        names = ("purchase", "term_months", "zone", "tier_from")
        purchase, months, zone, tier = map(self._rows.column, names)
        return cheapest_terms(
            zone.of(place),
            [
                Terms(price=self.price.of(p), purchase=purchase.of(p), months=months.of(p), zone=zone.of(p))
                for p in same
                if tier.of(p) is None
            ],
        )

    def order(self, sort: str) -> Order:
        """All places in a checked sort. Few sorts: all are kept."""
        found = self._orders.get(sort)
        if found is None:
            places = self.in_order(np.arange(self._rows.count), sort, None).astype(np.int32)
            ranks = np.empty(len(places), np.int32)
            ranks[places] = np.arange(len(places), dtype=np.int32)
            found = self._orders[sort] = Order(places=places, ranks=ranks)
        return found

    def in_order(self, places: Places, sort: str, total: Coded | None) -> Places:
        """Places in a checked sort; `total` is what an hour of all machines needed costs at each place, where
        that is not the price of one."""
        name, turned = sort.removeprefix("-"), sort.startswith("-")
        price = self.price.codes[places] if total is None else total.codes
        if name in PRICES:
            groups = np.where(self.converted[places], 0, 2 if name == "per_accelerator" else 1)
            keys = price.astype(np.int64)
            if name == "per_accelerator":
                of_one = self.per_accelerator
                unknown = self._missing(of_one)[places]
                groups = groups + unknown
                keys = np.where(unknown, keys, of_one.codes[places].astype(np.int64))
        else:
            fact = self._rows.fact(BY_FACT[name].fact)
            turned ^= BY_FACT[name].falling
            groups = self._missing(fact)[places].astype(np.int64)
            keys = fact.codes[places].astype(np.int64)
        by = np.lexsort((self._rows.id_ranks[places], -keys if turned else keys, groups))
        found: Places = places[by]
        return found

    @staticmethod
    def _missing(column: Coded) -> NDArray[np.bool_]:
        if not column.values or column.values[0] is not None:
            return np.zeros(len(column.codes), np.bool_)
        missing: NDArray[np.bool_] = column.codes == 0
        return missing

    def cheapest(self, places: Places) -> Places:
        """Places by the price of one machine, those without a rate last."""
        return self.in_order(places, "price", None)

    def total(self, places: Places | slice, pricer: Pricer) -> Coded:
        """What an hour of all machines needed costs at some places."""
        price = Coded(self.price.codes[places], self.price.values, ordered=True)
        if pricer.pack_to is None:
            return price
        size = self._rows.fact("size")
        return combined(
            [price, Coded(size.codes[places], size.values, ordered=False)],
            lambda one, machine: one * pricer.machines(machine[0], machine[1]),
        )


class Sheets:
    """The sheets of some rows by currency; of many currencies those used last."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._kept: Lately[tuple[str, Any], Sheet] = Lately(_MOST_SHEETS)

    def of(self, pricer: Pricer) -> Sheet:
        """The sheet of a pricer's currency and rates."""
        rates = tuple(sorted(pricer.rates.rates_to_usd.items()))
        return self._kept.of((pricer.currency, rates), lambda: Sheet(self._rows, pricer))

    def currencies(self) -> list[str]:
        """Those kept, the one used last at the end."""
        return [kept[0] for kept in self._kept.known()]
