"""Bulk offer files of Savings Plans (`AWSComputeSavingsPlan`, `AWSMachineLearningSavingsPlans`).

A file holds hundreds of thousands of rates, each within the term of its plan. `rateCode` begins with the
plan's SKU, so rates are read one by one, after the plans.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ijson  # type: ignore[import-untyped]  # ships no types

from providers.aws.fields import Unusable, currency, hourly, inner, moment, price, term_months, text
from providers.aws.found import Found
from providers.aws.places import Place, place_of, place_of_location, place_of_usage
from providers.aws.prices import Price
from providers.aws.savings import family_of, used_machine
from providers.aws.streams import BUFFER_BYTES, json_of, named
from providers.aws.terms import payment_of
from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.offers import Payment, Purchase
from providers.text import shown

_TERM = "terms.savingsPlan.item"
_HEADINGS = ("publicationDate", "regionCode")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan on offer: its commitment family, what to say of it, the place it is bound to, and its term."""

    family: str
    note: str
    place: Place | None
    term_months: int
    payment: Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A row of rates, of a JSON or a CSV file."""

    sku: str
    service: str
    usage: str
    operation: str
    region: str
    machine: str
    unit: str


def read_savings_file(document: Document, found: Found) -> None:
    """All rates of the file. Raises SourceFormatChanged."""
    name = named(document)
    heading, years = _around(document)
    try:
        stated = moment(heading, "publicationDate") or document.received_at
    except Unusable as error:
        raise SourceFormatChanged(f"{name}: {error}") from None
    plans = _plans(document, years, found)
    if not plans:
        found.refused.add(name, "products", "holds no Savings Plan whose rates could be read")
    for fields in _items(document, f"{_TERM}.rates.item"):
        where = ""
        try:
            if not isinstance(fields, Mapping):
                raise Unusable("a rate: must be an object")
            where = shown(text(fields, "rateCode"))
            found.prices.add(_price(fields, plans, heading, document, stated))
        except Unusable as error:
            found.refused.add(name, where or "rates", str(error))


def _price(
    fields: Mapping[str, Any],
    plans: Mapping[str, Plan | str],
    heading: Mapping[str, str],
    document: Document,
    stated: datetime | None,
) -> Price:
    code = text(fields, "rateCode")
    plan = plans.get(code.partition(".")[0], "rateCode: names no Savings Plan of the file")
    if isinstance(plan, str):
        raise Unusable(plan)
    charge = inner(fields, "discountedRate")
    rate = Rate(
        sku=text(fields, "discountedSku"),
        service=text(fields, "discountedServiceCode"),
        usage=text(fields, "discountedUsageType"),
        operation=text(fields, "discountedOperation"),
        region=text(fields, "discountedRegionCode") or heading.get("regionCode", ""),
        machine=text(fields, "discountedInstanceType"),
        unit=text(fields, "unit"),
    )
    return rate_price(
        rate, plan, charge, amount="price", document=named(document), where=shown(code), stated=stated
    )


def rate_price(
    rate: Rate,
    plan: Plan,
    charge: Mapping[str, Any],
    *,
    amount: str,
    document: str,
    where: str,
    stated: datetime | None,
) -> Price:
    """The price of a rate; `charge` holds its `amount` and currency. Raises Unusable."""
    name, base, about = used_machine(rate.service, rate.usage, rate.operation, rate.machine)
    hourly(rate.unit)
    return Price(
        document=document,
        where=f"{where} {name}".strip(),
        instance_type=name,
        base=base,
        place=_place(rate, plan),
        purchase=Purchase.SPEND_COMMITMENT,
        per_hour=price(charge, amount),
        currency=currency(text(charge, "currency"), name="currency"),
        observed_at=stated,
        term_months=plan.term_months,
        payment=plan.payment,
        family=plan.family,
        note="; ".join(filter(None, (plan.note, about))),
    )


def _place(rate: Rate, plan: Plan) -> Place:
    """Where the rate holds: as it says, else its plan, else its usage type (files before 2021)."""
    if rate.region:
        return place_of(rate.region, field="discountedRegionCode")
    return plan.place or place_of_usage(rate.usage)


def plan_of(product_family: str, option: str, term: str, *, region: str = "", location: str = "") -> Plan:
    """A plan by what the file says of its product. Raises Unusable."""
    months, payment = term_months(term, name="purchaseTerm"), payment_of(option, "purchaseOption")
    family, note = family_of(product_family, months, payment, name="productFamily")
    place = place_of(region, field="regionCode") if region else None
    if place is None and location not in ("", "Any"):
        place = place_of_location(location)
    return Plan(family=family, note=note, place=place, term_months=months, payment=payment)


def _plans(document: Document, years: Mapping[str, str], found: Found) -> dict[str, Plan | str]:
    """SKU -> plan, or why its rates cannot be used."""
    plans: dict[str, Plan | str] = {}
    for fields in _items(document, "products.item"):
        sku = ""
        try:
            if not isinstance(fields, Mapping):
                raise Unusable("a product: must be an object")
            sku = text(fields, "sku")
            attributes = inner(fields, "attributes")
            plans[sku] = plan_of(
                text(fields, "productFamily") or text(attributes, "productFamily"),
                text(attributes, "purchaseOption"),
                text(attributes, "purchaseTerm") or years.get(sku, ""),
                region=text(attributes, "regionCode"),
                location=text(attributes, "location"),
            )
        except Unusable as error:
            found.refused.add(named(document), shown(sku) or "products", str(error))
            plans[sku] = f"of a Savings Plan that cannot be read: {error}"
    return plans


def _around(document: Document) -> tuple[dict[str, str], dict[str, str]]:
    """The file's heading, and SKU -> term of its plans."""
    heading: dict[str, str] = {}
    years: dict[str, str] = {}
    term: dict[str, Any] = {}
    with json_of(document) as stream:
        for prefix, event, value in ijson.parse(stream, buf_size=BUFFER_BYTES):
            if event == "string" and prefix in _HEADINGS:
                heading[prefix] = value
            elif prefix == f"{_TERM}.sku":
                term["sku"] = str(value)
            elif prefix == f"{_TERM}.leaseContractLength.duration":
                term["duration"] = value
            elif prefix == f"{_TERM}.leaseContractLength.unit":
                term["unit"] = value
            elif prefix == _TERM and event == "end_map":
                years[term.get("sku", "")] = f"{term.get('duration', '')} {term.get('unit', '')}"
                term = {}
    return heading, years


def _items(document: Document, prefix: str) -> Iterator[Any]:
    with json_of(document) as stream:
        yield from ijson.items(stream, prefix, buf_size=BUFFER_BYTES)
