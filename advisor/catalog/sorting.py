"""The orders a listing can have. What is missing comes last either way; ties go by offer id."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from advisor.catalog.facts import FACTS
from advisor.catalog.pricing import Pricer, Quote
from advisor.errors import BadInput
from providers.text import did_you_mean, nearest, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFact:
    """By one of FACTS, the smallest first, or the largest when `falling`."""

    fact: str
    falling: bool = False


PRICES = ("price", "per_accelerator")
"""Orders by what a request costs: all its machines, or one accelerator of them."""

BY_FACT: dict[str, ByFact] = {
    "provider": ByFact(fact="provider_name"),
    "region": ByFact(fact="place_name"),
    "instance": ByFact(fact="instance_name"),
    "age": ByFact(fact="observed_at", falling=True),
    "accelerators": ByFact(fact="accelerator_count"),
    "memory": ByFact(fact="accelerator_memory"),
}
SORTS = (*PRICES, *BY_FACT)
"""`price` is that of all machines asked for, `age` starts with the newest price, `memory` is that of one
accelerator. A leading `-` turns each round."""


def checked_sort(text: str) -> str:
    """The sort as it was given. Raises BadInput for one that is not known."""
    if text.removeprefix("-") not in SORTS:
        hint = did_you_mean(nearest(text.removeprefix("-"), SORTS))
        named = f"{', '.join(SORTS[:-1])} or {SORTS[-1]}"
        raise BadInput(f"--sort {shown(text)}: write {named}, with a leading - for the reverse{hint}")
    return text


def in_order(quotes: Iterable[Quote], sort: str, pricer: Pricer) -> list[Quote]:
    """Quotes in the order of a checked sort, one by one."""
    name, turned = sort.removeprefix("-"), sort.startswith("-")
    if name not in PRICES:
        turned ^= BY_FACT[name].falling
    groups: dict[int, list[tuple[Any, Quote]]] = {}
    for quote in sorted(quotes, key=lambda quote: quote.offer_id):
        group, value = _key(quote, name, pricer)
        groups.setdefault(group, []).append((value, quote))
    for found in groups.values():
        found.sort(key=lambda pair: pair[0], reverse=turned)  # stable: equal ones stay by id
    return [quote for group in sorted(groups) for _, quote in groups[group]]


def _key(quote: Quote, name: str, pricer: Pricer) -> tuple[int, Any]:
    """Group, and the value within it. Groups keep their order when the sort is turned round."""
    if name == "price":
        return (0 if quote.converted else 1, pricer.total(quote))
    if name == "per_accelerator":
        unknown = quote.per_accelerator is None
        known_group = 0 if quote.converted else 2
        return (known_group + unknown, pricer.total(quote) if unknown else quote.per_accelerator)
    found = FACTS[BY_FACT[name].fact].in_offer(quote.offer)
    return (1, 0) if found is None else (0, found)
