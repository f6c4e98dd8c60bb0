"""A search request from loose values, as a command line or an address hands them over."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from advisor.catalog.search import DEFAULT_LIMIT, Request
from advisor.errors import BadInput
from providers.text import shown


def request_from(values: Mapping[str, Any]) -> Request:
    """Values by option name (`min_vcpus`), texts or lists of texts; absent, None and "" mean not asked.

    Raises BadInput naming the option and the value that cannot be read.
    """
    limit, offset = _whole(values, "limit"), _whole(values, "offset")
    return Request(
        query=values.get("query") or "",
        count=_whole(values, "count"),
        at_least=bool(values.get("at_least")),
        pack=bool(values.get("pack")),
        purchases=listed(values.get("purchase")),
        residency=listed(values.get("residency")),
        regions=listed(values.get("region")),
        providers=listed(values.get("provider")),
        min_memory_gib=_number(values, "min_memory_gib"),
        min_vcpus=_number(values, "min_vcpus"),
        max_price=_number(values, "max_price"),
        max_age_hours=_number(values, "max_age_hours"),
        currency=values.get("currency") or "USD",
        sort=values.get("sort") or "price",
        limit=DEFAULT_LIMIT if limit is None else limit,
        offset=offset or 0,
    )


def listed(values: Iterable[str] | None) -> tuple[str, ...]:
    """Separated by spaces on the command line or by commas anywhere, empty parts dropped."""
    parts = (part.strip() for value in values or () for part in value.split(","))
    return tuple(part for part in parts if part)


def _whole(values: Mapping[str, Any], name: str) -> int | None:
    text = _text(values, name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"{_flag(name)} {shown(text)}: write a whole number, for example 8") from None


def _number(values: Mapping[str, Any], name: str) -> Decimal | None:
    text = _text(values, name)
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{_flag(name)} {shown(text)}: write a number, for example 80") from None


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value).strip()


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
