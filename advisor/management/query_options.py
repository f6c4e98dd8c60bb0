"""Lists on the command line: `--purchase spot on_demand`, `--purchase spot,on_demand`, and both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from advisor.catalog.selector import resolve_selector
from advisor.errors import BadInput
from providers.errors import UnknownPlace
from providers.offers import Purchase
from providers.places import resolve_place


def reclaim_query(options: dict[str, Any]) -> None:
    """`cheapest --purchase spot H100:8`: the list took the query with it; give it back.

    Only the last value of a list, only when no query was given, and only when it cannot belong to the list
    but names accelerators.
    """
    if options["query"] is not None:
        return
    for name, belongs in _BELONGS.items():
        values = options.get(name) or []
        if len(values) > 1 and not belongs(values[-1]) and _names_accelerators(values[-1]):
            options["query"] = values.pop()
            return


def _is_place(text: str) -> bool:
    try:
        return all(resolve_place(part) for part in text.split(",") if part.strip())
    except UnknownPlace:
        return False


def _is_purchase(text: str) -> bool:
    known = {purchase.value for purchase in Purchase}
    return all(part.strip() in known for part in text.split(","))


_BELONGS: dict[str, Callable[[str], bool]] = {
    "prices": lambda text: Path(text).exists(),
    "purchase": _is_purchase,
    "residency": _is_place,
    "region": lambda text: not _names_accelerators(text),
    "provider": lambda text: not _names_accelerators(text),
}


def _names_accelerators(text: str) -> bool:

    try:
        resolve_selector(text, lambda: ())
    except BadInput:
        return False
    return True
