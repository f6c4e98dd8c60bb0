"""One offer's price made comparable: one currency, one hour, upfront spread, whole machines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from providers.errors import UnknownCurrency
from providers.offers import Offer, PriceState
from providers.rates import ReferenceRates

HOURS_PER_MONTH = 730
_MICRO = Decimal("0.000001")


def effective_price_per_hour(offer: Offer) -> Decimal:
    """What an hour of the term costs with the upfront payment spread over it, in the offer's currency."""
    if not offer.upfront or not offer.term_months:
        return offer.price_per_hour
    return offer.price_per_hour + offer.upfront / (offer.term_months * HOURS_PER_MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """An offer as a listing compares it. Prices are in `currency`: the display currency, or the offer's
    own when there is no rate for it (`converted` is then False).

    `price` is the effective price of one machine-hour, `total` that of `quantity` machines;
    `age_hours` is None when nobody said when the price was observed.
    """

    offer: Offer
    currency: str
    converted: bool
    rate: Decimal
    price: Decimal
    per_accelerator: Decimal | None
    quantity: int
    total: Decimal
    age_hours: Decimal | None
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricer:
    """Prices offers at a moment. `pack_to` is the number of accelerators to reach with whole machines."""

    currency: str
    rates: ReferenceRates
    now: datetime
    max_age_hours: int
    pack_to: Decimal | None = None

    def priced(self, offer: Offer) -> Priced:
        rate = self._rate(offer.currency)
        own = effective_price_per_hour(offer)
        price = own if rate is None or rate == 1 else (own * rate).quantize(_MICRO)
        quantity = self._quantity(offer)
        age = hours_of(self.now - offer.observed_at) if offer.observed_at else None
        return Priced(
            offer=offer,
            currency=offer.currency if rate is None else self.currency,
            converted=rate is not None,
            rate=Decimal(1) if rate is None else rate,
            price=price,
            per_accelerator=price / offer.accelerator_count if offer.accelerator_count else None,
            quantity=quantity,
            total=price * quantity,
            age_hours=age,
            stale=offer.state is PriceState.STALE or (age is not None and age > self.max_age_hours),
        )

    def _rate(self, currency: str) -> Decimal | None:
        try:
            return self.rates.rate(currency, to=self.currency)
        except UnknownCurrency:
            return None

    def _quantity(self, offer: Offer) -> int:
        if self.pack_to is None or not offer.accelerator_count:
            return 1
        needed = (self.pack_to / offer.accelerator_count).to_integral_value(ROUND_CEILING)
        return max(int(needed), 1, offer.min_quantity or 0)


def hours_of(span: timedelta) -> Decimal:
    """A span of time in hours, never below 0 and never rounded up."""
    hours = Decimal(int(span.total_seconds())) / 3600
    return max(hours, Decimal(0)).quantize(Decimal("0.1"), ROUND_FLOOR)
