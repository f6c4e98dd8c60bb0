"""Made-up catalogues of any size, the same every time: machines, places and prices from a seeded draw."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from advisor.catalog.columns import COLUMNS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_PROVIDERS = ("aws", "azure", "gcp", "lambdalabs", "nebius", "oci", "runpod", "verda")
_COUNTRIES = ("US", "DE", "FR", "IE", "NL", "SE", "GB", "JP", "SG", "IN", "BR", "CA")
_CHIPS = (
    (None, None),
    ("H100", 80),
    ("H200", 141),
    ("B200", 192),
    ("A100-80GB", 80),
    ("A100-40GB", 40),
    ("L4", 24),
    ("L40S", 48),
    ("A10G", 24),
    ("T4", 16),
    ("MI300X", 192),
    ("V100-16GB", 16),
)
_COUNTS = (1, 2, 4, 8)
_KINDS = (("on_demand", None, ""), ("spot", None, ""), ("reserved", 12, "none"), ("reserved", 36, "none"))


def portions(offers: int, size: int = 20_000) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of offer id, COLUMNS and source as `Rows` reads them; every offer id is another one."""
    draw = random.Random(20261101)  # noqa: S311  the same rows every time is the point
    portion: list[tuple[Any, ...]] = []
    for number in range(offers):
        portion.append(_row(number, draw))
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


def _row(number: int, draw: random.Random) -> tuple[Any, ...]:
    machine, kind = divmod(number, len(_KINDS))
    purchase, months, payment = _KINDS[kind]
    provider = _PROVIDERS[machine % len(_PROVIDERS)]
    place = machine // len(_PROVIDERS) % 48
    chip, memory = _CHIPS[draw.randrange(len(_CHIPS))]
    count = None if chip is None else _COUNTS[draw.randrange(4)]
    vcpus = (count or 1) * (8, 12, 24, 32)[draw.randrange(4)]
    region, instance_type = f"region-{place}", f"m{machine // len(_PROVIDERS) // 48}.x{vcpus}"
    terms = f"/{months}m-{payment}" if months else ""
    values: dict[str, Any] = {
        "provider": provider,
        "region": region,
        "country": _COUNTRIES[place % len(_COUNTRIES)],
        "instance_type": instance_type,
        "purchase": purchase,
        "price_per_hour": str(Decimal(draw.randrange(1, 90_000_000)) / 1_000_000),
        "currency": "EUR" if provider == "verda" else "USD",
        "accelerator": chip or "",
        "accelerator_count": None if count is None else str(count),
        "accelerator_memory_gib": None if memory is None else str(memory),
        "vcpus": str(vcpus),
        "memory_gib": str(vcpus * 8),
        "term_months": months,
        "payment": payment,
        "state": "listed",
        "observed_at": NOW - timedelta(hours=draw.randrange(240)),
    }
    texts = {"zone": "", "commitment_family": "", "source_url": "", "note": ""}
    row = tuple(values[name] if name in values else texts.get(name) for name in COLUMNS)
    return (f"{provider}/{region}/{instance_type}/{purchase}{terms}", *row, "made up")
