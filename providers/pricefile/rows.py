"""Rows of cells to offers: what a row must satisfy alone and among its neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.accelerators import AcceleratorTable, reference_table
from providers.errors import PriceFileError
from providers.offers import InvalidOffer, Offer, Payment, Purchase
from providers.pricefile.cells import BadCell
from providers.pricefile.columns import Column
from providers.text import shown
from providers.tiers import clash, marked

MAX_REFUSED_IN_DETAIL = 1000
"""Refused rows beyond this many are counted but not described."""

# A file that is nearly all refusals after so many of them is not worth reading to its end.
_HOPELESS_REFUSED = 50_000
_HOPELESS_PER_OFFER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that is no offer. `line` counts from 1 with the header; `value` is cut for display."""

    line: int
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.value or 'empty'}: {self.reason}"


class _Refused(Exception):
    """Leaves the reading of a row: which field, its value, and why (worded only when it is shown)."""

    def __init__(self, field: str, value: str, cause: BadCell | InvalidOffer) -> None:
        super().__init__(field)
        self.field = field
        self.value = value
        self.cause = cause


_EMPTY = BadCell("must not be empty; leave out the row when the price is unknown")


def _upfront_fault(values: Mapping[str, Any]) -> BadCell | None:
    """A reservation's upfront payment must be what its `payment` says; a missing one is not zero."""
    payment, upfront = values.get("payment"), values.get("upfront")
    if values["purchase"] is not Purchase.RESERVED or payment is None:
        return None
    if payment is Payment.NONE:
        return BadCell("must be empty or 0, as payment is none") if upfront else None
    return BadCell(f"payment is {payment}: must say what is paid upfront") if upfront is None else None


class RowReader:
    """Takes rows one by one and keeps the offers, the first refusals in detail, and the counts."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        accelerators: AcceleratorTable | None,
        source: str,
        latest: datetime | None = None,
    ) -> None:
        self.offers: list[Offer] = []
        self.refused: list[RefusedRow] = []
        self.rows = 0
        self._parsers = [(column.name, column.parse, column.required) for column in columns]
        self._accelerators = accelerators
        self._source = source
        self._latest = latest
        self._lines: list[int] = []  # of each offer
        self._first: dict[str, int] = {}  # by key, the position of its first offer
        self._tiers: dict[str, list[int]] = {}  # by key, of all its offers where there are several

    def take(self, line: int, cells: list[str]) -> None:
        """One row that begins on `line`; raises `PriceFileError` when nearly all rows are refused."""
        self.rows += 1
        try:
            offer = self._offer(cells)
            position = len(self.offers)
            first = self._first.setdefault(offer.key, position)
            if first != position:
                self._take_beside(offer, first)
        except _Refused as refused:
            self._refuse(line, refused)
        else:
            self.offers.append(offer)
            self._lines.append(line)

    def done(self) -> tuple[Offer, ...]:
        """All offers, volume tiers with names of their own."""
        for positions in self._tiers.values():
            for position, tier in zip(positions, marked([self.offers[p] for p in positions]), strict=True):
                self.offers[position] = tier
        return tuple(self.offers)

    def _take_beside(self, offer: Offer, first: int) -> None:
        """A further row of an offer that was taken: a volume tier, or refused."""
        positions = self._tiers.get(offer.key, [first])
        for position in positions:
            if fault := clash(offer, self.offers[position], self._lines[position]):
                raise _Refused(fault.field, fault.value, fault)
        self._tiers[offer.key] = [*positions, len(self.offers)]

    def _offer(self, cells: list[str]) -> Offer:
        if len(cells) != len(self._parsers):
            count = BadCell(f"has {len(cells)} cells; must have {len(self._parsers)}, as the header")
            raise _Refused("row", cells[0], count)
        values: dict[str, Any] = {}
        for (name, parse, required), cell in zip(self._parsers, cells, strict=True):
            cell = cell.strip()
            if cell:
                try:
                    values[name] = parse(cell)
                except BadCell as bad:
                    raise _Refused(name, cell, bad) from None
            elif required:
                raise _Refused(name, cell, _EMPTY)
        if "accelerator" in values:
            values["accelerator"] = self._canonical(
                values["accelerator"], values.get("accelerator_memory_gib")
            )
        seen = values.get("observed_at")
        if self._latest is not None and seen is not None and seen > self._latest:
            future = BadCell(f"lies in the future; must be {self._latest:%Y-%m-%dT%H:%MZ} or earlier")
            raise _Refused("observed_at", self._written(cells, "observed_at"), future)
        if fault := _upfront_fault(values):
            raise _Refused("upfront", self._written(cells, "upfront"), fault)
        try:
            return Offer(**values)
        except InvalidOffer as invalid:
            raise _Refused(invalid.field, self._written(cells, invalid.field), invalid) from None

    def _written(self, cells: list[str], field: str) -> str:
        # The cell as its author wrote it: a Decimal would print 0.0000009 as 9E-7.
        return next(
            (c.strip() for (name, *_), c in zip(self._parsers, cells, strict=True) if name == field), ""
        )

    def _canonical(self, name: str, memory_gib: Decimal | None) -> str:
        table = self._accelerators
        if table is None:
            table = self._accelerators = reference_table()
        return table.canonical_name(name, memory_gib) or name

    def _refuse(self, line: int, refused: _Refused) -> None:
        if len(self.refused) < MAX_REFUSED_IN_DETAIL:
            cause = refused.cause
            reason = cause.worded() if isinstance(cause, BadCell) else cause.reason
            self.refused.append(
                RefusedRow(line=line, field=refused.field, value=shown(refused.value), reason=reason)
            )
        count = self.rows - len(self.offers)
        if count >= _HOPELESS_REFUSED and count > _HOPELESS_PER_OFFER * len(self.offers):
            raise PriceFileError(
                f"{self._source}: gave up at line {line}: {count} of {self.rows} rows are refused, "
                f"the first of them: {self.refused[0]}"
            )
