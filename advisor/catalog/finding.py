"""A search over columns: each condition is asked once per distinct value, never once per row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.catalog.coded import Coded, Judge, Table
from advisor.catalog.conditions import TOTAL, Condition
from advisor.catalog.explain import EmptyList, Relief
from advisor.catalog.facts import of_groups
from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.rows import Places, Rows
from advisor.catalog.sheets import Sheet
from advisor.catalog.sources import Found

_WALK = 4  # a step along the order costs about as much as so many rows gathered and sorted
_FIRST_STEP = 256


_Judged = tuple[Coded, Judge]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Rows that lie together, all of them or those that are `held`."""

    span: slice
    held: NDArray[np.bool_] | None

    def __len__(self) -> int:
        return self.span.stop - self.span.start if self.held is None else int(np.count_nonzero(self.held))

    def places(self) -> Places:
        if self.held is None:
            return np.arange(self.span.start, self.span.stop)
        found: Places = np.flatnonzero(self.held) + self.span.start
        return found


class ColumnSearch:
    """One question to all rows of a catalogue."""

    def __init__(self, rows: Rows, sheet: Sheet, pricer: Pricer, sort: str) -> None:
        self._rows = rows
        self._sheet = sheet
        self._pricer = pricer
        self._sort = sort
        self._known: dict[str, _Judged] = {}

    def find(self, conditions: Sequence[Condition], window: Condition, page: slice) -> Found:
        fitting, whole = self._fitting(conditions), [*conditions, window]
        still = self._judged(window)
        matches = fitting if still[1].fits_all else [self._kept(part, [still]) for part in fitting]
        total = sum(map(len, matches))
        if self._pricer.pack_to is None and total * total > _WALK * page.stop * self._rows.count:
            shown = self._walked(whole, page)
        else:
            shown = self._first(_together(matches), page)
        return Found(
            total=total,
            ended=sum(map(len, fitting)) - total,
            page=tuple((self._quote(place), self._sheet.beside(place)) for place in shown.tolist()),
        )

    def explain(self, conditions: Sequence[Condition]) -> EmptyList:
        """Why nothing fits all conditions, as `explain_empty` tells it."""
        failed = self._failed(conditions)
        patterns, counts = np.unique(failed, return_counts=True)
        alone = dict(zip(patterns.tolist(), counts.tolist(), strict=True))
        reliefs = []
        for index, condition in enumerate(conditions):
            if count := alone.get(1 << index):
                best = self._nearest(np.flatnonzero(failed == 1 << index), [condition])
                reliefs.append(
                    Relief(
                        without=condition.words,
                        count=count,
                        best=self._pricer.complete(best),
                        by_likeness="accelerator" in condition.narrow,
                    )
                )
        if not alone:
            return EmptyList(reliefs=(), nearest=None, misses=())
        fewest = min(alone, key=lambda bits: _weight(bits, len(conditions)))
        missed = [condition for index, condition in enumerate(conditions) if fewest >> index & 1]
        nearest = self._nearest(np.flatnonzero(failed == fewest), missed)
        return EmptyList(
            reliefs=tuple(reliefs),
            nearest=self._pricer.complete(nearest),
            misses=tuple(condition.words for condition in missed),
        )

    def _fitting(self, conditions: Sequence[Condition]) -> list[_Part]:
        """The rows that fit all conditions, in rising order."""
        groups = np.ones(len(self._rows.group_starts) - 1, np.bool_)
        judged: list[_Judged] = []
        for condition in conditions:
            if condition.fact == TOTAL:
                continue
            column, judge = self._judged(condition)
            if of_groups(condition.fact):
                groups &= judge.of(self._rows.group_codes(condition.fact))
            elif not judge.fits_all:
                judged.append((column, judge))
        parts = [self._kept(_Part(span, None), judged) for span in self._spans(groups)]
        for condition in conditions:
            if condition.fact == TOTAL:
                parts = [self._affordable_part(condition, part) for part in parts]
        return parts

    def _spans(self, groups: Table) -> list[slice]:
        """The rows of the groups that fit, those that lie together as one."""
        edges = np.flatnonzero(np.diff(groups, prepend=False, append=False))
        starts = self._rows.group_starts[edges].tolist()
        return [slice(start, stop) for start, stop in zip(starts[::2], starts[1::2], strict=True)]

    @staticmethod
    def _kept(part: _Part, judged: Sequence[_Judged]) -> _Part:
        held = part.held
        for column, judge in judged:
            fits = judge.of(column.codes[part.span])
            held = fits if held is None else held & fits
        return _Part(part.span, held)

    def _affordable_part(self, condition: Condition, part: _Part) -> _Part:
        affordable = self._affordable(condition, part.span)
        return _Part(part.span, affordable if part.held is None else part.held & affordable)

    def _walked(self, conditions: Sequence[Condition], page: slice) -> Places:
        """The page of what fits, found along the order: soon, where much fits."""
        order, found, held, start = self._sheet.order(self._sort).places, list[Places](), 0, 0
        judged = [self._judged(c) for c in conditions if c.fact != TOTAL]
        judged = [one for one in judged if not one[1].fits_all]
        limits = [c for c in conditions if c.fact == TOTAL]
        size = _FIRST_STEP + page.stop
        while held < page.stop and start < len(order):
            places: Places = order[start : start + size].astype(np.intp)
            for column, judge in judged:
                places = places[judge.of(column.codes[places])]
            for condition in limits:
                places = places[self._affordable(condition, places)]
            found.append(places)
            held, start, size = held + len(places), start + size, 2 * size
        shown: Places = np.concatenate(found)[page]
        return shown

    def _judged(self, condition: Condition) -> _Judged:
        known = self._known.get(condition.words)
        if known is None:
            column = self._rows.fact(condition.fact)

            def make() -> Judge:
                return column.judge(condition.fits, rising=condition.rising)

            judge = self._rows.judges.of(condition.words, make) if condition.words_say_all else make()
            known = self._known[condition.words] = (column, judge)
        return known

    def _affordable(self, condition: Condition, places: Places | slice) -> NDArray[np.bool_]:
        total = self._sheet.total(places, self._pricer)
        fits = total.judge(condition.fits, rising=condition.rising).of(total.codes)
        converted = self._sheet.converted[places]
        return fits | ~converted if condition.fits(None) else fits & converted

    def _first(self, places: Places, page: slice) -> Places:
        """The page of these places in the order asked for."""
        if self._pricer.pack_to is not None:  # sums depend on the number asked for
            total = self._sheet.total(places, self._pricer)
            ordered = self._sheet.in_order(places, self._sort, total)
            return ordered[page]
        ranks = self._sheet.order(self._sort).ranks[places]
        end = page.stop
        if end < len(places):
            first = np.argpartition(ranks, end - 1)[:end]
            places, ranks = places[first], ranks[first]
        shown: Places = places[np.argsort(ranks)][page]
        return shown

    def _failed(self, conditions: Sequence[Condition]) -> NDArray[np.int64]:
        """At each place one bit per condition that does not hold."""
        failed = np.zeros(self._rows.count, np.int64)
        for index, condition in enumerate(conditions):
            if condition.fact == TOTAL:
                held = self._affordable(condition, slice(None))
            else:
                column, judge = self._judged(condition)
                held = judge.of(column.codes)
            failed |= (~held).astype(np.int64) << index
        return failed

    def _nearest(self, places: Places, missed: Sequence[Condition]) -> Quote:
        """Of some places the nearest to fitting, then the first in the order asked for."""
        away = np.zeros(len(places))
        for condition in missed:
            if condition.distance is not None:
                column = self._rows.fact(condition.fact)
                codes, inverse = np.unique(column.codes[places], return_inverse=True)
                far = [condition.distance(column.values[code]) for code in codes.tolist()]
                away += np.array(far)[inverse]
        near = places[away == away.min()]
        return self._quote(int(self._first(near, slice(0, 1))[0]))

    def _quote(self, place: int) -> Quote:
        return self._sheet.quote(place, self._pricer)


def _together(parts: Sequence[_Part]) -> Places:
    found = [part.places() for part in parts]
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def _weight(bits: int, conditions: int) -> tuple[int, tuple[int, ...]]:
    """How badly a place fails: by how many conditions, and what was asked first weighs more."""
    missed = [index for index in range(conditions) if bits >> index & 1]
    return len(missed), tuple(-index for index in missed)
