"""The catalogue with all its prices scaled: what a sweep asks when cloud prices change."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from advisor.catalog.stock import Stock
from providers.offers import MAX_PRICE_PER_HOUR, MAX_UPFRONT, MIN_PRICE_PER_HOUR, Offer
from providers.pricebook import Ruled

_STEP = Decimal("1e-12")


def scaled_stock(stock: Stock, factor: float) -> Stock:
    """The same offers, each at `factor` times its price per hour and upfront payment."""
    return stock if factor == 1 else _Scaled(stock, factor)


class _Scaled:
    def __init__(self, stock: Stock, factor: float) -> None:
        self._stock = stock
        self._factor = Decimal(repr(factor))

    @property
    def as_of(self) -> datetime:
        return self._stock.as_of

    @property
    def version(self) -> int:
        return self._stock.version

    @property
    def ruled(self) -> Mapping[str, Ruled]:
        return self._stock.ruled

    @property
    def observed_later(self) -> int:
        return self._stock.observed_later

    @property
    def count(self) -> int:
        return self._stock.count

    @property
    def accelerators(self) -> frozenset[str]:
        return self._stock.accelerators

    def having(self, accelerators: Collection[str | None]) -> tuple[Offer, ...]:
        return tuple(map(self._scaled, self._stock.having(accelerators)))

    def offer(self, offer_id: str) -> Offer | None:
        found = self._stock.offer(offer_id)
        return None if found is None else self._scaled(found)

    def _scaled(self, offer: Offer) -> Offer:
        """Prices stay within what an offer may cost; an all-upfront reservation keeps its 0."""
        price = (offer.price_per_hour * self._factor).quantize(_STEP)
        if offer.price_per_hour:
            price = min(max(price, MIN_PRICE_PER_HOUR), MAX_PRICE_PER_HOUR)
        upfront = offer.upfront
        if upfront is not None:
            upfront = min((upfront * self._factor).quantize(_STEP), MAX_UPFRONT)
        return replace(offer, price_per_hour=price, upfront=upfront)
