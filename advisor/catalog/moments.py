"""Moments as people write them."""

from datetime import UTC, date, datetime, time

from advisor.errors import BadInput
from providers.text import shown


def moment(text: str) -> datetime:
    """`2026-11-22` (the end of that day) or `2026-11-22T08:30`; UTC unless an offset is given."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--as-of {shown(text)}: write a date as 2026-11-22 or a time as 2026-11-22T08:30"
        ) from None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
