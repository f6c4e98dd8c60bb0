"""What a reply of Baidu AI Cloud quotes: an amount for one machine, and what the amount is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.baidu.machines import SPEC
from providers.baidu.replies import ZONE, Reply, number, whole, word
from providers.base import Refused
from providers.offers import Payment, Purchase
from providers.text import shown
from providers.units import HOURS_PER_MONTH

_AMOUNT = re.compile(r"([0-9.]+)\s*/\s*(minute|min|hour|month)", re.IGNORECASE)
_UNITS = {"minute": "minute", "min": "minute", "hour": "hour", "month": "month"}
_PAYMENTS = {"fullyprepay": Payment.ALL, "partprepay": Payment.PARTIAL, "noprepay": Payment.NONE}
_HOURS = {"hour": Decimal(1), "minute": Decimal(1) / 60, "month": Decimal(HOURS_PER_MONTH)}
TERMS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36})
"""Months that can be bought in advance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """CNY for one machine. `rate` is per `unit` (minute, hour, month, or "" where the reply does not say);
    `upfront` is paid once for `months`."""

    purchase: Purchase
    rate: Decimal = Decimal(0)
    unit: str = "hour"
    upfront: Decimal | None = None
    months: int | None = None
    payment: Payment | None = None
    where: str = ""
    spec: str = ""
    region: str = ""
    zone: str = ""  # empty when only the region is known
    received_at: datetime | None = None


def per_hour(rate: Decimal, unit: str) -> Decimal:
    """A rate per minute, hour or month, per hour.

    >>> per_hour(Decimal("0.05"), "minute")
    Decimal('3.00')
    """
    return rate * 60 if unit == "minute" else rate / _HOURS[unit]


def quotes_in(reply: Reply) -> Iterator[Quote | Refused]:
    """The quotes of one reply; whatever lacks what makes it a price is refused with that as the reason."""
    if reply.is_error():
        text = f"{shown(str(reply.body.get('code')))}: {shown(str(reply.body.get('message')), limit=120)}"
        yield Refused(where=reply.where, reason=f"the provider answered with an error: {text}")
    elif reply.is_prices():
        if not reply.body["price"]:
            yield Refused(where=reply.where, reason="the reply holds no prices")
        for place, spec, row in _price_rows(reply):
            yield _checked(reply, place, spec, row)
    elif reply.is_bid():
        yield _checked(reply, reply.where, word(reply.asked.get("spec")), reply.body)
    elif reply.is_voucher():
        spec = word(reply.body.get("spec")) or word(reply.asked.get("spec"))
        yield _checked(reply, reply.where, spec, reply.body)


def _price_rows(reply: Reply) -> Iterator[tuple[str, str, Any]]:
    for first, family in enumerate(reply.body["price"]):
        rows = family.get("specPrices") if isinstance(family, dict) else None
        if not isinstance(rows, list):
            yield f"{reply.where}, price[{first}]", "", None
            continue
        for second, row in enumerate(rows):
            spec = word(row.get("spec")) if isinstance(row, dict) else ""
            yield f"{reply.where}, price[{first}].specPrices[{second}]", spec, row


def _checked(reply: Reply, place: str, spec: str, row: Any) -> Quote | Refused:
    reason = ""
    zone, count = word(reply.asked.get("zoneName")).lower(), _count(reply)
    match = ZONE.fullmatch(zone)
    region = match[1] if match else "" if zone else word(reply.asked.get("region")).lower()
    if not isinstance(row, dict):
        reason = "not an object with specPrices"
    elif not SPEC.fullmatch(spec):
        reason = "neither reply nor request names the machine (spec)"
    elif not region:
        reason = f"{spec}: the zone is not known: it stands in the request only (zoneName)"
    elif count < 1:
        reason = f"{spec}: the request asks for {count} machines"
    if reason:
        return Refused(where=place, reason=reason)
    if reply.is_prices():
        found = _of_price(reply, row)
    elif reply.is_bid():
        found = _of_bid(reply)
    else:
        found = _of_voucher(reply)
    if isinstance(found, str):
        return Refused(where=place, reason=f"{spec}: {found}")
    return replace(found, where=place, spec=spec, region=region, zone=zone, received_at=reply.received_at)


