"""Figures of a result as people read them."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from advisor.catalog.words import MISSING, count

__all__ = [
    "MISSING", "amount", "count", "four_digits", "gap_asked", "listed", "money", "percent", "proof",
    "short_money", "stamp", "with_minus",
]  # fmt: skip


def money(figure: float | None) -> str:
    """Whole units with thousands separators; a missing figure is an en dash, never 0."""
    return MISSING if figure is None else with_minus(f"{_signed(figure, 0):,.0f}")


def with_minus(text: str) -> str:
    """A figure with a minus sign instead of a hyphen, as wide as a plus and beside no word."""
    return f"−{text[1:]}" if text.startswith("-") else text


def _signed(figure: float, places: int) -> float:
    """The figure, or 0 where rounding would leave only its minus sign."""
    return figure if round(figure, places) else 0.0


def amount(figure: float) -> str:
    """Thousands separators; decimals only where they tell something."""
    size = abs(figure)
    if size >= 100 or figure == round(figure):
        return with_minus(f"{figure:,.0f}")
    return with_minus(f"{figure:,.1f}" if size >= 1 else f"{figure:.3g}")


def four_digits(figure: float) -> str:
    """`0.3296`, `12.5`, `12,345`: four digits that tell something, more of what is large; never 1.2e+04."""
    if abs(figure) >= 1000:
        return with_minus(f"{figure:,.0f}")
    return with_minus(f"{Decimal(f'{figure:.4g}'):f}")


def short_money(figure: float) -> str:
    """`1.61 M`, `842 k`, `96.40`: for sentences."""
    size = abs(figure)
    if size >= 999_500_000:
        return with_minus(f"{figure / 1e9:.2f} bn")
    if size >= 999_500:
        return with_minus(f"{figure / 1e6:.2f} M")
    if size >= 9_999.5:
        return with_minus(f"{figure / 1e3:.0f} k")
    return with_minus(f"{figure:,.0f}" if size >= 100 else f"{figure:.2f}")


def percent(fraction: float, *, down: bool = False) -> str:
    """`62 %`, `0.4 %`; `down` never rounds up, so that a shortage is not rounded away."""
    figure = round(fraction * 100, 9)  # 0.07 x 100 is a hair above 7
    places = 0 if abs(figure) >= 10 or figure == round(figure) else 1
    if down:
        figure = math.floor(figure * 10**places + 1e-6) / 10**places
    return with_minus(f"{_signed(figure, places):,.{places}f} %")


def listed(names: Sequence[str], most: int = 8) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def proof(gap: float) -> str:
    """A proven gap: `0.08 %`; hundredths of a percent, rounded up, below them as small as `0.01 %`."""
    figure = gap * 100
    if figure <= 0:
        return "0 %"
    if figure < 0.01:
        return "0.01 %"
    return f"{math.ceil(figure * 100 - 1e-9) / 100:g} %"


def gap_asked(gap: float) -> str:
    """The gap that was asked for, as it was: `0.1 %`, `0.00001 %`."""
    return f"{Decimal(f'{gap * 100:.6g}'):f} %"


def stamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
