"""Spans of months: `from` and `until`, both included."""

from pydantic import ValidationInfo

from advisor.demand.fields import Found
from advisor.demand.months import month_name, month_number
from advisor.demand.surroundings import surroundings_of


def span_problems(begin: str | None, end: str | None, info: ValidationInfo) -> list[Found]:
    """An end before its beginning, or a span of which no month lies within the plan."""
    if begin and end and begin > end:
        return [(("until",), end, f"must not be before from ({begin})")]
    around = surroundings_of(info)
    if around.first_month is None or around.months is None:
        return []
    first, last = around.first_month, around.first_month + around.months - 1
    outside = f"lies outside the plan, {month_name(first)} to {month_name(last)}"
    if begin and month_number(begin) > last:
        return [(("from",), begin, outside)]
    if end and month_number(end) < first:
        return [(("until",), end, outside)]
    return []
