"""Hypothesis strategies for offers that a price file can hold, every field exercised."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from providers.offers import Offer, Payment, PriceState, Purchase
from providers.places import COUNTRIES
from providers.rates import CURRENCIES

# Quotes, separators, spaces of two kinds and several scripts; no character that the reader refuses.
_LETTERS = "abcXYZ0189 ,;:\"'`._-+=@#%&()[]{}|\\äßéçøłñ中文データ한국€£😀/\u00a0"
_SLUG = "abcxyz0189"


def names(*, without: str = "", longest: int = 30) -> st.SearchStrategy[str]:
    """Stripped, printable text that no spreadsheet would run."""
    return st.text(_LETTERS, min_size=1, max_size=longest).filter(
        lambda text: (
            text == text.strip()
            and not text.startswith(("=", "+", "-", "@"))
            and not set(text) & set(without)
        )
    )


def decimals(low: str, high: str) -> st.SearchStrategy[Decimal]:
    """Finite decimals of up to twelve places."""
    return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=12) | st.integers(
        int(Decimal(low)) + 1, int(Decimal(high))
    ).map(Decimal)


def moments() -> st.SearchStrategy[datetime]:
    """Aware times in UTC and elsewhere."""
    zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-7))])
    return st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1), timezones=zones)  # noqa: DTZ001 - bounds are naive


_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "accelerator_memory_gib": decimals("0.001", "1000"),
    "vcpus": decimals("0.001", "1000"),
    "memory_gib": decimals("0.001", "100000"),
    "local_storage_gib": decimals("0", "1000000"),
    "network_gbps": decimals("0", "10000"),
    "zone": names(without="/@"),
    "payment": st.sampled_from(Payment),
    "min_quantity": st.integers(0, 5),
    "max_quantity": st.integers(5, 100_000),
    "interruption_fraction": decimals("0", "1"),
    "commitment_family": names(without="/@"),
    "observed_at": moments(),
    "source_url": names().map(lambda text: f"https://example.com/{text}"),
    "note": names(longest=200),
}


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    """Any offer that passes its own checks and is written as it is read."""
    fields: dict[str, Any] = {
        "provider": draw(st.text(_SLUG, min_size=1)) + draw(st.sampled_from(["", "-cn", ".2", "_eu"])),
        "region": draw(names(without="/")),
        "country": draw(st.sampled_from(sorted(COUNTRIES))),
        "instance_type": draw(names(without="/")),
        "purchase": draw(st.sampled_from(Purchase)),
        "price_per_hour": draw(decimals("0.000001", "10000000")),
        "currency": draw(st.sampled_from(sorted(CURRENCIES))),
        "state": draw(st.sampled_from(PriceState)),
    }
    for name, strategy in _OPTIONAL.items():
        fields[name] = draw(st.none() | strategy)
    if draw(st.booleans()):
        fields |= {"accelerator": draw(names()), "accelerator_count": draw(decimals("0.001", "100"))}
    window = sorted(draw(st.lists(moments(), max_size=2, unique=True)))
    fields |= dict(zip(("available_from", "available_until"), window, strict=False))
    if fields["purchase"] is Purchase.RESERVED:
        upfront = None if fields["payment"] is Payment.NONE else draw(decimals("0.01", "1000000"))
        fields |= {"term_months": draw(st.integers(1, 120)), "upfront": upfront}
        if fields["payment"] is Payment.ALL:
            fields["price_per_hour"] = draw(st.just(Decimal(0)) | decimals("0.000001", "10"))
    if fields["purchase"] is Purchase.SPEND_COMMITMENT and fields["commitment_family"] is None:
        fields["commitment_family"] = draw(names(without="/@"))
    return Offer(**fields)
