"""Moments as people write them."""

from datetime import UTC, date, datetime, time

from advisor.errors import BadInput
from providers.text import shown

AS_OF = (
    "prices as known at 2026-11-22 (its end) or 2026-11-22T08:30, UTC; of --prices those observed by then, "
    "with the age they had"
)
"""The same for all commands that answer from prices."""


def moment(text: str, *, now: datetime | None = None) -> datetime:
    """`2026-11-22` (the end of that day) or `2026-11-22T08:30`; UTC unless an offset is given.

    Raises BadInput for what is no moment, and for one after `now` (default: the clock's); today has not
    ended, and stands for what is known of it.
    """
    now = now or datetime.now(UTC)
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            parsed = datetime.combine(day, time.max, tzinfo=UTC)
            is_future = day > now.date()
        else:
            parsed = _in_utc(datetime.fromisoformat(text))
            is_future = parsed > now
    except (ValueError, OverflowError):  # an offset may lead beyond the year 9999
        raise BadInput(
            f"--as-of {shown(text)}: write a date as 2026-11-22 or a time as 2026-11-22T08:30"
        ) from None
    if is_future:
        raise BadInput(
            f"--as-of {shown(text)}: lies in the future; write a moment up to now, {now:%Y-%m-%dT%H:%M} UTC"
        )
    return parsed


def _in_utc(parsed: datetime) -> datetime:
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
