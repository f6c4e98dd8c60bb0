"""All offers of a catalogue as columns, in an order that keeps rows alike together."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from advisor.catalog.coded import Coded, Coder, Codes, Judge, combined, joined
from advisor.catalog.columns import COLUMNS, DECIMAL_COLUMNS, TEXT_COLUMNS, row_values
from advisor.catalog.facts import FACTS, GROUPED, STRAIGHT
from advisor.catalog.lately import Lately
from providers.offers import Offer, Payment, PriceState, Purchase

Places = NDArray[np.intp]
ValueOf = Callable[[Any], Any]


def _as_written(value: Any) -> Any:
    return value


READ: dict[str, ValueOf] = {
    "purchase": Purchase,
    "payment": lambda text: Payment(text) if text else None,
    "state": PriceState,
    **dict.fromkeys(TEXT_COLUMNS, lambda text: text or None),
    **dict.fromkeys(DECIMAL_COLUMNS, lambda text: None if text is None else Decimal(text)),
}
"""What stands in a column, to the value an offer has. Decimals stand there as texts: 1 and 1.0 stay apart."""
_MOST_OFFERS = 20_000  # kept as objects, those used last; one takes about 2 kB
_MOST_JUDGES = 100


class Rows:
    """Offers and where each came from. A place is a row's number; rows of one accelerator lie together, and
    within them those of one group (GROUPED). Never changed once made.

    `id_ranks[place]` orders all rows by offer id, which decides between equals. The rows of group `g` are
    those from `group_starts[g]` to before `group_starts[g + 1]`.
    """

    def __init__(
        self, columns: Mapping[str, Coded], id_ranks: NDArray[np.int32], hashes: NDArray[np.int64]
    ) -> None:
        """COLUMNS and `source` of rows in any order, the ranks of their offer ids and the hashes of these."""
        group = combined([columns[name] for name in GROUPED], lambda *alike: alike, ordered=False)
        order = np.lexsort((id_ranks, group.codes))
        self.group_starts: Places = np.searchsorted(group.codes[order], np.arange(len(group.values) + 1))
        self.count = len(id_ranks)
        self.id_ranks: NDArray[np.int32] = id_ranks[order]
        self._columns = {
            name: Coded(column.codes[order], column.values, column.ordered)
            for name, column in columns.items()
        }
        self._hashes = hashes[order]
        self._facts: dict[str, Coded] = {}
        self._group_codes: dict[str, Codes] = {}
        self._offers: Lately[int, Offer] = Lately(_MOST_OFFERS)
        self.judges: Lately[str, Judge] = Lately(_MOST_JUDGES)  # by the words of conditions that say all

    @classmethod
    def read(
        cls,
        portions: Iterable[Sequence[Sequence[Any]]],
        read: Mapping[str, ValueOf],
        *,
        more: Sequence[str] = (),
        restated: Callable[[Mapping[str, Coded]], Mapping[str, Coded]] | None = None,
    ) -> Self:
        """From portions of rows of offer id, COLUMNS, source and `more`, read by `read`. `restated` gives the
        columns that say something else than what was read, from all that was; `more` is not kept."""
        names = (*COLUMNS, "source", *more)
        coders, ids = {name: Coder() for name in names}, list[str]()
        for portion in portions:
            first, *rest = zip(*portion, strict=True)
            ids.extend(first)
            for name, values in zip(names, rest, strict=True):
                coders[name].add(values)
        columns = {name: coder.done(read.get(name, _as_written)) for name, coder in coders.items()}
        if restated is not None and ids:
            columns |= restated(columns)
        for name in more:
            del columns[name]
        ranks = np.empty(len(ids), np.int32)
        ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids), dtype=np.int32)
        return cls(columns, ranks, np.fromiter(map(hash, ids), np.int64, len(ids)))

    @classmethod
    def of(cls, rows: Iterable[tuple[Offer, str]]) -> Self:
        """From offers and their sources."""
        held = [(offer.offer_id, *_written(offer), source) for offer, source in rows]
        return cls.read([held] if held else [], READ)

    def with_offers(
        self, instead: Mapping[int, tuple[Offer, str]], added: Sequence[tuple[Offer, str]]
    ) -> "Rows":
        """The same rows with other offers of the same ids at some places, and with offers of new ids."""
        new = Rows.of([*instead.values(), *added])
        at = {offer.offer_id: place for place, (offer, _) in instead.items()}
        moved = [at.get(new.offer(place).offer_id, -1) for place in range(new.count)]
        replaced = np.array([place for place in moved if place >= 0], np.intp)
        from_new = np.array([place >= 0 for place in moved], np.bool_)
        columns = {
            name: joined(column, new._columns[name], replaced, from_new)
            for name, column in self._columns.items()
        }
        fresh = np.flatnonzero(~from_new)
        before = [self._rank_before(new.offer(place).offer_id) for place in fresh.tolist()]
        ranks = np.empty(self.count + len(fresh), np.int32)
        order = np.lexsort(  # a new id goes before the old one of the rank it would take
            (
                np.concatenate([np.zeros(self.count, np.int32), new.id_ranks[fresh] - new.count]),
                np.concatenate([self.id_ranks, np.array(before, np.int32)]),
            )
        )
        ranks[order] = np.arange(len(ranks), dtype=np.int32)
        return Rows(columns, ranks, np.concatenate([self._hashes, new._hashes[fresh]]))

    def _rank_before(self, offer_id: str) -> int:
        """How many of these offers have a smaller id."""
        by_rank = self._by_rank
        return bisect_left(range(self.count), offer_id, key=lambda r: self.offer(int(by_rank[r])).offer_id)

    @cached_property
    def _by_rank(self) -> Places:
        return np.argsort(self.id_ranks, kind="stable")

    def column(self, name: str) -> Coded:
        """One of COLUMNS or `source`, as offers hold it."""
        return self._columns[name]

    def fact(self, name: str) -> Coded:
        """One of FACTS: what conditions and orders look at."""
        found = self._facts.get(name)
        if found is None:
            fact = FACTS[name]
            if name in STRAIGHT:
                found = self._columns[fact.columns[0]]
            else:
                found = combined([self._columns[c] for c in fact.columns], fact.of, ordered=fact.ordered)
            self._facts[name] = found
        return found

    def group_codes(self, name: str) -> Codes:
        """By group the code of a fact that is the same for all its rows."""
        found = self._group_codes.get(name)
        if found is None:
            found = self._group_codes[name] = self.fact(name).codes[self.group_starts[:-1]]
        return found

    def offer(self, place: int) -> Offer:
        """The offer of a place, made when it is first asked for."""
        return self._offers.of(place, lambda: self._offer(place))

    def _offer(self, place: int) -> Offer:
        return Offer(**{name: self._columns[name].of(place) for name in COLUMNS})

    def place_of(self, offer_id: str) -> int | None:
        """The place of an offer by its id; None when it is not among these."""
        hashes, order = self._by_hash
        wanted = hash(offer_id)
        alike = order[np.searchsorted(hashes, wanted) : np.searchsorted(hashes, wanted, side="right")]
        return next((p for p in alike.tolist() if self.offer(p).offer_id == offer_id), None)

    def same_machine(self, place: int) -> Places:
        """Places of the machine of a place in its region, under whatever terms."""
        return self._of_machine(int(self.fact("machine").codes[place]))

    def of_machine(self, provider: str, region: str, instance_type: str) -> Places:
        """Places of one machine in one region, under whatever terms."""
        code = self._machine_codes.get((provider, region, instance_type))
        return np.zeros(0, np.intp) if code is None else self._of_machine(code)

    def _of_machine(self, code: int) -> Places:
        starts, order = self._by_machine
        return order[starts[code] : starts[code + 1]]

    @cached_property
    def _machine_codes(self) -> dict[tuple[str, str, str], int]:
        return {names: code for code, names in enumerate(self.fact("machine").values)}

    def of_accelerator(self, name: str | None) -> Places:
        """Places of the offers of one accelerator, None: of machines without any."""
        accelerator = self._columns["accelerator"]
        if name not in accelerator.values:
            return np.zeros(0, np.intp)
        code = accelerator.values.index(name)
        first, last = np.searchsorted(accelerator.codes, [code, code + 1])
        return np.arange(first, last)

    @cached_property
    def _by_machine(self) -> tuple[Places, Places]:
        machine = self.fact("machine")
        order = np.argsort(machine.codes, kind="stable")
        starts = np.searchsorted(machine.codes[order], np.arange(len(machine.values) + 1))
        return starts, order

    @cached_property
    def _by_hash(self) -> tuple[NDArray[np.int64], Places]:
        order = np.argsort(self._hashes, kind="stable")
        return self._hashes[order], order


def _written(offer: Offer) -> Iterator[Any]:
    for value in row_values(offer).values():
        yield str(value) if isinstance(value, Decimal) else value
