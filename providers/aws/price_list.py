"""Price lists in JSON: bulk offer files of any size, and the items of GetProducts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import ijson  # type: ignore[import-untyped]  # ships no types

from providers.aws.fields import Unusable, inner, moment, text
from providers.aws.found import Found
from providers.aws.machines import facts_of_product
from providers.aws.products import Product, product_of
from providers.aws.reading import Record
from providers.aws.streams import BUFFER_BYTES, json_of, named
from providers.aws.terms import ON_DEMAND, RESERVED, Listed, prices_of
from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.text import shown

_KINDS = (ON_DEMAND, RESERVED)


def read_item(record: Record, found: Found) -> None:
    """One item of GetProducts: a product with its terms."""
    fields = record.fields
    try:
        product_fields = inner(fields, "product")
        attributes = inner(product_fields, "attributes")
        listed = Listed(
            document=record.document,
            published=moment(fields, "publicationDate"),
            received_at=record.replied_at,
            came_by=record.came_by,
        )
        sku = shown(text(product_fields, "sku")) or "item"
        where = f"{record.where} {sku} {shown(text(attributes, 'instanceType'))}".strip()
    except Unusable as error:
        found.refused.add(record.document, record.where, str(error))
        return
    try:
        product = product_of(sku, product_fields, attributes, text(fields, "serviceCode"))
        terms = inner(fields, "terms")
        count = 0
        for kind in _KINDS:
            count += found.take(record.document, prices_of(product, kind, inner(terms, kind), listed))
        if not count:
            raise Unusable("the product has no terms: no price")
        found.machines.add_listed(product.base, facts_of_product(attributes), listed.stated)
    except Unusable as error:
        found.refused.add(record.document, where, str(error))


def read_offer_file(document: Document, found: Found) -> None:
    """A bulk offer file. Products are read first, wherever they stand, then the terms of those we want.

    Memory grows with the number of machines wanted, not with the file. Raises SourceFormatChanged.
    """
    name = named(document)
    listed, service = _heading(document)
    products, others = _products(document, service, listed, found)
    priced: set[str] = set()
    strangers = 0
    for kind in _KINDS:
        for sku, terms in _entries(document, f"terms.{kind}"):
            product = products.get(sku)
            if product is None:
                strangers += kind == ON_DEMAND
                continue
            if isinstance(terms, Mapping):
                priced.add(sku)
                found.take(name, prices_of(product, kind, terms, listed))
            else:
                found.refused.add(name, product.sku, "the terms: must be an object")
    if not products and not others:
        found.refused.add(name, "products", "the file lists no products")
    if strangers > others:
        found.refused.add(
            name, "terms", f"{strangers - others:,} SKUs with a price are no products of the file"
        )
    for sku, product in products.items():
        if sku not in priced:
            found.refused.add(name, f"{product.sku} {product.instance_type}", "has no terms: no price")


def _heading(document: Document) -> tuple[Listed, str]:
    """What the file says of itself, most often above its products."""
    name = named(document)
    said: dict[str, Any] = {}
    with json_of(document) as stream:
        wanted = {"publicationDate", "offerCode"}
        for prefix, event, value in ijson.parse(stream, buf_size=BUFFER_BYTES):
            if prefix in wanted and event == "string":
                said[prefix] = value
                if said.keys() == wanted:
                    break
    listed = Listed(
        document=name,
        published=_published(said, name),
        received_at=document.received_at,
        came_by=document.came_by,
    )
    return listed, shown(str(said.get("offerCode", "")))


def _published(said: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return moment(said, "publicationDate")
    except Unusable as error:
        raise SourceFormatChanged(f"{name}: {error}") from None


def _products(
    document: Document, service: str, listed: Listed, found: Found
) -> tuple[dict[str, Product], int]:
    """The machines among the products by SKU, and how many others there were."""
    products: dict[str, Product] = {}
    others = 0
    for sku, fields in _entries(document, "products"):
        where = shown(sku)
        try:
            if not isinstance(fields, Mapping):
                raise Unusable("the product: must be an object")
            attributes = inner(fields, "attributes")
            product = product_of(where, fields, attributes, service)
        except Unusable as error:
            others += 1
            found.refused.add(listed.document, where, str(error))
            continue
        products[sku] = product
        found.machines.add_listed(product.base, facts_of_product(attributes), listed.stated)
    return products, others


def _entries(document: Document, prefix: str) -> Iterator[tuple[str, Any]]:
    with json_of(document) as stream:
        yield from ijson.kvitems(stream, prefix, buf_size=BUFFER_BYTES)
