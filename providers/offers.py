"""One offer: something that can be had, where, on which terms, at which price."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum


class Purchase(StrEnum):
    """How capacity is had (contract.md, price file)."""

    ON_DEMAND = "on_demand"
    SPOT = "spot"
    RESERVED = "reserved"
    SPEND_COMMITMENT = "spend_commitment"
    CAPACITY_BLOCK = "capacity_block"
    PARTNER = "partner"


class Payment(StrEnum):
    """When a reservation is paid."""

    NONE = "none"
    PARTIAL = "partial"
    ALL = "all"


class PriceState(StrEnum):
    """How far a price can be relied on."""

    LISTED = "listed"
    QUOTE = "quote"
    RESERVATION_ONLY = "reservation_only"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Term:
    """How long money is committed for, and when it is paid."""

    months: int
    payment: Payment


_STATED = re.compile(r"-(?P<count>[0-9]{1,3})(?P<unit>[ym])(?:-(?P<payment>none|partial|all))?(?![a-z0-9])")


def stated_term(family: str) -> Term | None:
    """What a spend commitment's name says (`-1y-none`, `-36m-all`); without a payment none is upfront."""
    found = _STATED.search(family.casefold())
    if found is None or not int(found["count"]):
        return None
    months = int(found["count"]) * (12 if found["unit"] == "y" else 1)
    return Term(months, Payment(found["payment"] or Payment.NONE))


MIN_PRICE_PER_HOUR = Decimal("0.000001")
MAX_PRICE_PER_HOUR = Decimal(10_000_000)
"""In any currency; beyond these a figure is a placeholder or a total, not an hourly price."""

MAX_UPFRONT = Decimal(1_000_000_000_000)


class InvalidOffer(ValueError):
    """An offer that cannot be: names the field, the value and what would be right."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {value!s}: {reason}")
        self.field = field
        self.value = str(value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One row of a price file. Prices are per instance-hour in `currency`, never converted here.

    `price_per_hour` of a reservation is what is billed every hour of the term, used or not; `upfront` is
    paid once per unit at the start. `observed_at` is when the source stated the price (UTC): a failed
    refresh never moves it. Unknown optional facts are None, never zero. `tier_from` is the least quantity of
    a volume tier (providers/tiers.py); None for an offer's only price, and for its price from the fewest.
    """

    provider: str
    region: str
    country: str
    instance_type: str
    purchase: Purchase
    price_per_hour: Decimal
    currency: str
    accelerator: str | None = None
    accelerator_count: Decimal | None = None
    accelerator_memory_gib: Decimal | None = None
    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    local_storage_gib: Decimal | None = None
    network_gbps: Decimal | None = None
    zone: str | None = None
    term_months: int | None = None
    payment: Payment | None = None
    upfront: Decimal | None = None
    min_quantity: int | None = None
    max_quantity: int | None = None
    available_from: datetime | None = None
    available_until: datetime | None = None
    interruption_fraction: Decimal | None = None
    commitment_family: str | None = None
    state: PriceState = PriceState.LISTED
    observed_at: datetime | None = None
    source_url: str | None = None
    note: str | None = None
    tier_from: int | None = None

    def __post_init__(self) -> None:
        _check_price(self)
        _check_terms(self)
        _check_ranges(self)

    @property
    def offer_id(self) -> str:
        """Readable name, unique in a catalogue: `provider/region/instance_type/purchase[/term-payment]`.

        A zone is appended as `@zone`, a spend commitment's family and a capacity block's window as a last
        part, because the same machine may be had under several of them at different prices. So is a spend
        commitment's term, where its family's name does not state it. A volume tier ends in
        `/from-N`: it holds from N machines on.
        """
        return self.base_id if self.tier_from is None else f"{self.base_id}/from-{self.tier_from}"

    @property
    def base_id(self) -> str:
        """The id without a volume tier's `/from-N`: all tiers of one offer have it in common."""
        parts = [self.provider, self.region, self.instance_type, self.purchase._value_]
        if self.purchase is Purchase.RESERVED:
            parts.append(f"{self.term_months}m-{self.payment or Payment.NONE}")
        elif self.commitment_family:
            parts.append(self.commitment_family)
            if term := self.unnamed_term:
                parts.append(f"{term.months}m-{term.payment._value_}")
        if self.purchase is Purchase.CAPACITY_BLOCK and (self.available_from or self.available_until):
            parts.append(f"{_stamp(self.available_from)}..{_stamp(self.available_until)}")
        name = "/".join(parts)
        return f"{name}@{self.zone}" if self.zone else name

    @property
    def key(self) -> str:
        """Identity within a catalogue: the id without regard to case. Two offers of one key are duplicates.

        Built of provider, region, zone, instance type, purchase, whichever of term and payment, commitment
        family or window the purchase is told apart by, and a tier's quantity, so unique keys mean unique ids.
        """
        return self.offer_id.casefold()

    @property
    def spend_term(self) -> Term | None:
        """Term and payment of a spend commitment's rate: of its row, else of its family's name."""
        stated = stated_term(self.commitment_family or "")
        months = self.term_months or (stated.months if stated else None)
        if not months:
            return None
        return Term(months, self.payment or (stated.payment if stated else Payment.NONE))

    @property
    def unnamed_term(self) -> Term | None:
        """The term of a spend commitment's rate where its family's name does not state it."""
        if self.purchase is not Purchase.SPEND_COMMITMENT:
            return None
        term = self.spend_term
        return None if term == stated_term(self.commitment_family or "") else term

    @property
    def price_per_accelerator_hour(self) -> Decimal | None:
        """Hourly price divided by the accelerators of the machine; None for a machine without any."""
        if not self.accelerator_count:
            return None
        return self.price_per_hour / self.accelerator_count


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H%MZ}"


