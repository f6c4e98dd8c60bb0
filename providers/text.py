"""Words for messages: the nearest known name, and foreign values made safe to print."""

from collections.abc import Iterable
from difflib import get_close_matches

# A longer name is garbage, not a slip of the finger, and comparing it costs time.
_LONGEST_COMPARED = 64


def nearest(name: str, known: Iterable[str], *, limit: int = 3, cutoff: float = 0.6) -> list[str]:
    """Known names most like `name`, best first, ignoring case; `cutoff` is difflib's ratio, 0 to 1."""
    wanted = name.strip().casefold()
    if not wanted or len(wanted) > _LONGEST_COMPARED:
        return []
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    return [by_folded[hit] for hit in get_close_matches(wanted, by_folded, n=limit, cutoff=cutoff)]


def did_you_mean(suggestions: Iterable[str]) -> str:
    """`; did you mean A, B or C?`, or an empty string: to be put behind a reason."""
    names = list(suggestions)
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"; did you mean {listed}?"


def shown(value: str, *, limit: int = 60) -> str:
    """`value` on one line, unprintable characters escaped, cut to about `limit` characters."""
    cut = value[:limit]
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return f"{safe}…" if len(value) > limit else safe
