"""A search over columns: each condition is asked once per distinct value, never once per row."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.catalog.coded import Coded, Table
from advisor.catalog.conditions import TOTAL, Condition
from advisor.catalog.explain import EmptyList, Relief
from advisor.catalog.pricing import Pricer, Quote
from advisor.catalog.rows import Places, Rows
from advisor.catalog.sheets import Sheet
from advisor.catalog.sources import Found

_MOST_SPANS = 64


class ColumnSearch:
    """One question to all rows of a catalogue."""

    def __init__(self, rows: Rows, sheet: Sheet, pricer: Pricer, sort: str) -> None:
        self._rows = rows
        self._sheet = sheet
        self._pricer = pricer
        self._sort = sort

    def find(self, conditions: Sequence[Condition], window: Condition, page: slice) -> Found:
        fitting = self._fitting(conditions)
        until, still = self._column(window)
        open_ones = fitting[still[until.codes[fitting]]]
        shown = self._first(open_ones, page)
        return Found(
            total=len(open_ones),
            ended=len(fitting) - len(open_ones),
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

    def _fitting(self, conditions: Sequence[Condition]) -> Places:
        """Places that fit all conditions, in rising order."""
        by_fact = [
            (condition, *self._column(condition)) for condition in conditions if condition.fact != TOTAL
        ]
        tables = [(column, table) for _, column, table in by_fact if not table.all()]
        if not all(table.any() for _, table in tables):
            return np.zeros(0, np.intp)
        accelerators = [table for condition, _, table in by_fact if condition.fact == "accelerator"]
        found = [self._within(span, tables) for span in self._spans(accelerators)]
        places = np.concatenate(found) if found else np.zeros(0, np.intp)
        for condition in conditions:
            if condition.fact == TOTAL:
                places = places[self._affordable(condition, places)]
        return places

    def _spans(self, accelerators: Sequence[Table]) -> Iterator[slice]:
        """The rows of the accelerators that fit; all rows where that would be too many pieces."""
        if not accelerators:
            yield slice(0, self._rows.count)
            return
        codes = np.flatnonzero(np.logical_and.reduce(accelerators))
        runs = np.split(codes, np.flatnonzero(np.diff(codes) > 1) + 1)
        if len(runs) > _MOST_SPANS:
            yield slice(0, self._rows.count)
            return
        for run in runs:
            if len(run):
                yield slice(self._rows.span(int(run[0])).start, self._rows.span(int(run[-1])).stop)

    def _within(self, span: slice, tables: Sequence[tuple[Coded, Table]]) -> Places:
        held: NDArray[np.bool_] | None = None
        for column, table in tables:
            fits = table[column.codes[span]]
            held = fits if held is None else held & fits
        if held is None:
            return np.arange(span.start, span.stop)
        places: Places = np.flatnonzero(held) + span.start
        return places

    def _column(self, condition: Condition) -> tuple[Coded, Table]:
        column = self._rows.fact(condition.fact)
        return column, column.table(condition.fits, rising=condition.rising)

    def _affordable(self, condition: Condition, places: Places) -> NDArray[np.bool_]:
        total = self._sheet.total(places, self._pricer)
        fits = total.table(condition.fits, rising=condition.rising)[total.codes]
        held: NDArray[np.bool_] = np.where(self._sheet.converted[places], fits, condition.fits(None))
        return held

    def _first(self, places: Places, page: slice) -> Places:
        """The page of these places in the order asked for."""
        if self._pricer.pack_to is not None:  # sums depend on the number asked for
            total = self._sheet.total(places, self._pricer)
            ordered = self._sheet.in_order(places, self._sort, total)
            return ordered[page]
        ranks = self._sheet.ranks(self._sort)[places]
        end = page.stop
        if end < len(places):
            first = np.argpartition(ranks, end - 1)[:end]
            places, ranks = places[first], ranks[first]
        shown: Places = places[np.argsort(ranks)][page]
        return shown

    def _failed(self, conditions: Sequence[Condition]) -> NDArray[np.int64]:
        """At each place one bit per condition that does not hold."""
        failed = np.zeros(self._rows.count, np.int64)
        everything: Places = np.arange(self._rows.count)
        for index, condition in enumerate(conditions):
            if condition.fact == TOTAL:
                held = self._affordable(condition, everything)
            else:
                column, table = self._column(condition)
                held = table[column.codes]
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


def _weight(bits: int, conditions: int) -> tuple[int, tuple[int, ...]]:
    """How badly a place fails: by how many conditions, and what was asked first weighs more."""
    missed = [index for index in range(conditions) if bits >> index & 1]
    return len(missed), tuple(-index for index in missed)
