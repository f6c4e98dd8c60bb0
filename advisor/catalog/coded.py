"""A column as its distinct values and one small whole number per row: exact values at the speed of numpy.

What is asked of a value is asked once per distinct value and looked up per row, so a condition in plain
Python over decimals and texts costs nothing per row, and rows are compared by whole numbers without rounding.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.unsignedinteger[Any]]
Table = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """`values[codes[place]]` is the value of a row. Where values are `ordered`, codes rise with them and None
    has the first code; otherwise the order of the codes means nothing."""

    codes: Codes
    values: tuple[Any, ...]
    ordered: bool

    def of(self, place: int) -> Any:
        return self.values[self.codes[place]]

    def judge(self, fits: Callable[[Any], bool], *, rising: bool | None = None) -> "Judge":
        """Which codes stand for values that fit. `rising` says that, None apart, once a value fits all larger
        ones do (False: all smaller ones do), which is then asked of a few values only."""
        if rising is None or not self.ordered:
            return Judge(table=np.fromiter(map(fits, self.values), np.bool_, len(self.values)))
        first = 1 if self.values and self.values[0] is None else 0
        turn = bisect_left(self.values, True, lo=first, key=lambda value: fits(value) == rising)
        span = (turn, len(self.values)) if rising else (first, turn)
        return Judge(span=span, none_fits=fits(None) if first else None, distinct=len(self.values))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judge:
    """A verdict per code: from a table, or from the span of the codes that fit; None, where it occurs, has
    code 0 and a verdict of its own."""

    table: Table | None = None
    span: tuple[int, int] = (0, 0)
    none_fits: bool | None = None
    distinct: int = 0

    def of(self, codes: Codes) -> Table:
        if self.table is not None:
            return self.table[codes]
        low, high = self.span
        held: Table = codes < high if low == 0 else codes >= low
        if low and high < self.distinct:
            held &= codes < high
        if self.none_fits:
            held |= codes == 0
        return held

    @property
    def fits_all(self) -> bool:
        if self.table is not None:
            return bool(self.table.all())
        low, high = self.span
        return high - low + bool(self.none_fits) == self.distinct


class Coder:
    """Codes of values that come in portions."""

    def __init__(self) -> None:
        self._index: defaultdict[Hashable, int] = defaultdict(count().__next__)
        self._portions: list[NDArray[np.int32]] = []

    def add(self, values: Sequence[Hashable]) -> None:
        self._portions.append(np.fromiter(map(self._index.__getitem__, values), np.int32, len(values)))

    def done(self, value_of: Callable[[Any], Any] = lambda value: value, *, ordered: bool = True) -> Coded:
        """`value_of` turns what was added into values. Values that are equal but written differently
        (1 and 1.0) stay apart, in a fixed order."""
        portions = self._portions or [np.zeros(0, np.int32)]
        written = list(self._index)
        return _sorted(np.concatenate(portions), written, [value_of(value) for value in written], ordered)


def coded(values: Iterable[Hashable], *, ordered: bool = True) -> Coded:
    """A column from all its values."""
    coder = Coder()
    coder.add(list(values))
    return coder.done(ordered=ordered)


def combined(columns: Sequence[Coded], value_of: Callable[..., Any], *, ordered: bool = True) -> Coded:
    """The column of what `value_of` makes of some columns, worked out once per combination that occurs."""
    keys = np.zeros(len(columns[0].codes), np.int64)
    for column in columns:
        keys *= max(len(column.values), 1)
        keys += column.codes
    found, inverse = np.unique(keys, return_inverse=True)
    parts: list[tuple[Any, ...]] = []
    rest = found
    for column in reversed(columns):
        rest, codes = np.divmod(rest, max(len(column.values), 1))
        parts.append(tuple(map(column.values.__getitem__, codes.tolist())))
    index: defaultdict[Hashable, int] = defaultdict(count().__next__)
    made = map(value_of, *reversed(parts))
    of_found = np.fromiter(map(index.__getitem__, made), np.int32, len(found))
    values = list(index)
    return _sorted(of_found[inverse], values, values, ordered)


def joined(one: Coded, other: Coded, replaced: NDArray[np.intp], instead: Table) -> Coded:
    """`one` with the rows of `other` that are `instead` at the places `replaced`, and the rest at its end."""
    known = set(one.values)
    values = [*one.values, *(value for value in other.values if value not in known)]
    place = {value: code for code, value in enumerate(values)}
    theirs = np.array([place[value] for value in other.values], np.int32)[other.codes]
    codes = one.codes.astype(np.int32)
    codes[replaced] = theirs[instead]
    return _sorted(np.concatenate([codes, theirs[~instead]]), values, values, one.ordered)


def _sorted(codes: NDArray[np.int32], written: list[Any], values: list[Any], ordered: bool) -> Coded:
    kind = np.min_scalar_type(max(len(values) - 1, 0))
    if not ordered:
        return Coded(codes.astype(kind), tuple(values), ordered=False)
    order = sorted(
        range(len(values)),
        key=lambda i: (0,) if values[i] is None else (1, values[i], str(written[i])),
    )
    new = np.empty(len(values), kind)
    new[order] = np.arange(len(values), dtype=kind)
    return Coded(new[codes], tuple(values[i] for i in order), ordered=True)
