"""Recorded replies of Baidu AI Cloud, each with what was asked: the replies themselves do not say it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.base import Document, Refused
from providers.places import region
from providers.text import shown

MOST_BYTES = 64 * 1024**2
ZONE = re.compile(r"cn-([a-z]{2,4}(?:-[a-z]{2,4})?)-[a-z0-9]{1,3}")
"""`cn-bj-a`, also outside China: `cn-hkg-b`, `cn-sin-a`. Its first group is the region."""

_ZONE_IN_NAME = re.compile(r"(?<![a-z0-9])cn-[a-z-]{2,12}-[a-z](?![a-z0-9])")
_MONTHS_IN_NAME = re.compile(r"(?<![0-9a-z])([0-9]{1,2})m(?:onths?)?(?![0-9a-z])")
_PAYMENT_IN_NAME = re.compile(r"(?<![a-z])(prepaid|postpaid)(?![a-z])")
_ASKED = (
    "paymentTiming", "zoneName", "region", "purchaseLength", "purchaseCount", "purchaseNum", "spec", "specId",
    "offeringType", "reservedInstanceTime", "reservedInstanceCount", "priceTimeUnit", "cpuCount",
    "memoryCapacityInGB", "instanceType",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: `body` as sent, `asked` the fields of its request as far as they are known."""

    where: str
    body: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=dict)
    received_at: datetime | None = None

    def is_prices(self) -> bool:
        return isinstance(self.body.get("price"), list)

    def is_flavors(self) -> bool:
        return isinstance(self.body.get("zoneResources"), list)

    def is_bid(self) -> bool:
        return "money" in self.body

    def is_voucher(self) -> bool:
        return "prePaidSpecPrice" in self.body or "postPaidSpecTimeUnitPrice" in self.body

    def is_error(self) -> bool:
        return "message" in self.body and ("code" in self.body or "requestId" in self.body)

    def is_known(self) -> bool:
        return self.is_prices() or self.is_flavors() or self.is_bid() or self.is_voucher() or self.is_error()


def replies_in(document: Document) -> Iterator[Reply | Refused]:
    """Every reply of a document: one, a list of them, or `{"request": …, "response": …}` pairs."""
    with document.open() as stream:
        data = stream.read(MOST_BYTES + 1)
    name = shown(document.name, limit=120)
    if len(data) > MOST_BYTES:
        yield Refused(where=name, reason=f"larger than {MOST_BYTES:,} bytes")
        return
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "not text of UTF-8"
        yield Refused(where=name, reason=f"no whole JSON: {reason}")
        return
    items = found if isinstance(found, list) else [found]
    for number, item in enumerate(items, 1):
        where = f"{name}, item {number}" if isinstance(found, list) else name
        reply = _reply(item, where, document) if isinstance(item, dict) else None
        if reply is not None and reply.is_known():
            yield reply
        else:
            yield Refused(where=where, reason="no reply of Baidu's price, flavor or bid calls")


def _reply(item: Mapping[str, Any], where: str, document: Document) -> Reply | None:
    body, request = item, {}
    if "request" in item and ("response" in item or "error" in item):
        body = item.get("response", {"code": "refused", "message": item.get("error")})
        request = item["request"]
        if isinstance(request, dict) and isinstance(request.get("body"), dict):
            request = request["body"]
    if not isinstance(body, dict):
        return None
    asked = _asked_by_name(document.name)
    for fields in (body, request if isinstance(request, dict) else {}):
        asked |= {key: fields[key] for key in _ASKED if fields.get(key) not in (None, "")}
    return Reply(where=where, body=body, asked=asked, received_at=document.received_at)


def _asked_by_name(name: str) -> dict[str, Any]:
    text = name.casefold().replace("_", " ")
    found: dict[str, Any] = {}
    if payment := _PAYMENT_IN_NAME.search(text):
        found["paymentTiming"] = payment[1]
    if zone := _ZONE_IN_NAME.search(text):
        found["zoneName"] = zone[0]
    regions = {part for part in re.split(r"[^a-z-]+", text) if region("baidu", part)}
    if len(regions) == 1:
        found["region"] = regions.pop()
    if months := _MONTHS_IN_NAME.search(text):
        found["purchaseLength"] = months[1]
    return found


def number(value: Any) -> Decimal | None:
    """A finite decimal of a sane size out of JSON, as number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    text = str(value).strip()
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 30 and len(text) < 60 else None


def whole(value: Any) -> int | None:
    """A whole number, None for anything else."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def word(value: Any) -> str:
    """Text as given, without blanks around it; empty for anything that is no text."""
    return value.strip() if isinstance(value, str) else ""
