"""A SKU of the catalogue, or a row of the BigQuery pricing export, to the price of one part per hour."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.base import Document, Refused
from providers.gcp.items import PRICING_ROW, Item
from providers.offers import MAX_PRICE_PER_HOUR
from providers.text import shown
from providers.units import HOURS_PER_MONTH, decimal_from_units_and_nanos, gib_from_gb

COMPUTE_ENGINE, CLOUD_TPU = "6F81-5844-456A", "E000-3F24-B8AA"
SERVICES = {COMPUTE_ENGINE: "Compute Engine", CLOUD_TPU: "Cloud TPU"}
_NANOS = 10**9
_GIB_PER_GB = gib_from_gb(Decimal(1))
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_YEARS = range(2000, 2201)
_FRACTION = re.compile(r"\.([0-9]{6})[0-9]+")

HOURS = {"h": Decimal(1), "s": Decimal(3600), "min": Decimal(60), "mo": 1 / Decimal(HOURS_PER_MONTH)}
MEMORY = {"GiBy": Decimal(1), "GBy": Decimal(2**30) / Decimal(10**9)}
"""Per GiB: a GiB has 1.073741824 GB, and C4D's memory is priced per GB."""


class NoPrice(ValueError):
    """Why a SKU has no usable price; for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """A price per hour of one core, GPU, chip or GiB. `in_months`: stated per month, divided by 730."""

    where: str
    sku_id: str
    service_id: str
    description: str
    usage_type: str
    regions: tuple[str, ...]
    price_per_hour: Decimal
    unit: str
    currency: str
    observed_at: datetime | None

    @property
    def of_memory(self) -> bool:
        return "By." in self.unit

    @property
    def in_months(self) -> bool:
        return self.unit.endswith(".mo")


def sku_of(item: Item) -> Sku | Refused:
    """The SKU, or why it is refused. Zero, several tiers, unknown units and missing currencies are."""
    try:
        return _row(item) if item.kind == PRICING_ROW else _sku(item)
    except NoPrice as error:
        return Refused(where=item.where, reason=str(error))


def _sku(item: Item) -> Sku:
    value = item.value
    category = _mapping(value.get("category"))
    service_id = _service_id(_text(value.get("name")))
    _check_service(service_id, _text(category.get("servicedisplayname")))
    info, observed_at = _pricing_in_force(value.get("pricinginfo"), item.document)
    expression = _mapping(info.get("pricingexpression"))
    money = _mapping(_only_tier(expression.get("tieredrates"), "startusageamount").get("unitprice"))
    unit = _text(expression.get("usageunit"))
    return Sku(
        where=item.where,
        sku_id=_text(value.get("skuid")),
        service_id=service_id,
        description=_description(value.get("description")),
        usage_type=_text(category.get("usagetype")),
        regions=_regions(value.get("serviceregions"), value.get("geotaxonomy")),
        price_per_hour=_per_hour(_amount(money), unit),
        unit=unit,
        currency=_currency(money.get("currencycode")),
        observed_at=observed_at,
    )


def _row(item: Item) -> Sku:
    value = item.value
    sku, service = _mapping(value.get("sku")), _mapping(value.get("service"))
    _check_service(_text(service.get("id")), _text(service.get("description")))
    tier = _only_tier(_mapping(value.get("listprice")).get("tieredrates"), "startusageamount")
    currency, amount = "USD", tier.get("usdamount")
    if amount is None:
        currency, amount = _text(value.get("accountcurrencycode")), tier.get("accountcurrencyamount")
    quantity = _number(tier.get("pricingunitquantity"), default=1)
    if quantity <= 0:
        raise NoPrice(f"is priced per {quantity} units")
    unit = _text(value.get("pricingunit"))
    stated = value.get("pricingasoftime") or value.get("exporttime")
    return Sku(
        where=item.where,
        sku_id=_text(sku.get("id")),
        service_id=_text(service.get("id")),
        description=_description(sku.get("description")),
        usage_type="",
        regions=_regions(None, value.get("geotaxonomy")),
        price_per_hour=_per_hour(_above_zero(_number(amount)) / quantity, unit),
        unit=unit,
        currency=_currency(currency),
        observed_at=_moment(stated) if stated else item.document.received_at,
    )


def _pricing_in_force(value: Any, document: Document) -> tuple[dict[str, Any], datetime | None]:
    """The latest entry of the timeline that is in force when the reply was received, and since when."""
    infos = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if not infos:
        raise NoPrice("has no pricingInfo: no price was stated")
    latest = document.latest
    dated = [(_effective(one), one) for one in infos]
    begun = [(since, one) for since, one in dated if not (since and latest and since > latest)]
    if not begun:
        raise NoPrice(f"has a price from {dated[0][0]:%Y-%m-%d} on only: not yet in force")
    if len(dated) == 1:
        return dated[0][1], dated[0][0] or document.received_at
    started = [(since, one) for since, one in begun if since]
    if not started:
        raise NoPrice("has several prices, and none says that it is in force")
    since, info = max(started, key=lambda pair: pair[0])
    if sum(1 for other, _ in started if other == since) > 1:
        raise NoPrice("has several prices in force at the same time")
    return info, since


def _effective(info: dict[str, Any]) -> datetime | None:
    stated = info.get("effectivetime")
    return _moment(stated) if stated else None


def _only_tier(value: Any, start: str) -> dict[str, Any]:
    tiers = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if not tiers:
        raise NoPrice("has no rate: no price was stated")
    if len(tiers) > 1 or _number(tiers[0].get(start), default=0) != 0:
        starts = ", ".join(shown(str(one.get(start, 0))) for one in tiers[:4])
        raise NoPrice(f"has a price that changes with use (tiers from {starts}), no single price per hour")
    return tiers[0]


def _amount(money: dict[str, Any]) -> Decimal:
    units, nanos = money.get("units"), money.get("nanos")
    if units is None and nanos is None:
        raise NoPrice("has no unit price")
    whole, billionths = _integer("units", units), _integer("nanos", nanos)
    if not -_NANOS < billionths < _NANOS or whole * billionths < 0:
        raise NoPrice(f"nanos {billionths}: must be less than one unit, and of the sign of units")
    return _above_zero(decimal_from_units_and_nanos(str(whole), billionths))


def _above_zero(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise NoPrice(f"has price {amount:f}: included elsewhere, or a placeholder")
    if amount > MAX_PRICE_PER_HOUR:
        raise NoPrice(f"has price {amount:.6g}: no price of an hour")
    return amount


def _integer(name: str, value: Any) -> int:
    """An int64 as JSON has it: a string or a number; absent or empty is 0, as protobuf leaves zeros out."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not _INTEGER.fullmatch(str(value)):
        raise NoPrice(f"{name} {shown(str(value))}: must be a whole number")
    return int(value)


