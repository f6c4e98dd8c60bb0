"""DescribeReservedInstancesOfferings, and DescribeReservedInstances for what a customer has paid."""

from decimal import Decimal

from providers.aws.fields import (
    Unusable,
    currency,
    machine,
    moment,
    months_of_seconds,
    number,
    rows,
    text,
)
from providers.aws.places import Place, place_of
from providers.aws.prices import Price
from providers.aws.reading import Record
from providers.aws.spot import LINUX
from providers.aws.terms import CLASSES, Charges, payment_of, reserved_charges
from providers.offers import Purchase
from providers.text import shown

_OLD_KINDS = ("light utilization", "medium utilization", "heavy utilization")
_PAID = 2  # preferred after standard and convertible reservations on offer


def reserved_price(record: Record) -> Price:
    """The price of a reservation on offer, or of one that was bought. Raises Unusable."""
    fields = record.fields
    owned = "ReservedInstancesId" in fields
    _refuse_others(record, owned)
    name = machine(text(fields, "InstanceType"), field="InstanceType")
    months = months_of_seconds(number(fields, "Duration"), "Duration")
    kind = text(fields, "OfferingType")
    if kind.casefold() in _OLD_KINDS:
        raise Unusable(f"OfferingType: {shown(kind)}: a kind that AWS no longer sells")
    stated = text(fields, "OfferingClass") or "standard"
    if stated.casefold() not in CLASSES:
        raise Unusable(f"OfferingClass: {shown(stated)}: must be standard or convertible")
    begun = moment(fields, "Start") if owned else None
    note = f"{stated.capitalize()} Reserved Instance"
    if owned:
        note = f"{note} that was bought: what it cost" + (f" on {begun:%Y-%m-%d}" if begun else "")
    return Price(
        document=record.document,
        where=record.place,
        instance_type=name,
        base=name,
        place=_place(record),
        purchase=Purchase.RESERVED,
        currency=currency(text(fields, "CurrencyCode")),
        observed_at=begun or record.replied_at,
        term_months=months,
        second_choice=_PAID if owned else CLASSES[stated.casefold()],
        paid=owned,
        note=note,
        **reserved_charges(_charges(record), payment_of(kind, "OfferingType")),
    )


def _refuse_others(record: Record, owned: bool) -> None:
    fields = record.fields
    product = text(fields, "ProductDescription")
    if product.casefold() not in LINUX:
        raise Unusable(f"ProductDescription: {shown(product) or 'missing'}: only Linux/UNIX is taken")
    tenancy = text(fields, "InstanceTenancy")
    if tenancy and tenancy.casefold() != "default":
        raise Unusable(f"InstanceTenancy: {shown(tenancy)}: only default is taken")
    if fields.get("Marketplace") is True:
        raise Unusable("Marketplace: sold by another customer, for what is left of its term")
    state = text(fields, "State")
    if owned and state != "active":
        raise Unusable(f"State: {shown(state) or 'missing'}: only active reservations are taken")


def _place(record: Record) -> Place:
    """The zone a reservation is for, else the region, which only the request names."""
    zone = text(record.fields, "AvailabilityZone") or text(record.fields, "AvailabilityZoneId")
    if zone:
        return place_of(zone, field="AvailabilityZone")
    if record.region:
        return place_of(record.region, field="region")
    raise Unusable(
        "AvailabilityZone: missing: a reservation for a region does not name it; name the file after it, "
        "such as reserved-us-east-1.json"
    )


def _charges(record: Record) -> Charges:
    """Usage price and hourly charges together are billed every hour of the term."""
    fields = record.fields
    per_hour = number(fields, "UsagePrice") or Decimal(0)
    for charge in rows(fields, "RecurringCharges"):
        frequency = text(charge, "Frequency")
        if frequency.casefold() != "hourly":
            raise Unusable(f"RecurringCharges.Frequency: {shown(frequency) or 'missing'}: must be Hourly")
        per_hour += number(charge, "Amount") or Decimal(0)
    upfront = number(fields, "FixedPrice")
    if upfront is not None and upfront < 0:
        raise Unusable(f"FixedPrice: {upfront}: must not be below 0")
    return Charges(per_hour=per_hour, upfront=upfront or None, currency="")
