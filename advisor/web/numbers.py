"""Numbers as addresses and forms bring them."""

from django.http import QueryDict


def whole_number(query: QueryDict, name: str) -> int | None:
    """A number of an address or a form; None where it is missing or none."""
    value = query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


def whole_numbers(query: QueryDict, name: str) -> list[int]:
    """The numbers of a field that may be ticked many times; what is none is left out."""
    return [int(v) for v in query.getlist(name) if v.isascii() and v.isdigit() and len(v) < 18]
