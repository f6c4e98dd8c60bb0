"""Hours of slices of time in exact decimals, from the cells they are made of."""

from decimal import Decimal

from optimizer.timegrid import Slice, Window

HOURS_PER_MONTH = Decimal(730)
_WEEKDAY_CELLS = 24


def slice_hours(piece: Slice) -> Decimal:
    """Hours of a slice: its part of the month × 730 × 5/7 (weekdays) or 2/7 (weekends) / 24 for each cell."""
    weekday = sum(1 for cell in piece.cells if cell < _WEEKDAY_CELLS)
    weekend = len(piece.cells) - weekday
    whole_month = HOURS_PER_MONTH * (5 * weekday + 2 * weekend) / (7 * 24)
    return (exact(piece.end) - exact(piece.start)) * whole_month


def overlap_hours(window: Window, month: int) -> Decimal:
    """Hours of a month that lie in a window."""
    begin, end = max(exact(window.start), Decimal(month)), min(exact(window.end), Decimal(month + 1))
    return max(Decimal(0), end - begin) * HOURS_PER_MONTH


def exact(value: float) -> Decimal:
    """The decimal a person would write for this number: 0.1, not its nearest binary fraction."""
    return Decimal(str(value))
