"""The orders a listing can have. What is missing comes last either way; ties go by offer id."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from advisor.catalog import words
from advisor.catalog.facts import accelerator_memory_gib
from advisor.catalog.pricing import Quote
from advisor.errors import BadInput
from providers.text import did_you_mean, nearest, shown

_LATEST = datetime.max.replace(tzinfo=UTC)
_Total = Callable[[Quote], Any]
_Key = Callable[[Quote, _Total], tuple[int, Any]]
"""Group, and the value within it. Groups keep their order when the sort is turned round."""


def _price(quote: Quote, total: _Total) -> tuple[int, Any]:
    return (0 if quote.converted else 1, total(quote))


def _per_accelerator(quote: Quote, total: _Total) -> tuple[int, Any]:
    unknown = quote.per_accelerator is None
    return ((0 if quote.converted else 2) + unknown, total(quote) if unknown else quote.per_accelerator)


def _of(value: Callable[[Quote], Any]) -> _Key:
    def key(quote: Quote, _total: _Total) -> tuple[int, Any]:
        found = value(quote)
        return (1, 0) if found is None else (0, found)

    return key


_KEYS: dict[str, _Key] = {
    "price": _price,
    "per_accelerator": _per_accelerator,
    "provider": _of(lambda quote: quote.offer.provider.casefold()),
    "region": _of(lambda quote: words.place(quote.offer).casefold()),
    "instance": _of(lambda quote: quote.offer.instance_type.casefold()),
    "age": _of(lambda quote: quote.offer.observed_at and _LATEST - quote.offer.observed_at),
    "accelerators": _of(lambda quote: quote.offer.accelerator_count),
    "memory": _of(lambda quote: accelerator_memory_gib(quote.offer)),
}
SORTS = tuple(_KEYS)
"""`price` is that of all machines asked for, `age` starts with the newest price, `memory` is that of one
accelerator. A leading `-` turns each round."""


def checked_sort(text: str) -> str:
    """The sort as it was given. Raises BadInput for one that is not known."""
    if text.removeprefix("-") not in _KEYS:
        hint = did_you_mean(nearest(text.removeprefix("-"), SORTS))
        named = f"{', '.join(SORTS[:-1])} or {SORTS[-1]}"
        raise BadInput(f"--sort {shown(text)}: write {named}, with a leading - for the reverse{hint}")
    return text


def in_order(quotes: Iterable[Quote], sort: str, total: _Total) -> list[Quote]:
    """Quotes in the order of a checked sort; `total` is what an hour of all machines needed costs."""
    key = _KEYS[sort.removeprefix("-")]
    groups: dict[int, list[tuple[Any, Quote]]] = {}
    for quote in sorted(quotes, key=lambda quote: quote.offer_id):
        group, value = key(quote, total)
        groups.setdefault(group, []).append((value, quote))
    for found in groups.values():
        found.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))  # stable: equal ones stay by id
    return [quote for group in sorted(groups) for _, quote in groups[group]]
