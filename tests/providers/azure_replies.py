"""Replies of Azure for tests, shaped like the real ones, with figures to be recomputed by hand."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from providers.azure.source import AzureSource
from providers.base import Document, Refused
from providers.offers import Offer

PAGES = Path(__file__).parent / "pages" / "azure"


def item(**changed: Any) -> dict[str, Any]:
    """An item of the Retail Prices API: Standard_D8_v4 in westeurope on demand, 0.46 USD an hour."""
    fields = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": 0.46,
        "unitPrice": 0.46,
        "armRegionName": "westeurope",
        "location": "EU West",
        "effectiveStartDate": "2020-08-01T00:00:00Z",
        "meterId": "4e763e64-5ae4-5ed3-8892-902bb82ca7d3",
        "meterName": "D8 v4",
        "productId": "DZH318Z0D1L4",
        "skuId": "DZH318Z0D1L4/00J2",
        "productName": "Virtual Machines Dv4 Series",
        "skuName": "D8 v4",
        "serviceName": "Virtual Machines",
        "serviceId": "DZH313Z7MMC8",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "Standard_D8_v4",
    } | changed
    return {name: value for name, value in fields.items() if value is not ...}


def priced(price: Any, **changed: Any) -> dict[str, Any]:
    """An item of another price."""
    return item(retailPrice=price, unitPrice=price, **changed)


def page(items: Iterable[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    """A page of the Retail Prices API."""
    listed = list(items)
    return {
        "BillingCurrency": "USD",
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": listed,
        "NextPageLink": None,
        "Count": len(listed),
    } | changed


def sku(
    name: str = "Standard_D8_v4",
    *,
    region: str = "westeurope",
    restrictions: list[Any] | None = None,
    **capabilities: Any,
) -> dict[str, Any]:
    """A record of Resource SKUs; capabilities are text, as Azure sends them."""
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "tier": "Standard",
        "locations": [region],
        "locationInfo": [{"location": region, "zones": ["1", "2", "3"]}],
        "capabilities": [{"name": key, "value": str(value)} for key, value in capabilities.items()],
        "restrictions": restrictions or [],
    }


def document(content: Any, *, name: str = "reply.json", received_at: datetime | None = None) -> Document:
    """A document of JSON, or of the text or bytes given."""
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    data = text.encode() if isinstance(text, str) else text
    return Document.of_bytes(data, name=name, received_at=received_at)


def parsed(*contents: Any, received_at: datetime | None = None) -> tuple[list[Offer], list[Refused]]:
    """Offers and refusals of replies, each a document of its own."""
    documents = [
        content
        if isinstance(content, Document)
        else document(content, name=f"reply{number}.json", received_at=received_at)
        for number, content in enumerate(contents)
    ]
    found = list(AzureSource.parse(documents))
    return [one for one in found if isinstance(one, Offer)], [
        one for one in found if isinstance(one, Refused)
    ]


def offers(*contents: Any, received_at: datetime | None = None) -> list[Offer]:
    """The offers of replies of which nothing is refused."""
    found, refused = parsed(*contents, received_at=received_at)
    assert refused == []
    return found


def reason(*contents: Any, received_at: datetime | None = None) -> str:
    """Why the only row of a reply is refused."""
    found, refused = parsed(*contents, received_at=received_at)
    assert found == []
    assert len(refused) == 1
    return refused[0].reason


def recorded(name: str) -> Document:
    """A reply kept under pages/azure."""
    return Document.of_file(PAGES / name)
