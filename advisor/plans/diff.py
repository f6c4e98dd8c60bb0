"""Two texts side by side by lines: what was taken out, what was put in, and a little around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_AROUND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line; `old` and `new` are its numbers from 1, None where it does not stand."""

    kind: Literal["same", "removed", "added", "gap"]
    old: int | None
    new: int | None
    text: str


def diff_lines(old: str, new: str) -> tuple[DiffLine, ...]:
    """Changed lines with three around them; what is left out is one line of kind `gap`. Empty: no change."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rows: list[DiffLine] = []
    for number, group in enumerate(matcher.get_grouped_opcodes(_AROUND)):
        if number or group[0][1] or group[0][3]:
            rows.append(DiffLine(kind="gap", old=None, new=None, text=""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                rows += _same(before, i1, i2, j1)
            else:
                rows += _changed(before, after, i1, i2, j1, j2)
    return tuple(rows)


def _same(before: list[str], i1: int, i2: int, j1: int) -> Iterator[DiffLine]:
    for n in range(i2 - i1):
        yield DiffLine(kind="same", old=i1 + n + 1, new=j1 + n + 1, text=before[i1 + n])


def _changed(before: list[str], after: list[str], i1: int, i2: int, j1: int, j2: int) -> Iterator[DiffLine]:
    for n in range(i1, i2):
        yield DiffLine(kind="removed", old=n + 1, new=None, text=before[n])
    for n in range(j1, j2):
        yield DiffLine(kind="added", old=None, new=n + 1, text=after[n])
