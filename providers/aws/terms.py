"""Terms of a price list, on demand and reserved, to prices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.aws.fields import (
    Unusable,
    currency,
    hourly,
    inner,
    moment,
    number,
    plain,
    term_months,
    text,
)
from providers.aws.prices import Price
from providers.aws.products import Product
from providers.offers import Payment, Purchase
from providers.text import shown

ON_DEMAND, RESERVED = "OnDemand", "Reserved"
PAYMENTS = {
    "no upfront": Payment.NONE,
    "partial upfront": Payment.PARTIAL,
    "all upfront": Payment.ALL,
}
CLASSES = {"standard": 0, "convertible": 1}
"""Offering class -> how little it is preferred: convertible is taken where no standard one is sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a price list says of itself."""

    document: str
    published: datetime | None
    received_at: datetime | None
    came_by: datetime | None = None

    @property
    def latest(self) -> datetime | None:
        """The latest moment at which its prices can have been stated."""
        return self.stated or self.came_by

    @property
    def stated(self) -> datetime | None:
        """When AWS stated its prices."""
        return self.published or self.received_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """What a term costs: by the hour, once, and in which currency."""

    per_hour: Decimal | None
    upfront: Decimal | None
    currency: str


def prices_of(
    product: Product, kind: str, terms: Mapping[str, Any], listed: Listed
) -> Iterator[Price | tuple[str, str]]:
    """Prices of one SKU's terms of one kind; else place and reason."""
    for code, term in terms.items():
        where = f"{product.sku} {product.instance_type} {shown(code.rpartition('.')[2])}"
        try:
            if not isinstance(term, Mapping):
                raise Unusable("the term: must be an object")
            charges = _charges(inner(term, "priceDimensions"), product)
            yield priced(
                product, kind, charges, listed,
                where=where, since=moment(term, "effectiveDate"), attributes=inner(term, "termAttributes"),
            )  # fmt: skip
        except Unusable as error:
            yield where, str(error)


def priced(
    product: Product,
    kind: str,
    charges: Charges,
    listed: Listed,
    *,
    where: str,
    since: datetime | None,
    attributes: Mapping[str, Any],
) -> Price:
    """The price of a term. Raises Unusable."""
    if since is not None and listed.latest is not None and since > listed.latest:
        raise Unusable(f"effectiveDate: {since:%Y-%m-%d}: not yet in force when the list was published")
    common: dict[str, Any] = {
        "document": listed.document,
        "where": where,
        "instance_type": product.instance_type,
        "base": product.base,
        "place": product.place,
        "currency": charges.currency,
        "observed_at": listed.stated or since,
        "since": since,
    }
    if kind == ON_DEMAND:
        if charges.upfront is not None:
            raise Unusable("an upfront fee on demand")
        return Price(
            **common,
            purchase=Purchase.ON_DEMAND,
            per_hour=_above_zero(charges.per_hour),
            surcharge=product.surcharge,
            note=product.note,
        )
    if not product.is_ec2:
        raise Unusable("a reservation of what is no machine of EC2")
    return Price(**common, purchase=Purchase.RESERVED, **_reserved(charges, attributes))


def _reserved(charges: Charges, attributes: Mapping[str, Any]) -> dict[str, Any]:
    stated = text(attributes, "OfferingClass") or "standard"
    if stated.casefold() not in CLASSES:
        raise Unusable(f"OfferingClass: {shown(stated)}: must be standard or convertible")
    choice = CLASSES[stated.casefold()]
    return {
        "term_months": term_months(text(attributes, "LeaseContractLength")),
        "second_choice": choice,
        "note": "Convertible Reserved Instance" if choice else "Standard Reserved Instance",
        **reserved_charges(charges, payment_of(text(attributes, "PurchaseOption"), "PurchaseOption")),
    }


def payment_of(stated: str, name: str) -> Payment:
    """How a commitment is paid. Raises Unusable."""
    found = PAYMENTS.get(stated.strip().casefold())
    if found is None:
        options = ", ".join(option.capitalize() for option in PAYMENTS)
        raise Unusable(f"{name}: {shown(stated) or 'missing'}: must be one of {options}")
    return found


def reserved_charges(charges: Charges, payment: Payment) -> dict[str, Any]:
    """Payment, hourly and upfront price of a reservation, which must agree. Raises Unusable."""
    per_hour, upfront = charges.per_hour, charges.upfront
    if payment is Payment.NONE:
        if upfront:
            raise Unusable(f"No Upfront, but an upfront fee of {plain(upfront)}")
        return {"payment": payment, "per_hour": _above_zero(per_hour), "upfront": None}
    if not upfront or upfront < 0:
        raise Unusable("Upfront Fee: no price, which must be above 0")
    if payment is Payment.PARTIAL:
        return {"payment": payment, "per_hour": _above_zero(per_hour), "upfront": upfront}
    if per_hour is not None and per_hour < 0:
        raise Unusable(f"pricePerUnit: {plain(per_hour)}: must not be below 0")
    return {"payment": payment, "per_hour": per_hour or Decimal(0), "upfront": upfront}


def _above_zero(per_hour: Decimal | None) -> Decimal:
    if per_hour is None:
        raise Unusable("pricePerUnit: no hourly price")
    if per_hour <= 0:
        raise Unusable(f"pricePerUnit: {plain(per_hour)}: no price, which must be above 0")
    return per_hour


def _charges(dimensions: Mapping[str, Any], product: Product) -> Charges:
    per_hour: list[Decimal] = []
    upfront: list[Decimal] = []
    currencies = set()
    for dimension in dimensions.values():
        if not isinstance(dimension, Mapping):
            raise Unusable("priceDimensions: must hold objects")
        code, amount = _money(inner(dimension, "pricePerUnit"), product)
        currencies.add(code)
        unit = text(dimension, "unit")
        if unit.casefold() == "quantity":
            upfront.append(amount)
            continue
        hourly(unit)
        refuse_tier(number(dimension, "beginRange"), dimension.get("endRange"))
        per_hour.append(amount)
    return charges_of(per_hour, upfront, currencies)


def charges_of(per_hour: list[Decimal], upfront: list[Decimal], currencies: set[str]) -> Charges:
    """One hourly and one upfront charge at most, in one currency. Raises Unusable."""
    if len(currencies) != 1:
        raise Unusable("pricePerUnit: no price" if not currencies else "prices in several currencies")
    if len(per_hour) > 1 or len(upfront) > 1:
        raise Unusable("several prices of one term")
    return Charges(
        per_hour=per_hour[0] if per_hour else None,
        upfront=upfront[0] if upfront else None,
        currency=currencies.pop(),
    )


def refuse_tier(begin: Decimal | None, end: object) -> None:
    """Refuse a price that holds for a part of the usage only."""
    until = "Inf" if end is None else str(end).strip() or "Inf"
    if begin or until.casefold() != "inf":
        raise Unusable(f"a tier, from {plain(begin or Decimal(0))} to {shown(until)} hours")


def _money(prices: Mapping[str, Any], product: Product) -> tuple[str, Decimal]:
    """The price in the currency the place is billed in, else in the only one stated."""
    billed = product.place.currency
    code = billed if billed in prices else next(iter(prices), "") if len(prices) == 1 else ""
    if not code:
        raise Unusable("pricePerUnit: missing: no price")
    amount = number(prices, code)
    if amount is None:
        raise Unusable(f"pricePerUnit.{shown(code)}: missing: no price")
    return currency(code, name="pricePerUnit"), amount
