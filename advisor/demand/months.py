"""Months written `YYYY-MM`, and counting with them."""

import re

FIRST_YEAR, LAST_YEAR = 2000, 2100
PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


def month_number(month: str) -> int:
    """Months since year 0: differences of two numbers are months between."""
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def month_name(number: int) -> str:
    """The reverse of `month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def is_month(value: object) -> bool:
    """Whether the value is text of the form `YYYY-MM` within 2000 to 2100."""
    if not isinstance(value, str) or not re.fullmatch(PATTERN, value):
        return False
    return FIRST_YEAR <= int(value[:4]) <= LAST_YEAR
