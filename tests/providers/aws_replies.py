"""Replies of AWS in small, of its shapes and with figures of our own."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from providers.aws.source import AwsSource
from providers.base import Document, Refused
from providers.offers import Offer

PUBLISHED = "2026-08-03T10:11:12Z"
PUBLISHED_AT = datetime(2026, 8, 3, 10, 11, 12, tzinfo=UTC)

ATTRIBUTES: Mapping[str, str] = {
    "servicecode": "AmazonEC2", "location": "EU (Ireland)", "locationType": "AWS Region",
    "regionCode": "eu-west-1", "instanceType": "m5.large", "instanceFamily": "General purpose", "vcpu": "2",
    "memory": "8 GiB", "storage": "EBS only", "networkPerformance": "Up to 10 Gigabit", "tenancy": "Shared",
    "operatingSystem": "Linux", "licenseModel": "No License required", "usagetype": "EUW1-BoxUsage:m5.large",
    "operation": "RunInstances", "capacitystatus": "Used", "marketoption": "OnDemand", "preInstalledSw": "NA",
    "servicename": "Amazon Elastic Compute Cloud",
}  # fmt: skip


def product(
    sku: str = "SKU1", *, family: str = "Compute Instance", **attributes: str | None
) -> dict[str, Any]:
    """A product; an attribute of None is left out."""
    said = {name: value for name, value in {**ATTRIBUTES, **attributes}.items() if value is not None}
    return {"sku": sku, "productFamily": family, "attributes": said}


def dimension(amount: str, *, unit: str = "Hrs", money: str = "USD", **others: Any) -> dict[str, Any]:
    return {
        "unit": unit, "beginRange": "0", "endRange": "Inf", "description": "a price", "appliesTo": [],
        "pricePerUnit": {money: amount}, **others,
    }  # fmt: skip


def term(
    *dimensions: Mapping[str, Any], since: str = "2026-08-01T00:00:00Z", **attributes: str
) -> dict[str, Any]:
    return {
        "effectiveDate": since,
        "termAttributes": attributes,
        "priceDimensions": {f"d{number}": one for number, one in enumerate(dimensions)},
    }


def on_demand(amount: str = "0.107", **others: Any) -> dict[str, Any]:
    return {"SKU1.OD": term(dimension(amount, **others))}


def reserved(
    hourly: str | None,
    upfront: str | None,
    *,
    option: str,
    years: int = 1,
    kind: str = "standard",
    **others: Any,
) -> dict[str, Any]:
    """A reservation's term, with its row of upfront money first, as AWS does at times."""
    parts = [] if upfront is None else [dimension(upfront, unit="Quantity", **others)]
    parts += [] if hourly is None else [dimension(hourly, **others)]
    named = {"LeaseContractLength": f"{years}yr", "OfferingClass": kind, "PurchaseOption": option}
    return term(*parts, **named)


def item(
    *, terms: Mapping[str, Any] | None = None, service: str = "AmazonEC2", published: str | None = PUBLISHED,
    **about: Any,
) -> dict[str, Any]:  # fmt: skip
    """An item of GetProducts."""
    found = {
        "product": product(**about), "serviceCode": service, "version": "20260803101112",
        "terms": {"OnDemand": on_demand()} if terms is None else terms,
    }  # fmt: skip
    return found if published is None else {**found, "publicationDate": published}


def offer_file(
    products: Iterable[Mapping[str, Any]], terms: Mapping[str, Any], *, service: str = "AmazonEC2"
) -> dict[str, Any]:
    """A bulk offer file."""
    return {
        "formatVersion": "v1.0", "disclaimer": "as is", "offerCode": service, "version": "20260803101112",
        "publicationDate": PUBLISHED, "products": {one["sku"]: one for one in products}, "terms": terms,
        "attributesList": {},
    }  # fmt: skip


def spot(
    zone: str, amount: str, at: str, *, machine: str = "m5.large", os: str = "Linux/UNIX"
) -> dict[str, Any]:
    return {
        "AvailabilityZone": zone, "InstanceType": machine, "ProductDescription": os, "SpotPrice": amount,
        "Timestamp": at,
    }  # fmt: skip


def rate(amount: str = "0.079", **changes: Any) -> dict[str, Any]:
    """A row of DescribeSavingsPlansOfferingRates; `properties` are given as a map."""
    properties = {
        "region": "eu-west-1", "instanceType": "m5.large", "instanceFamily": "m5", "tenancy": "shared",
        "productDescription": "Linux/UNIX", **changes.pop("properties", {}),
    }  # fmt: skip
    offering = {
        "offeringId": "1", "paymentOption": "No Upfront", "planType": "Compute", "durationSeconds": 31536000,
        "currency": "USD", **changes.pop("offering", {}),
    }  # fmt: skip
    return {
        "savingsPlanOffering": offering, "rate": amount, "unit": "Hrs", "productType": "EC2",
        "serviceCode": "AmazonEC2", "usageType": "EUW1-BoxUsage:m5.large", "operation": "RunInstances",
        "properties": [{"name": name, "value": value} for name, value in properties.items()], **changes,
    }  # fmt: skip


def block(**changes: Any) -> dict[str, Any]:
    found = {
        "CapacityBlockOfferingId": "cb-1", "InstanceType": "p5e.48xlarge", "AvailabilityZone": "us-east-2a",
        "InstanceCount": 2, "StartDate": "2026-09-01T16:30:00Z", "EndDate": "2026-09-02T11:30:00Z",
        "CapacityBlockDurationHours": 19, "UpfrontFee": "1520.000000", "CurrencyCode": "USD",
        "Tenancy": "default", **changes,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def reservation(**changes: Any) -> dict[str, Any]:
    """A reservation on offer."""
    found = {
        "ReservedInstancesOfferingId": "o-1", "InstanceType": "m5.large", "AvailabilityZone": "eu-west-1b",
        "Duration": 31536000, "UsagePrice": 0.0, "FixedPrice": 250.0, "ProductDescription": "Linux/UNIX",
        "CurrencyCode": "USD", "InstanceTenancy": "default",
        "Marketplace": False, "OfferingClass": "standard", "OfferingType": "Partial Upfront",
        "PricingDetails": [], "Scope": "Availability Zone",
        "RecurringCharges": [{"Amount": 0.03, "Frequency": "Hourly"}],
        **changes,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def document(reply: Any, name: str = "reply.json", received_at: datetime | None = None) -> Document:
    return Document.of_bytes(json.dumps(reply).encode(), name=name, received_at=received_at)


def parsed(*replies: Any) -> tuple[list[Offer], list[Refused]]:
    """Offers and refusals of replies, each a document of its own."""
    documents = [
        one if isinstance(one, Document) else document(one, f"reply-{number}.json")
        for number, one in enumerate(replies)
    ]
    found = list(AwsSource.parse(documents))
    return (
        [one for one in found if isinstance(one, Offer)],
        [one for one in found if isinstance(one, Refused)],
    )


def only_offer(*replies: Any) -> Offer:
    offers, refused = parsed(*replies)
    assert not refused, refused
    (offer,) = offers
    return offer


def only_reason(*replies: Any) -> str:
    offers, refused = parsed(*replies)
    assert not offers, offers
    (one,) = refused
    return one.reason
