"""Valid things by default; a test changes only what it is about."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from providers.offers import Offer, Purchase

SEEN = datetime(2026, 11, 20, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_offer(**changes: Any) -> Offer:
    """An on-demand machine of eight H100 in Frankfurt at 50 USD per hour, seen two days ago."""
    values: dict[str, Any] = {
        "provider": "aws",
        "region": "eu-central-1",
        "country": "DE",
        "instance_type": "p5.48xlarge",
        "purchase": Purchase.ON_DEMAND,
        "price_per_hour": Decimal(50),
        "currency": "USD",
        "accelerator": "H100",
        "accelerator_count": Decimal(8),
        "accelerator_memory_gib": Decimal(80),
        "vcpus": Decimal(192),
        "memory_gib": Decimal(2048),
        "observed_at": SEEN,
    }
    return Offer(**(values | changes))


def make_cpu_offer(**changes: Any) -> Offer:
    """A machine without accelerators."""
    bare = {"accelerator": None, "accelerator_count": None, "accelerator_memory_gib": None}
    machine = {"instance_type": "m7i.xlarge", "price_per_hour": Decimal("0.2"), "vcpus": Decimal(4)}
    return make_offer(**(bare | machine | {"memory_gib": Decimal(16)} | changes))
