"""One hour of one commitment: what is left of it, and how it pays for a row of usage, in exact fractions."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .ranking import size_factor, spend_rate, unit_of
from .terms import Commitment, FlexibleCommitment, Reservation, SpendPlan, Usage


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a row paid by a commitment: how much of the row, and what part of the commitment's charge."""

    row: str
    commitment: str
    quantity: Fraction
    charge: Fraction


class Tally:
    """An hour of usage: what is not covered yet, and what covers the rest, in the order it was applied."""

    def __init__(self, usages: Iterable[Usage], hour: int) -> None:
        self.left = {usage.id: Fraction(usage.quantity[hour]) for usage in usages}
        self.shares: list[Share] = []

    def add(self, share: Share) -> None:
        self.left[share.row] -= share.quantity
        self.shares.append(share)


class Meter(ABC):
    """`whole` and what is `left` of it are in the commitment's own measure: units of size, or money."""

    def __init__(self, *, name: str, whole: Decimal, charge: Decimal) -> None:
        self.name = name
        self.whole = self.left = Fraction(whole)
        self._charge = Fraction(charge)

    def apply(self, rows: Sequence[Usage], tally: Tally) -> None:
        """Cover rows in this order until nothing is left. A row is covered in part where that is little."""
        for usage in rows:
            if not self.left:
                return
            wanted, price = tally.left[usage.id], Fraction(self.price(usage))
            taken = min(wanted * price, self.left)
            quantity = taken / price if price else wanted
            if quantity:
                self.left -= taken
                tally.add(Share(usage.id, self.name, quantity, self._charge * taken / self.whole))

    @abstractmethod
    def price(self, usage: Usage) -> Decimal:
        """How much one of these rows takes of what is left."""


class ReservationMeter(Meter):
    """Counts in units of the size group."""

    def __init__(self, mine: Reservation) -> None:
        self.mine = mine
        super().__init__(name=mine.id, whole=mine.quantity * unit_of(mine), charge=mine.charge)

    def price(self, usage: Usage) -> Decimal:
        factor = size_factor(self.mine, usage)
        return unit_of(self.mine) if factor is None else factor


class SpendMeter(Meter):
    """Counts in money: at the plan's rates, or on demand for a commitment with a discount of its own."""

    def __init__(self, mine: SpendPlan | FlexibleCommitment) -> None:
        self.mine = mine
        whole = mine.per_hour if isinstance(mine, SpendPlan) else mine.per_hour_on_demand
        super().__init__(name=mine.id, whole=whole, charge=mine.charge)

    def price(self, usage: Usage) -> Decimal:
        rate = spend_rate(self.mine, usage)
        return usage.on_demand if rate is None else rate


def meter_of(commitment: Commitment) -> Meter:
    """A fresh hour of a commitment."""
    if isinstance(commitment, Reservation):
        return ReservationMeter(commitment)
    return SpendMeter(commitment)
