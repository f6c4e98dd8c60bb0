"""What was refused, told in full while it is little and counted when it is a whole price list of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from providers.base import Refused

_SHOWN = 20  # of one document and reason
_REASONS = 500  # of one document told apart
_OTHERS = "further entries, for reasons of many kinds"


@dataclass(slots=True)
class _Tally:
    shown: list[tuple[str, str]] = field(default_factory=list)  # place and reason
    next: str = ""
    count: int = 0


class Refusals:
    """Each refusal by its place, up to twenty of one document and reason; of more, their number and one.

    Of a document refused for more than five hundred reasons, the further ones are counted together.
    """

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, _Tally]] = {}

    def add(self, document: str, where: str, reason: str) -> None:
        """`where` is the place within `document`; both are fit to print."""
        reasons = self._documents.setdefault(document, {})
        kind = reason if reason in reasons or len(reasons) < _REASONS else _OTHERS
        tally = reasons.setdefault(kind, _Tally())
        tally.count += 1
        if len(tally.shown) < _SHOWN:
            tally.shown.append((where, reason))
        elif tally.count == _SHOWN + 1:
            tally.next = where

    def told(self) -> Iterator[Refused]:
        for document, kinds in self._documents.items():
            for kind, tally in kinds.items():
                for where, reason in tally.shown:
                    yield Refused(where=f"{document}: {where}" if where else document, reason=reason)
                if more := tally.count - len(tally.shown):
                    such = f", such as {tally.next}" if tally.next else ""
                    yield Refused(where=document, reason=f"and {more:,} more{such}: {kind}")
