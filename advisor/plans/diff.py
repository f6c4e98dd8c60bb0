"""Two texts side by side by lines: what was taken out, what was put in, and a little around it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from advisor.planning.words import count

_AROUND = 3
_MOST_COMPARED = 2000  # lines of either text that are matched one by one
_MOST_EQUAL_PAIRS = 20_000  # lines that stand often in both texts cost the square of how often they do
_MOST_OF_A_BLOCK = 300  # lines shown of one block that was taken out or put in
_MOST_SHOWN = 1000
_LONGEST_LINE = 300  # characters

_Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line; `old` and `new` are its numbers from 1, None where it does not stand.

    A `gap` stands for lines that are left out; its text says what they were where they differ.
    """

    kind: Literal["same", "removed", "added", "gap"]
    old: int | None
    new: int | None
    text: str


def diff_lines(old: str, new: str) -> tuple[DiffLine, ...]:
    """Changed lines with three around them; what is left out is one line of kind `gap`. Empty: no change.

    At most about 1,000 lines of at most 300 characters, in a time that grows with the length of the texts
    and not with its square: texts that differ too much are shown as one block out and one block in.
    """
    before, after = old.splitlines(), new.splitlines()
    rows: list[DiffLine] = []
    for number, group in enumerate(_groups(_opcodes(before, after))):
        if number or group[0][1] or group[0][3]:
            rows.append(_gap())
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                rows += _same(before, i1, i2, j1)
            else:
                rows += _block("removed", before, i1, i2)
                rows += _block("added", after, j1, j2)
    if len(rows) <= _MOST_SHOWN:
        return tuple(rows)
    return (*rows[:_MOST_SHOWN], _gap("More changes follow that are not shown here."))


def _opcodes(before: list[str], after: list[str]) -> list[_Opcode]:
    """As difflib has them, of what stands between the equal lines at both ends."""
    start = _equal_ends(before, after)
    end = _equal_ends(before[start:][::-1], after[start:][::-1])
    i2, j2 = len(before) - end, len(after) - end
    middle_old, middle_new = before[start:i2], after[start:j2]
    found: list[_Opcode] = [("equal", 0, start, 0, start)]
    if not _can_be_matched(middle_old, middle_new):
        found.append(("replace", start, i2, start, j2))
    else:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        found += [
            (tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in matcher.get_opcodes()
        ]
    found.append(("equal", i2, len(before), j2, len(after)))
    return [code for code in found if code[1] < code[2] or code[3] < code[4]]


def _equal_ends(before: list[str], after: list[str]) -> int:
    """How many lines are equal before the first that differs."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(before), len(after)))


def _can_be_matched(before: list[str], after: list[str]) -> bool:
    if max(len(before), len(after)) > _MOST_COMPARED:
        return False
    there = Counter(after)
    return sum(times * there[line] for line, times in Counter(before).items()) <= _MOST_EQUAL_PAIRS


def _groups(opcodes: list[_Opcode]) -> Iterator[list[_Opcode]]:
    """Changes with up to three equal lines around them; those that are near each other together."""
    group: list[_Opcode] = []
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            if group and i2 - i1 > 2 * _AROUND:
                yield [*group, (tag, i1, i1 + _AROUND, j1, j1 + _AROUND)]
                group = []
            ahead = min(i2 - i1, _AROUND) if not group else i2 - i1
            group.append((tag, i2 - ahead, i2, j2 - ahead, j2))
        else:
            group.append((tag, i1, i2, j1, j2))
    if any(code[0] != "equal" for code in group):
        yield _without_tail(group)


def _without_tail(group: list[_Opcode]) -> list[_Opcode]:
    tag, i1, i2, j1, _ = group[-1]
    if tag != "equal":
        return group
    kept = min(i2 - i1, _AROUND)
    return [*group[:-1], (tag, i1, i1 + kept, j1, j1 + kept)]


def _same(before: list[str], i1: int, i2: int, j1: int) -> Iterator[DiffLine]:
    for n in range(i2 - i1):
        yield DiffLine(kind="same", old=i1 + n + 1, new=j1 + n + 1, text=_cut(before[i1 + n]))


def _block(kind: Literal["removed", "added"], lines: list[str], start: int, end: int) -> Iterator[DiffLine]:
    """Lines that were taken out or put in, the first 300 of them."""
    for n in range(start, min(end, start + _MOST_OF_A_BLOCK)):
        number = n + 1
        yield DiffLine(
            kind=kind,
            old=number if kind == "removed" else None,
            new=number if kind == "added" else None,
            text=_cut(lines[n]),
        )
    more = end - start - _MOST_OF_A_BLOCK
    if more > 0:
        done = "taken out" if kind == "removed" else "put in"
        yield _gap(f"{count(more, 'more line')} {done}, not shown")


def _gap(text: str = "") -> DiffLine:
    return DiffLine(kind="gap", old=None, new=None, text=text)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}… ({len(line):,} characters)"
