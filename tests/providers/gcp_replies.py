"""Replies of Google Cloud made for tests, in the shape of the REST API."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zlib import crc32

from providers.base import Document, Refused
from providers.gcp.source import GcpSource
from providers.offers import Offer, Purchase

SINCE = "2026-11-24T08:00:00.123456789Z"
UNITS = {"RAM": "GiBy.h", "LocalSSD": "GiBy.mo"}


def sku(
    description: str,
    price: str,
    *,
    group: str = "CPU",
    usage: str = "OnDemand",
    regions: Sequence[str] = ("us-central1",),
    sku_id: str = "",
    unit: str = "",
    currency: str = "USD",
    since: str = SINCE,
    service: str = "6F81-5844-456A",
) -> dict[str, Any]:
    """A SKU as `services.skus.list` has it; `price` becomes units and nanos."""
    whole, _, part = price.partition(".")
    sku_id = sku_id or f"{crc32(f'{description} {regions}'.encode()):08X}"
    return {
        "name": f"services/{service}/skus/{sku_id}",
        "skuId": sku_id,
        "description": description,
        "category": {
            "serviceDisplayName": "Cloud TPU" if service.startswith("E000") else "Compute Engine",
            "resourceFamily": "Compute",
            "resourceGroup": group,
            "usageType": usage,
        },
        "serviceRegions": list(regions),
        "pricingInfo": [
            {
                "summary": "",
                "pricingExpression": {
                    "usageUnit": unit or UNITS.get(group, "h"),
                    "displayQuantity": 1,
                    "tieredRates": [
                        {
                            "startUsageAmount": 0,
                            "unitPrice": {
                                "currencyCode": currency,
                                "units": whole,
                                "nanos": int(part.ljust(9, "0")),
                            },
                        }
                    ],
                },
                "currencyConversionRate": 1,
                "effectiveTime": since,
            }
        ],
        "serviceProviderName": "Google",
    }


def machine(
    name: str,
    vcpus: int,
    memory_mib: int,
    *,
    gpus: tuple[str, int] | None = None,
    zone: str = "us-central1-a",
    **more: Any,
) -> dict[str, Any]:
    """A machine type as `compute.machineTypes.list` has it."""
    made = {
        "kind": "compute#machineType",
        "name": name,
        "guestCpus": vcpus,
        "memoryMb": memory_mib,
        "zone": zone,
    }
    if gpus:
        made["accelerators"] = [{"guestAcceleratorType": gpus[0], "guestAcceleratorCount": gpus[1]}]
    return made | more


def document(value: Any, name: str = "reply.json") -> Document:
    return Document.of_bytes(json.dumps(value).encode(), name=name)


def parsed(*documents: Document) -> tuple[list[Offer], list[Refused]]:
    found = list(GcpSource.parse(documents))
    offers = [one for one in found if isinstance(one, Offer)]
    return offers, [one for one in found if isinstance(one, Refused)]


def of_skus(
    *skus: dict[str, Any], machines: Sequence[dict[str, Any]] = ()
) -> tuple[list[Offer], list[Refused]]:
    """What a page of SKUs gives, joined to machine types if there are any."""
    documents = [document({"skus": list(skus), "nextPageToken": ""}, "skus.json")]
    if machines:
        listed = {"kind": "compute#machineTypeList", "items": list(machines)}
        documents.append(document(listed, "machines.json"))
    return parsed(*documents)


def prices(offers: Sequence[Offer]) -> dict[tuple[str, str, Purchase, int | None], Decimal]:
    return {(o.region, o.instance_type, o.purchase, o.term_months): o.price_per_hour for o in offers}


def reasons(refused: Sequence[Refused]) -> str:
    return "\n".join(f"{one.where}: {one.reason}" for one in refused)


N2 = [
    sku("N2 Instance Core running in Americas", "0.031611"),
    sku("N2 Instance Ram running in Americas", "0.004237", group="RAM"),
]
N2_4 = machine("n2-standard-4", 4, 16384)
# 4 x 0.031611 + 16 x 0.004237
N2_PRICE = Decimal("0.194236")
