"""One offer's price made comparable: one currency, one hour, upfront spread, whole machines."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from providers.errors import UnknownCurrency
from providers.offers import Offer, PriceState
from providers.rates import ReferenceRates

HOURS_PER_MONTH = 730
_MICRO = Decimal("0.000001")


def effective_price_per_hour(offer: Offer) -> Decimal:
    """What an hour of the term costs with the upfront payment spread over it, in the offer's currency."""
    return spread_price(offer.price_per_hour, offer.upfront, offer.term_months)


def spread_price(price_per_hour: Decimal, upfront: Decimal | None, term_months: int | None) -> Decimal:
    if not upfront or not term_months:
        return price_per_hour
    return price_per_hour + upfront / (term_months * HOURS_PER_MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer's price in one currency, the same whoever asks and whenever.

    Prices are in `currency`: the display currency, or the offer's own when there is no rate for it
    (`converted` is then False). `price` is the effective price of one machine-hour.
    """

    offer: Offer
    offer_id: str
    currency: str
    converted: bool
    rate: Decimal
    price: Decimal
    per_accelerator: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced(Quote):
    """An offer as a listing shows it at a moment: `total` is the price of `quantity` machines for an hour.

    `age_hours` is None when nobody said when the price was observed.
    """

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
    _rates: dict[str, Decimal | None] = field(default_factory=dict, repr=False, compare=False)
    _quantities: dict[tuple[Decimal, int | None], int] = field(
        default_factory=dict, repr=False, compare=False
    )

    def quote(self, offer: Offer) -> Quote:
        """The offer in the display currency, whatever the moment."""
        rate = self._rate(offer.currency)
        own = effective_price_per_hour(offer)
        price = own if rate is None or rate == 1 else (own * rate).quantize(_MICRO)
        return Quote(
            offer=offer,
            offer_id=offer.offer_id,
            currency=offer.currency if rate is None else self.currency,
            converted=rate is not None,
            rate=Decimal(1) if rate is None else rate,
            price=price,
            per_accelerator=price / offer.accelerator_count if offer.accelerator_count else None,
        )

    def complete(self, quote: Quote) -> Priced:
        """The quote with its quantity, its sum and its age."""
        offer = quote.offer
        quantity = self.quantity(offer)
        age = hours_of(self.now - offer.observed_at) if offer.observed_at else None
        return Priced(
            offer=offer,
            offer_id=quote.offer_id,
            currency=quote.currency,
            converted=quote.converted,
            rate=quote.rate,
            price=quote.price,
            per_accelerator=quote.per_accelerator,
            quantity=quantity,
            total=quote.price * quantity,
            age_hours=age,
            stale=offer.state is PriceState.STALE or (age is not None and age > self.max_age_hours),
        )

    def priced(self, offer: Offer) -> Priced:
        return self.complete(self.quote(offer))

    def total(self, quote: Quote) -> Decimal:
        """What an hour of all machines needed costs."""
        return quote.price if self.pack_to is None else quote.price * self.quantity(quote.offer)

    def quantity(self, offer: Offer) -> int:
        """Machines needed: 1 unless smaller ones are packed together."""
        if self.pack_to is None or not offer.accelerator_count:
            return 1
        key = (offer.accelerator_count, offer.min_quantity)
        known = self._quantities.get(key)
        if known is None:
            needed = (self.pack_to / offer.accelerator_count).to_integral_value(ROUND_CEILING)
            known = self._quantities[key] = max(int(needed), 1, offer.min_quantity or 0)
        return known

    def _rate(self, currency: str) -> Decimal | None:
        if currency not in self._rates:
            try:
                self._rates[currency] = self.rates.rate(currency, to=self.currency)
            except UnknownCurrency:
                self._rates[currency] = None
        return self._rates[currency]


def hours_of(span: timedelta) -> Decimal:
    """A span of time in hours, never below 0 and never rounded up."""
    hours = Decimal(int(span.total_seconds())) / 3600
    return max(hours, Decimal(0)).quantize(Decimal("0.1"), ROUND_FLOOR)
