"""Numbers as addresses and forms bring them."""

from django.http import QueryDict


def whole_number(query: QueryDict, name: str) -> int | None:
    """A number of an address or a form; None where it is missing or none."""
    value = query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None
