"""The nearest known name for one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_NAME_COMPARED = 80  # difflib is quadratic; nobody mistypes longer names


def nearest(name: str, known: Iterable[str], *, count: int = 1) -> list[str]:
    """Known names most like `name`, best first, ignoring case; empty when none is alike."""
    if len(name) > LONGEST_NAME_COMPARED:
        return []
    by_folded = {candidate.casefold(): candidate for candidate in sorted(known)}
    close = get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.6)
    return [by_folded[match] for match in close]


def did_you_mean(suggestions: Iterable[str]) -> str:
    """`, did you mean `a` or `b`?`, or nothing without suggestions."""
    names = [f"`{name}`" for name in suggestions]
    return f", did you mean {' or '.join(names)}?" if names else ""


def one_of(names: Iterable[str]) -> str:
    """The names as a readable list."""
    return ", ".join(names)
