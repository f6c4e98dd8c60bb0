"""What was refused, told in full while it is little and counted when it is a whole price list of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from providers.base import Refused

_SHOWN = 20  # of one document and reason
_REASONS = 500  # of one document told apart
_OTHERS = "further entries, for reasons of many kinds"


@dataclass(slots=True)
class _Tally:
    shown: list[str] = field(default_factory=list)
    count: int = 0


class Refusals:
    """Each refusal by its place, up to twenty of one document and reason; of more, their number."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, _Tally]] = {}

    def add(self, document: str, where: str, reason: str) -> None:
        """`where` is the place within `document`; both are fit to print."""
        reasons = self._documents.setdefault(document, {})
        if reason not in reasons and len(reasons) >= _REASONS:
            reason = _OTHERS
        tally = reasons.setdefault(reason, _Tally())
        tally.count += 1
        if len(tally.shown) < _SHOWN:
            tally.shown.append(where)

    def told(self) -> Iterator[Refused]:
        for document, reasons in self._documents.items():
            for reason, tally in reasons.items():
                for where in tally.shown:
                    yield Refused(where=f"{document}: {where}" if where else document, reason=reason)
                if more := tally.count - len(tally.shown):
                    yield Refused(where=document, reason=f"and {more:,} more: {reason}")
