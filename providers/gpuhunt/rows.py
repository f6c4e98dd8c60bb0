"""One row of a gpuhunt catalogue to an offer, with what each provider's rows really mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from providers.accelerators import ACCELERATORS, canonical_name, members
from providers.gpuhunt.places import LIMITED, country_of
from providers.offers import InvalidOffer, Offer, Purchase
from providers.text import shown

CURRENCY = "USD"
SOURCE_URL = "https://github.com/dstackai/gpuhunt"
NEEDED = (
    "instance_name",
    "location",
    "price",
    "cpu",
    "memory",
    "gpu_count",
    "gpu_name",
    "gpu_memory",
    "spot",
)
# gpuhunt writes Lambda's GiB of memory and disk times this.
_LAMBDA_GB = Decimal("1.074")
# Products of binary floats: more decimals than this are noise.
_DECIMALS = 10
_EVERYWHERE = {
    "lambda": "gpuhunt lists every type in every region: no sign that it can be had there",
    "verda": "gpuhunt lists every type in every location: no sign that it can be had there",
}
_UNKNOWN = "accelerator named as gpuhunt names it"
_ESTIMATED = {("crusoe", "B200"): "the price is gpuhunt's estimate, not the vendor's"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """Accelerators of a row, named canonically where that name is known; `count` is 0.125 of a shared one."""

    name: str
    count: Decimal
    memory_gib: Decimal | None
    note: str = ""


class BadRow(Exception):
    """Why a row is no offer."""


class NoAccelerator(BadRow):
    """A plain machine: rightly stated, not taken."""


def offer_of(row: Mapping[str, str], provider: str, observed_at: datetime | None) -> Offer:
    """The offer of a row of `provider` (our name). Raises BadRow with the reason if it is none."""
    gpu = _gpu(row)
    location = _text(row, "location")
    country = country_of(provider, location)
    if country is None:
        raise BadRow(f"location {shown(location)}: its country is not known")
    if reason := _ESTIMATED.get((provider, gpu.name)):
        raise BadRow(reason)
    flags = row.get("flags", "").split()
    cluster = "runpod-cluster" in flags
    notes = [
        _EVERYWHERE.get(provider, ""),
        gpu.note,
        "open only to those who have deployments there" if location in LIMITED.get(provider, ()) else "",
        "one machine of a cluster of 2 or more" if cluster else "",
    ]
    scale = _LAMBDA_GB if provider == "lambda" else Decimal(1)
    try:
        return Offer(
            provider=provider,
            region=location,
            country=country,
            instance_type=_instance_type(row, provider, gpu, cluster=cluster),
            purchase=_purchase(row),
            price_per_hour=_price(row),
            currency=CURRENCY,
            accelerator=gpu.name,
            accelerator_count=gpu.count,
            accelerator_memory_gib=gpu.memory_gib,
            vcpus=_optional(row, "cpu"),
            memory_gib=_scaled(_optional(row, "memory"), scale),
            local_storage_gib=_scaled(_optional(row, "disk_size"), scale) if provider == "lambda" else None,
            min_quantity=2 if cluster else None,
            observed_at=observed_at,
            source_url=SOURCE_URL,
            note="; ".join(note for note in notes if note) or None,
        )
    except InvalidOffer as error:
        raise BadRow(str(error)) from None


def _instance_type(row: Mapping[str, str], provider: str, gpu: Gpu, *, cluster: bool) -> str:
    name = _text(row, "instance_name")
    if provider != "runpod":
        return name
    # there it is the name of the card, the same for one and for eight of them
    return f"{gpu.count}x {name}" + (" cluster" if cluster else "")


def _gpu(row: Mapping[str, str]) -> Gpu:
    raw, name, memory = row.get("gpu_count", ""), row.get("gpu_name", ""), _optional(row, "gpu_memory")
    count = _number(raw)
    if not name and memory is None and (not raw or count == 0) and not _sounds_accelerated(row):
        raise NoAccelerator("no accelerator")
    if not name:
        raise BadRow(f"gpu_count {shown(raw) or 'empty'}, but of no stated name")
    if count is None or count < 1 or count != count.to_integral_value():
        raise BadRow(f"{shown(name)}: gpu_count {shown(raw) or 'empty'} is no number of accelerators")
    count = count.to_integral_value()
    canonical = canonical_name(name, memory)
    if canonical is None and (family := members(name)):
        raise BadRow(f"{shown(name)} of {memory or 'unknown'} GiB is none of {', '.join(family)}")
    if canonical in ("H100", "H200"):  # the slot stands in the name of the machine only
        words = _words(row)
        slot = next((f"{canonical}-{word.upper()}" for word in ("pcie", "nvl") if word in words), "")
        canonical = slot if slot in ACCELERATORS else canonical
    if canonical is None:
        return Gpu(name=shown(name), count=count, memory_gib=memory, note=_UNKNOWN)
    whole = ACCELERATORS[canonical].memory_gib
    if memory is None or whole is None or abs(memory - whole) <= whole / 10:
        return Gpu(name=canonical, count=count, memory_gib=whole or memory)
    if memory < whole * 3 / 4:
        share = round(count * memory / whole, 4)
        return Gpu(name=canonical, count=share, memory_gib=memory, note="a share of the accelerator")
    return Gpu(name=canonical, count=count, memory_gib=memory)


def _sounds_accelerated(row: Mapping[str, str]) -> bool:
    """Whether vendor or name of a machine without accelerators say that it should have some."""
    words = _words(row)
    return bool(row.get("gpu_vendor")) or any("gpu" in word or canonical_name(word) for word in words)


def _words(row: Mapping[str, str]) -> set[str]:
    return set(filter(None, re.split(r"[^a-z0-9]+", row.get("instance_name", "").casefold())))


def _price(row: Mapping[str, str]) -> Decimal:
    raw = row.get("price", "")
    price = _number(raw)
    if price is None or price <= 0:
        raise BadRow(f"price {shown(raw) or 'empty'} is no price")
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_DECIMALS:
        price = Decimal(f"{round(price, _DECIMALS):f}".rstrip("0").rstrip("."))
    return price


def _purchase(row: Mapping[str, str]) -> Purchase:
    spot = {"true": True, "false": False}.get(row.get("spot", "").casefold())
    if spot is None:
        raise BadRow(f"spot {shown(row.get('spot', '')) or 'empty'} is neither True nor False")
    return Purchase.SPOT if spot else Purchase.ON_DEMAND


def _text(row: Mapping[str, str], column: str) -> str:
    value = row.get(column, "")
    if not value or not value.isprintable() or len(value) > 100:
        raise BadRow(f"{column} {shown(value) or 'empty'} cannot be used")
    return value


def _optional(row: Mapping[str, str], column: str) -> Decimal | None:
    """A positive number; None when empty, zero or none at all, because only price and GPU count must hold."""
    value = _number(row.get(column, ""))
    return value if value is not None and value > 0 else None


def _number(raw: str) -> Decimal | None:
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 and len(raw) < 60 else None


def _scaled(value: Decimal | None, scale: Decimal) -> Decimal | None:
    """The figure before gpuhunt multiplied it; whole GiB, since Lambda states whole ones."""
    if value is None or scale == 1:
        return value
    before = value / scale
    return before.to_integral_value() if abs(before - before.to_integral_value()) < Decimal("0.01") else value
