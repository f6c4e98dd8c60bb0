"""Bulk offer files in CSV: five lines about the file, a header, and a row per price.

A reservation with an upfront fee has two rows, which need not follow each other.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from providers.aws.fields import Unusable, currency, hourly, moment, number, text
from providers.aws.found import Found
from providers.aws.machines import facts_of_product
from providers.aws.prices import Price
from providers.aws.products import Product, product_of
from providers.aws.reading import NONE_OF_AWS
from providers.aws.savings_file import Rate, plan_of, rate_price
from providers.aws.streams import named, opened
from providers.aws.terms import (
    ON_DEMAND,
    RESERVED,
    Charges,
    Listed,
    charges_of,
    payment_of,
    priced,
    refuse_tier,
)
from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.offers import Payment
from providers.text import shown

_LONGEST_LINE = 64 * 1024
_HEADING_LINES = 20
_PRICE_COLUMNS = frozenset({"sku", "offertermcode", "termtype", "priceperunit", "unit"})
_RATE_COLUMNS = frozenset({"sku", "discountedrate", "discountedusagetype"})
_ATTRIBUTES = (
    "servicecode", "location", "locationType", "instanceType", "vcpu", "memory", "storage",
    "networkPerformance", "tenancy", "operatingSystem", "licenseModel", "usagetype", "operation",
    "capacitystatus", "gpu", "preInstalledSw", "marketoption", "regionCode", "instanceName", "component",
    "softwareType",
)  # fmt: skip
"""Attributes as the JSON files name them; the CSV files write `Pre Installed S/W`, `Operating System`."""

Row = Mapping[str, str]


@dataclass(slots=True)
class _Sheet:
    """One file while it is read."""

    listed: Listed
    service: str
    found: Found
    products: dict[str, Product] = field(default_factory=dict)
    halves: dict[tuple[str, str], tuple[Row, str]] = field(default_factory=dict)
    last_refused: str = ""


def fold(name: str) -> str:
    """A column name in small letters and digits only.

    >>> fold("Pre Installed S/W")
    'preinstalledsw'
    """
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def read_sheet(document: Document, found: Found) -> None:
    """All prices of the file. Raises SourceFormatChanged where it is no price file of AWS."""
    name = named(document)
    try:
        with opened(document) as stream:
            text_stream = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            heading, header, lines = _heading(text_stream)
            columns = set(header)
            if not (columns >= _PRICE_COLUMNS or columns >= _RATE_COLUMNS):
                raise SourceFormatChanged(f"{name}: {NONE_OF_AWS}")
            if len(columns) != len(header):
                raise SourceFormatChanged(f"{name}: a column occurs twice in the header")
            published = _published(heading, name)
            listed = Listed(
                document=name,
                published=published,
                received_at=document.received_at,
                came_by=document.came_by,
            )
            sheet = _Sheet(listed, heading.get("offercode", ""), found)
            rows = _rows(text_stream, header, lines, sheet)
            _read_prices(rows, sheet) if columns >= _PRICE_COLUMNS else _read_rates(rows, sheet)
    except UnicodeError:
        raise SourceFormatChanged(f"{name}: neither JSON nor text") from None
    except csv.Error as error:
        raise SourceFormatChanged(f"{name}: no CSV: {error}") from None


def _heading(text_stream: io.TextIOWrapper) -> tuple[dict[str, str], list[str], int]:
    """What the file says of itself by folded name, its folded header, and the lines read; none if none."""
    said: dict[str, str] = {}
    for number_of_line in range(1, _HEADING_LINES + 1):
        line = text_stream.readline(_LONGEST_LINE)
        cells = next(csv.reader([line]), [])
        if "sku" in (folded := [fold(cell) for cell in cells]):
            return said, folded, number_of_line
        if not line:
            break
        if len(cells) > 1:
            said[folded[0]] = cells[1].strip()
    return said, [], 0


def _published(heading: Mapping[str, str], name: str) -> datetime | None:
    try:
        return moment({"Publication Date": heading.get("publicationdate")}, "Publication Date")
    except Unusable as error:
        raise SourceFormatChanged(f"{name}: {error}") from None


def _rows(
    text_stream: io.TextIOWrapper, header: list[str], above: int, sheet: _Sheet
) -> Iterator[tuple[str, Row]]:
    reader = csv.reader(text_stream)
    for cells in reader:
        where = f"line {above + reader.line_num}"
        if len(cells) == len(header):
            yield where, dict(zip(header, cells, strict=True))
        elif any(cell.strip() for cell in cells):
            reason = f"has {len(cells)} cells where the header has {len(header)}"
            sheet.found.refused.add(sheet.listed.document, where, reason)


def _read_prices(rows: Iterator[tuple[str, Row]], sheet: _Sheet) -> None:
    refused, document = sheet.found.refused, sheet.listed.document
    for where, row in rows:
        try:
            product = _product(row, sheet)
            if product is not None:
                _take(product, row, where, sheet)
        except Unusable as error:
            refused.add(document, where, str(error))
    for (sku, _), (row, where) in sheet.halves.items():
        product = sheet.products[sku]
        try:  # an all-upfront reservation may do without its row of zero
            sheet.found.prices.add(_price(product, [row], where, sheet))
        except Unusable as error:
            refused.add(document, f"{where} {product.instance_type}", str(error))


def _product(row: Row, sheet: _Sheet) -> Product | None:
    """The machine the row is about, None where it was refused with the row before. Raises Unusable."""
    sku = row["sku"].strip()
    if sku == sheet.last_refused and sku:
        return None
    known = sheet.products.get(sku)
    if known is not None:
        return known
    attributes = {name: row.get(fold(name), "") for name in _ATTRIBUTES}
    fields = {"productFamily": row.get("productfamily", "")}
    try:
        product = product_of(shown(sku), fields, attributes, sheet.service)
    except Unusable:
        sheet.last_refused = sku
        raise
    sheet.found.machines.add_listed(product.base, facts_of_product(attributes), sheet.listed.stated)
    sheet.products[sku] = product
    return product


def _take(product: Product, row: Row, where: str, sheet: _Sheet) -> None:
    """Keep the row's price, with that of its other half where it has one. Raises Unusable."""
    rows = [row]
    halved = (
        row["termtype"] == RESERVED
        and payment_of(row.get("purchaseoption", ""), "PurchaseOption") is not Payment.NONE
    )
    if halved:
        key = (row["sku"].strip(), row["offertermcode"])
        other = sheet.halves.pop(key, None)
        if other is None:
            sheet.halves[key] = (row, where)
            return
        rows.append(other[0])
    sheet.found.prices.add(_price(product, rows, where, sheet))


