"""Items of the Retail Prices API to prices. SOURCES.md, section Azure, says what each field means."""

import ast
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.azure.fields import (
    Unusable,
    above_zero,
    currency,
    hours,
    moment,
    number,
    per_hour,
    plain,
    term_years,
    text,
)
from providers.azure.prices import Price, is_spot, refuse_other_products, vm_size
from providers.azure.reading import Record, folded_names
from providers.base import Refused
from providers.offers import Purchase
from providers.text import shown
from providers.units import HOURS_PER_MONTH, per_hour_from_term_total

SERVICE = "virtual machines"
_NAMES = ("productName", "skuName", "meterName", "armSkuName")
_LONGEST_CELL = 10_000
_FAR_YEAR = 2099


def retail_prices(record: Record, came_by: datetime | None = None) -> Iterator[Price | Refused]:
    """The item's own price and those of its savings plans; whatever is unusable with its reason.

    `came_by` is a moment by which a reply without a date had come.
    """
    try:
        price = _own(record, came_by)
    except Unusable as error:
        yield Refused(where=record.place, reason=str(error))
        return
    yield price
    try:
        plans = _plans(record.fields)
    except Unusable as error:
        yield Refused(where=record.place, reason=str(error))
        return
    for position, plan in enumerate(plans):
        try:
            yield _under_plan(price, plan, record)
        except Unusable as error:
            yield Refused(where=f"{record.place} savingsPlan[{position}]", reason=str(error))


def _own(record: Record, came_by: datetime | None) -> Price:
    fields = record.fields
    _check_service(fields)
    refuse_other_products(fields, _NAMES)
    purchase, years = _purchase(fields)
    size, region = vm_size(text(fields, "armSkuName")), _region(fields)
    if (minimum := number(fields, "tierMinimumUnits")) is not None and minimum > 0:
        raise Unusable(f"tierMinimumUnits: {plain(minimum)}: the price of a volume tier")
    since, until = _in_force(fields, record.received_at, came_by)
    listed = above_zero(_listed(fields), "retailPrice")
    notes: list[str] = []
    if purchase is Purchase.RESERVED:
        hourly, said = _of_term(listed, years or 0, fields, record)
        notes.append(said)
    else:
        hourly = per_hour(listed, hours(fields))
        if hours(fields) != 1:
            notes.append(f"listed as {plain(listed)} for {text(fields, 'unitofmeasure')}")
    if since is not None:
        notes.append(f"price in force since {since:%Y-%m-%d}")
    return Price(
        where=record.place,
        instance_type=size,
        region=region,
        purchase=purchase,
        per_hour=hourly,
        currency=currency(text(fields, "currencyCode") or record.currency),
        received_at=record.received_at,
        term_years=years,
        since=since,
        until=until,
        meter_id=text(fields, "meterId").casefold(),
        primary=_is_primary(fields),
        notes=tuple(notes),
    )


def _check_service(fields: Mapping[str, Any]) -> None:
    service = text(fields, "serviceName")
    if not service and not text(fields, "productName").casefold().startswith(SERVICE):
        raise Unusable("serviceName: empty: cannot be told to be a virtual machine")
    if service and service.casefold() != SERVICE:
        raise Unusable(f"serviceName: {shown(service)}: not Virtual Machines")


def _purchase(fields: Mapping[str, Any]) -> tuple[Purchase, int | None]:
    """How it is bought, and for how many years; a term makes a reservation whatever `type` says."""
    kind = text(fields, "type") or text(fields, "priceType")
    term = text(fields, "reservationTerm")
    spot = is_spot(text(fields, "skuName"), text(fields, "meterName"))
    if term or kind.casefold() == "reservation":
        if spot:
            raise Unusable("a reservation of Spot: there is none")
        if kind.casefold() not in ("", "reservation", "consumption"):
            raise Unusable(f"type: {shown(kind)}: not sold to everyone")
        return Purchase.RESERVED, term_years(term, "reservationTerm")
    if kind.casefold() != "consumption":
        raise Unusable(f"type: {shown(kind) or 'empty'}: neither Consumption nor Reservation")
    return (Purchase.SPOT if spot else Purchase.ON_DEMAND), None