def _check_price(offer: Offer) -> None:
    all_upfront = offer.purchase is Purchase.RESERVED and offer.payment is Payment.ALL
    price, upfront = offer.price_per_hour, offer.upfront
    if not price.is_finite():
        raise InvalidOffer("price_per_hour", price, "must be a finite number")
    if price < 0 or (price == 0 and not all_upfront):
        raise InvalidOffer("price_per_hour", price, "must be above 0 (0 only for all-upfront reservations)")
    if price > MAX_PRICE_PER_HOUR or 0 < price < MIN_PRICE_PER_HOUR:
        raise InvalidOffer(
            "price_per_hour",
            price,
            f"must be {MIN_PRICE_PER_HOUR} to {MAX_PRICE_PER_HOUR} per hour, not the total of a term",
        )
    if upfront is not None and not (upfront.is_finite() and 0 <= upfront <= MAX_UPFRONT):
        raise InvalidOffer("upfront", upfront, f"must be 0 to {MAX_UPFRONT} per instance")
    if all_upfront and price == 0 and not upfront:
        raise InvalidOffer(
            "upfront", upfront or "empty", "an all-upfront reservation needs its upfront payment"
        )


def _check_terms(offer: Offer) -> None:
    if offer.purchase is Purchase.RESERVED:
        if offer.term_months is None:
            raise InvalidOffer(
                "term_months", "empty", "a reservation needs its term in months, for example 12"
            )
        if not 1 <= offer.term_months <= 120:
            raise InvalidOffer("term_months", offer.term_months, "must be 1 to 120 months")
    elif offer.upfront:
        raise InvalidOffer("upfront", offer.upfront, "only a reservation has an upfront payment")
    if offer.purchase is Purchase.SPEND_COMMITMENT and not offer.commitment_family:
        raise InvalidOffer("commitment_family", "empty", "a spend commitment names its plan")
    for name in ("available_from", "available_until", "observed_at"):
        moment: datetime | None = getattr(offer, name)
        if moment is not None and moment.tzinfo is None:
            raise InvalidOffer(name, moment.isoformat(), "must have a time zone")
    begin, end = offer.available_from, offer.available_until
    if begin and end and begin >= end:
        raise InvalidOffer(
            "available_until", end.isoformat(), f"must be after available_from ({begin.isoformat()})"
        )


def _check_ranges(offer: Offer) -> None:
    if (offer.accelerator is None) != (offer.accelerator_count is None):
        lacking, other = ("accelerator", "accelerator_count")
        if offer.accelerator is not None:
            lacking, other = other, lacking
        raise InvalidOffer(lacking, "empty", f"must be given together with {other}")
    for name in ("accelerator_count", "accelerator_memory_gib", "vcpus", "memory_gib"):
        value: Decimal | None = getattr(offer, name)
        if value is not None and (not value.is_finite() or value <= 0):
            raise InvalidOffer(name, value, "must be above 0, or empty when unknown")
    for name in ("local_storage_gib", "network_gbps"):
        value = getattr(offer, name)
        if value is not None and (not value.is_finite() or value < 0):
            raise InvalidOffer(name, value, "must be 0 or more, or empty when unknown")
    fraction = offer.interruption_fraction
    if fraction is not None and not (fraction.is_finite() and 0 <= fraction <= 1):
        raise InvalidOffer("interruption_fraction", fraction, "must be between 0 and 1")
    low, high = offer.min_quantity, offer.max_quantity
    if low is not None and low < 0:
        raise InvalidOffer("min_quantity", low, "must be 0 or more")
    if high is not None and (high < 0 or high < (low or 0)):
        raise InvalidOffer("max_quantity", high, f"must be at least min_quantity ({low or 0})")
    if offer.tier_from is not None and not (offer.tier_from > 1 and offer.tier_from == low):
        raise InvalidOffer("tier_from", offer.tier_from, "must be min_quantity, and above 1")
