"""Offer to row and back. Columns are listed by hand, so a new field cannot change them silently."""

from collections.abc import Mapping, Sequence
from typing import Any

from providers.offers import Offer, Payment, PriceState, Purchase

TEXT_COLUMNS = ("accelerator", "zone", "commitment_family", "source_url", "note")  # None is stored as ""
DECIMAL_COLUMNS = (
    "price_per_hour",
    "accelerator_count",
    "accelerator_memory_gib",
    "vcpus",
    "memory_gib",
    "local_storage_gib",
    "network_gbps",
    "upfront",
    "interruption_fraction",
)
MOMENT_COLUMNS = ("available_from", "available_until", "observed_at")
FILE_COLUMNS = (
    "provider",
    "region",
    "country",
    "instance_type",
    "purchase",
    "price_per_hour",
    "currency",
    "accelerator",
    "accelerator_count",
    "accelerator_memory_gib",
    "vcpus",
    "memory_gib",
    "local_storage_gib",
    "network_gbps",
    "zone",
    "term_months",
    "payment",
    "upfront",
    "min_quantity",
    "max_quantity",
    "available_from",
    "available_until",
    "interruption_fraction",
    "commitment_family",
    "state",
    "observed_at",
    "source_url",
    "note",
)
COLUMNS = (*FILE_COLUMNS, "tier_from")  # a file's rows say it by their ranges (providers/tiers.py)


def row_values(offer: Offer) -> dict[str, Any]:
    """Column values of one offer."""
    values: dict[str, Any] = {name: getattr(offer, name) for name in COLUMNS}
    for name in TEXT_COLUMNS:
        values[name] = values[name] or ""
    values["purchase"] = offer.purchase.value
    values["payment"] = offer.payment.value if offer.payment else ""
    values["state"] = offer.state.value
    return values


def offer_from_values(values: Sequence[Any]) -> Offer:
    """The offer of one row given in the order of COLUMNS."""
    return offer_from_mapping(dict(zip(COLUMNS, values, strict=True)))


def offer_from_mapping(row: Mapping[str, Any]) -> Offer:
    values = dict(row)
    for name in TEXT_COLUMNS:
        values[name] = values[name] or None
    values["purchase"] = Purchase(values["purchase"])
    values["payment"] = Payment(values["payment"]) if values["payment"] else None
    values["state"] = PriceState(values["state"])
    return Offer(**values)