def _region(fields: Mapping[str, Any]) -> str:
    region = text(fields, "armRegionName").replace(" ", "").casefold()
    if region in ("", "global"):
        raise Unusable(f"armRegionName: {region or 'empty'}: no region to place it in")
    return region


def _in_force(
    fields: Mapping[str, Any], received_at: datetime | None, came_by: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Since when and until when the price holds; refuses one that does not hold when the reply came.

    A recorded reply does not say when it came, only that it had by `came_by`: there, a price whose end is
    not after that is taken as over.
    """
    latest = received_at or came_by
    since, until = moment(fields, "effectiveStartDate"), moment(fields, "effectiveEndDate")
    if until is not None and until.year >= _FAR_YEAR:
        until = None
    if latest is not None and since is not None and since > latest:
        raise Unusable(f"effectiveStartDate: {since:%Y-%m-%d}: not yet in force")
    if until is not None and (latest is None or until <= latest):
        raise Unusable(f"effectiveEndDate: {until:%Y-%m-%d}: no longer in force")
    return since, until


def _listed(fields: Mapping[str, Any]) -> Decimal | None:
    retail = number(fields, "retailPrice")
    return number(fields, "unitPrice") if retail is None else retail


def _of_term(total: Decimal, years: int, fields: Mapping[str, Any], record: Record) -> tuple[Decimal, str]:
    """A reservation's price is the total of its term, though its unit says one hour."""
    if hours(fields) != 1:
        raise Unusable(
            f"unitOfMeasure: {shown(text(fields, 'unitofmeasure'))}: not how reservations are listed"
        )
    hourly = per_hour_from_term_total(total, term_months=12 * years)
    code = text(fields, "currencyCode") or record.currency
    return hourly, (
        f"{plain(total)} {code} for the term of {12 * HOURS_PER_MONTH * years} hours, "
        "paid monthly or at once at the same price"
    )


def _is_primary(fields: Mapping[str, Any]) -> bool:
    said = fields.get("isprimarymeterregion")
    return said.strip().casefold() != "false" if isinstance(said, str) else said is not False


def _plans(fields: Mapping[str, Any]) -> list[Any]:
    """The savings plans of an item; a CSV cell holds them as JSON or as a Python literal."""
    value = fields.get("savingsplan")
    if isinstance(value, str):
        cell = text(fields, "savingsPlan")
        if not cell:
            return []
        try:
            value = folded_names(_literal(cell))
        except (ValueError, SyntaxError, ArithmeticError, RecursionError, MemoryError):
            raise Unusable("savingsPlan: neither JSON nor a list") from None
    if value is None:
        return []
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise Unusable("savingsPlan: must be a list")
    return value


def _literal(cell: str) -> Any:
    if len(cell) > _LONGEST_CELL:
        raise ValueError("too long")
    try:
        return json.loads(cell, parse_float=Decimal)
    except ValueError:
        return ast.literal_eval(cell)


def _under_plan(price: Price, plan: Any, record: Record) -> Price:
    if price.purchase is not Purchase.ON_DEMAND:
        raise Unusable(f"savingsPlan: of a {price.purchase.value} price: it applies to on demand only")
    if not isinstance(plan, Mapping):
        raise Unusable("savingsPlan: must hold a term and a price")
    plan = {key: str(value) if isinstance(value, float) else value for key, value in plan.items()}
    years = term_years(text(plan, "term"), "savingsPlan term")
    rate = per_hour(above_zero(_listed(plan), "savingsPlan retailPrice"), hours(record.fields))
    return Price(
        where=f"{price.where} savingsPlan {years} year",
        instance_type=price.instance_type,
        region=price.region,
        purchase=Purchase.SPEND_COMMITMENT,
        per_hour=rate,
        currency=price.currency,
        received_at=price.received_at,
        term_years=years,
        since=price.since,
        until=price.until,
        meter_id=price.meter_id,
        primary=price.primary,
        notes=price.notes,
    )