def _price(product: Product, rows: list[Row], where: str, sheet: _Sheet) -> Price:
    row = rows[0]
    kind = row["termtype"]
    if kind not in (ON_DEMAND, RESERVED):
        raise Unusable(f"TermType: {shown(kind) or 'missing'}: must be {ON_DEMAND} or {RESERVED}")
    attributes = {
        "LeaseContractLength": row.get("leasecontractlength", ""),
        "PurchaseOption": row.get("purchaseoption", ""),
        "OfferingClass": row.get("offeringclass", ""),
    }
    since = moment({"EffectiveDate": row.get("effectivedate")}, "EffectiveDate")
    return priced(
        product, kind, _charges(rows), sheet.listed,
        where=f"{where} {product.instance_type}", since=since, attributes=attributes,
    )  # fmt: skip


def _charges(rows: list[Row]) -> Charges:
    per_hour: list[Decimal] = []
    upfront: list[Decimal] = []
    currencies = set()
    for row in rows:
        amount = number(row, "priceperunit")
        if amount is None:
            raise Unusable("PricePerUnit: missing: no price")
        currencies.add(currency(row.get("currency", ""), name="Currency"))
        if row["unit"].strip().casefold() == "quantity":
            upfront.append(amount)
            continue
        hourly(row["unit"], name="Unit")
        refuse_tier(number(row, "startingrange"), row.get("endingrange"))
        per_hour.append(amount)
    return charges_of(per_hour, upfront, currencies)


def _read_rates(rows: Iterator[tuple[str, Row]], sheet: _Sheet) -> None:
    for where, row in rows:
        try:
            length = f"{text(row, 'leasecontractlength')} {text(row, 'leasecontractlengthunit')}"
            plan = plan_of(
                text(row, "productfamily") or text(row, "servicecode"),
                text(row, "purchaseoption"),
                length.strip(),
                location=text(row, "location"),
            )
            rate = Rate(
                sku=text(row, "discountedsku"),
                service=text(row, "discountedservicecode"),
                usage=text(row, "discountedusagetype"),
                operation=text(row, "discountedoperation"),
                region=text(row, "discountedregioncode") or text(row, "regioncode"),
                machine=text(row, "discountedinstancetype"),
                unit=text(row, "unit"),
            )
            found = rate_price(
                rate, plan, row,
                amount="discountedrate", document=sheet.listed.document, where=where,
                stated=sheet.listed.stated,
            )  # fmt: skip
            sheet.found.prices.add(found)
        except Unusable as error:
            sheet.found.refused.add(sheet.listed.document, where, str(error))