def _count(reply: Reply) -> int:
    asked = reply.asked
    stated = next(
        (asked[n] for n in ("purchaseCount", "purchaseNum", "reservedInstanceCount") if n in asked), 1
    )
    return whole(stated) or 0


def _of_price(reply: Reply, row: dict[str, Any]) -> Quote | str:
    status = word(row.get("status"))
    if status and status.casefold() not in ("available", "normal", "onsale"):
        return f"not for sale: status {shown(status)}"
    amount, unit = _amount(row.get("specPrice"))
    if amount is None or amount <= 0:
        return f"specPrice {shown(str(row.get('specPrice')))} is no price"
    amount /= _count(reply)
    timing = word(reply.asked.get("paymentTiming")).casefold()
    if timing == "postpaid":
        return Quote(purchase=Purchase.ON_DEMAND, rate=amount, unit=unit)
    if timing != "prepaid":
        return "Prepaid or Postpaid is not known: it stands in the request only (paymentTiming)"
    if unit:
        return f"a prepaid price per {unit} is not what SOURCES.md says"
    months = whole(reply.asked.get("purchaseLength"))
    if months not in TERMS:
        return "the months are not known: they stand in the request only (purchaseLength)"
    return Quote(purchase=Purchase.RESERVED, upfront=amount, months=months, payment=Payment.ALL)


def _amount(value: Any) -> tuple[Decimal | None, str]:
    """Amount and the unit it states, `0.00233/minute`; no unit is an empty one."""
    match = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        return number(match[1]), _UNITS[match[2].lower()]
    return number(value), ""


def _of_bid(reply: Reply) -> Quote | str:
    each, unit = _amount(reply.body.get("perMoney"))
    total, total_unit = _amount(reply.body.get("money"))
    count = whole(reply.body.get("count", 1)) or 0
    if total is None or total <= 0 or count < 1:
        return f"money {shown(str(reply.body.get('money')))} is no price"
    if each is not None and abs(each * count - total) > total / 1000:
        return f"{count} x {each} is not {total}"
    return Quote(purchase=Purchase.SPOT, rate=total / count, unit=total_unit or unit)


def _of_voucher(reply: Reply) -> Quote | str:
    payment = _PAYMENTS.get(word(reply.asked.get("offeringType")).casefold())
    months = whole(reply.asked.get("reservedInstanceTime"))
    unit = word(reply.asked.get("priceTimeUnit")).casefold() or "hour"
    if payment is None:
        return "how it is paid is not known: it stands in the request only (offeringType)"
    if months not in TERMS:
        return "the months are not known: they stand in the request only (reservedInstanceTime)"
    if unit not in _HOURS:
        return f"priced per {shown(unit)}"
    upfront = number(reply.body.get("prePaidSpecPrice"))
    rate = number(reply.body.get("postPaidSpecTimeUnitPrice"))
    needed = {Payment.ALL: (upfront,), Payment.NONE: (rate,), Payment.PARTIAL: (upfront, rate)}[payment]
    if any(value is None or value <= 0 for value in needed):
        return "prePaidSpecPrice or postPaidSpecTimeUnitPrice is no price"
    if (payment is Payment.NONE and upfront) or (payment is Payment.ALL and rate):
        return f"paid {payment} upfront, but the reply states both parts"
    count = _count(reply)
    return Quote(
        purchase=Purchase.RESERVED,
        rate=(rate or Decimal(0)) / count,
        unit=unit,
        upfront=upfront / count if upfront else None,
        months=months,
        payment=payment,
    )
