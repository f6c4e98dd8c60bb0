"""Rows of an agreement's price sheet (EA or MCA) to prices. Rows name meters, not sizes and regions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
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
from providers.azure.prices import Price, is_spot, refuse_other_products
from providers.azure.reading import Record, fold
from providers.offers import Purchase
from providers.places import region as known_region
from providers.tables import read_table
from providers.text import shown
from providers.units import per_hour_from_term_total

CATEGORY = "virtual machines"
_NAMES = ("product", "meterSubCategory", "meterName", "productOrderName", "priceType")
_DEV_TEST_OFFERS = ("0148p", "0149p")
_IN_PRODUCT = re.compile(r"\b(?:Standard|Basic)_[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_METER = re.compile(r"[A-Z]{1,4}[0-9]{1,4}(?:-[0-9]{1,3})?[a-z]{0,8}(?:_[A-Za-z]+[0-9]+[A-Z]*)?(?:_v[0-9]+)?")
_PURCHASES = {
    "": Purchase.ON_DEMAND,
    "consumption": Purchase.ON_DEMAND,
    "savingsplan": Purchase.SPEND_COMMITMENT,
    "reservedinstance": Purchase.RESERVED,
    "reservation": Purchase.RESERVED,
}


@cache
def _regions() -> Mapping[str, str]:
    """Names of price sheets, folded -> region; with the regions' own names."""
    rows = read_table(Path(__file__).with_name("meter_regions.csv"), columns=("meter_region", "region"))
    return {fold(row.text("meter_region")): row.text("region") for row in rows}


def sheet_price(record: Record) -> tuple[Price, str]:
    """The price of a row and the name of its meter, which `SizeNames` turns into sizes; raises Unusable."""
    fields = record.fields
    category = text(fields, "meterCategory")
    if category.casefold() != CATEGORY:
        raise Unusable(f"meterCategory: {shown(category) or 'empty'}: not Virtual Machines")
    refuse_other_products(fields, _NAMES)
    if text(fields, "offerId").casefold().endswith(_DEV_TEST_OFFERS):
        raise Unusable("Dev/Test price, for Visual Studio subscribers only")
    if (minimum := number(fields, "tierMinimumUnits")) is not None and minimum > 0:
        raise Unusable(f"tierMinimumUnits: {plain(minimum)}: the price of a volume tier")
    purchase, years = _purchase(fields)
    listed = above_zero(number(fields, "unitPrice"), "unitPrice")
    code = currency(
        text(fields, "currencyCode") or text(fields, "currency") or text(fields, "pricingCurrency")
    )
    notes = ["from a price sheet: a price of your agreement"]
    if purchase is Purchase.RESERVED:
        hourly = per_hour_from_term_total(listed, term_months=12 * (years or 0))
        notes.append(f"{plain(listed)} {code} for the term, paid monthly or at once at the same price")
    else:
        hourly = per_hour(listed, hours(fields))
        if hours(fields) != 1:
            notes.append(f"listed as {plain(listed)} for {text(fields, 'unitofmeasure')}")
    price = Price(
        where=record.place,
        instance_type="",
        region=_region(fields),
        purchase=purchase,
        per_hour=hourly,
        currency=code,
        received_at=record.received_at,
        term_years=years,
        since=_since(fields) or record.dated,
        meter_id=text(fields, "meterId").casefold(),
        agreed=True,
        notes=tuple(notes),
    )
    return price, _meter(fields)


def _purchase(fields: Mapping[str, Any]) -> tuple[Purchase, int | None]:
    kind, term = text(fields, "priceType"), text(fields, "term")
    purchase = _PURCHASES.get(fold(kind))
    if purchase is None:
        raise Unusable(f"priceType: {shown(kind)}: neither Consumption, ReservedInstance nor SavingsPlan")
    if purchase is Purchase.ON_DEMAND:
        if term:
            raise Unusable(f"term: {shown(term)}: a price of {kind or 'no stated type'} has no term")
        spot = is_spot(text(fields, "meterName"), text(fields, "meterSubCategory"))
        return (Purchase.SPOT if spot else purchase), None
    return purchase, term_years(term, "term")


def _region(fields: Mapping[str, Any]) -> str:
    name = text(fields, "meterRegion")
    folded = fold(name)
    found = _regions().get(folded) or (folded if known_region("azure", folded) else None)
    if found is None:
        raise Unusable(f"meterRegion: {shown(name) or 'empty'}: no region we know by this name")
    return found


def _since(fields: Mapping[str, Any]) -> datetime | None:
    """The start of the sheet's month, if it can be read: spreadsheets rewrite dates in their own ways."""
    try:
        return moment(fields, "effectiveStartDate")
    except Unusable:
        return None


def _meter(fields: Mapping[str, Any]) -> str:
    named = _IN_PRODUCT.search(text(fields, "product"))
    if named:
        return named[0]
    prefix = "Basic_" if text(fields, "meterSubCategory").casefold().endswith("basic") else "Standard_"
    meter = re.sub(r"\s*\bspot\b\s*", "", text(fields, "meterName"), flags=re.IGNORECASE)
    if not meter:
        raise Unusable("meterName: empty: names no machine")
    return "/".join(prefix + part.strip() for part in meter.split("/") if part.strip())


class SizeNames:
    """Sizes by meter, and by their letters and digits: sheets write `ND96isrH100v5` and `D2 v3/D2s v3`."""

    def __init__(self, known: Iterable[str], by_meter: Mapping[str, set[str]]) -> None:
        self._by_letters = {_letters(name): name for name in known}
        self._by_meter = by_meter

    def priced(self, price: Price, meter: str) -> Iterator[Price]:
        """The row's price once for every size of its meter; raises Unusable when no size can be told."""
        sizes = sorted(self._by_meter.get(price.meter_id, ()))
        if sizes:
            yield from (replace(price, instance_type=size) for size in sizes)
            return
        for name in meter.split("/"):
            yield self._named(price, name)

    def _named(self, price: Price, name: str) -> Price:
        known = self._by_letters.get(_letters(name))
        if known is not None:
            return replace(price, instance_type=known)
        prefix, _, bare = name.partition("_")
        size = "_".join(bare.split())
        if not _METER.fullmatch(size):
            raise Unusable(
                f"meterName: {shown(bare)}: no size we know; give Resource SKUs or retail prices too"
            )
        note = "size read from the name of the meter"
        return replace(price, instance_type=f"{prefix}_{size}", notes=(*price.notes, note))


def _letters(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold())
