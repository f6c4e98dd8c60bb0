"""A number that stands for everything an offer says but when it was said."""

from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from providers.offers import Offer


def fingerprint(offer: Offer) -> int:
    """64 bits, signed. Equal offers have equal ones, however their numbers are written (50 and 50.0).

    Whether there is an `observed_at` counts, its value does not: a price of unknown age is another
    statement than one of known age, the same price seen again is not.
    """
    o = offer
    said = (
        o.offer_id, o.provider, o.region, o.country, o.instance_type, o.purchase.value,
        hash(o.price_per_hour), o.currency, o.accelerator, _number(o.accelerator_count),
        _number(o.accelerator_memory_gib), _number(o.vcpus), _number(o.memory_gib),
        _number(o.local_storage_gib), _number(o.network_gbps), o.zone, o.term_months,
        o.payment.value if o.payment else None, _number(o.upfront), o.min_quantity, o.max_quantity,
        _moment(o.available_from), _moment(o.available_until), _number(o.interruption_fraction),
        o.commitment_family, o.state.value, o.observed_at is None, o.source_url, o.note,
    )  # fmt: skip
    said_bytes = repr(said).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said_bytes, digest_size=8).digest(), "big", signed=True)


def _number(value: Decimal | None) -> int | None:
    """Python's hash of a number: the same for equal numbers, and in every process (unlike that of a text)."""
    return None if value is None else hash(value)


def _moment(value: datetime | None) -> float | None:
    return None if value is None else value.timestamp()