def _per_hour(amount: Decimal, unit: str) -> Decimal:
    size, _, period = unit.rpartition(".")
    if period not in HOURS or (size and size not in MEMORY) or (period == "mo" and not size):
        raise NoPrice(f"is priced per {shown(unit) or 'unknown unit'}, not per hour")
    return amount * MEMORY.get(size, Decimal(1)) * HOURS[period]


def _regions(service_regions: Any, geo: Any) -> tuple[str, ...]:
    for value in (service_regions, _mapping(geo).get("regions")):
        if isinstance(value, list) and value:
            return tuple(dict.fromkeys(_text(one).strip().lower() for one in value))
    raise NoPrice("names no region")


def _check_service(service_id: str, name: str) -> None:
    if service_id and service_id not in SERVICES:
        raise NoPrice(
            f"is of service {shown(f'{name} {service_id}'.strip())}, not of Compute Engine or Cloud TPU"
        )
    if not service_id and name and name not in SERVICES.values():
        raise NoPrice(f"is of service {shown(name)}, not of Compute Engine or Cloud TPU")


def _service_id(name: str) -> str:
    parts = name.split("/")
    return parts[1].upper() if len(parts) > 1 and parts[0] == "services" else ""


def _description(value: Any) -> str:
    if not _text(value).strip():
        raise NoPrice("has no description, which alone says what is priced")
    return _text(value)


def _currency(value: Any) -> str:
    if not _CURRENCY.fullmatch(_text(value)):
        raise NoPrice(f"has currency {shown(str(value or 'none'))}: must be an ISO 4217 code")
    return _text(value)


def _moment(value: Any) -> datetime:
    """RFC 3339, also with nanoseconds or as BigQuery writes it (`2026-11-25 07:00:00 UTC`).

    1970 is what a time that was never set looks like.
    """
    text = _FRACTION.sub(r".\1", _text(value).strip().replace(" UTC", "Z"))
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment.year in _YEARS:
            return moment
    except (ValueError, OverflowError):
        pass
    raise NoPrice(
        f"time {shown(_text(value)) or 'none'}: must be a time from {_YEARS[0]} to {_YEARS[-1]}, "
        "such as 2026-11-25T07:00:00Z"
    )


def _number(value: Any, *, default: int | None = None) -> Decimal:
    if (value is None or value == "") and default is not None:
        return Decimal(default)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or abs(number.adjusted()) > 20:
        raise NoPrice(f"{shown(str(value))}: must be a number")
    return number


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
