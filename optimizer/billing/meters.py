"""One hour of one commitment: what is left of it, and how it pays for a row of usage."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .exact import floor_divide
from .ranking import ONE, size_factor, spend_rate, unit_of
from .terms import Commitment, FlexibleCommitment, Reservation, SpendPlan, Usage


@dataclass(frozen=True, slots=True)
class Cover:
    """Part of a usage row paid by a commitment: how much of the row, and what part of the charge."""

    commitment: str
    quantity: Decimal
    charge: Decimal


class Tally:
    """An hour of usage: what is not covered yet, and what covers the rest."""

    def __init__(self, usages: Iterable[Usage], hour: int) -> None:
        self.left = {usage.id: usage.quantity[hour] for usage in usages}
        self.covers: dict[str, list[Cover]] = {usage_id: [] for usage_id in self.left}

    def cover(self, usage: Usage, cover: Cover) -> None:
        self.left[usage.id] -= cover.quantity
        self.covers[usage.id].append(cover)


class Meter(ABC):
    """`left` is in the commitment's own measure: units of size, or money."""

    def __init__(self, *, name: str, left: Decimal) -> None:
        self.name = name
        self.left = left
        self.used = Decimal(0)  # money

    def apply(self, rows: Sequence[Usage], tally: Tally) -> None:
        """Cover rows in this order until nothing is left. A row is covered in part where that is little."""
        for usage in rows:
            if not self.left:
                return
            wanted, price = tally.left[usage.id], self.price(usage)
            taken = min(wanted * price, self.left)
            quantity = wanted if taken == wanted * price else floor_divide(taken, price)
            if quantity:
                charge = self.charge(taken)
                self.left -= taken
                self.used += charge
                tally.cover(usage, Cover(self.name, quantity, charge))

    @abstractmethod
    def price(self, usage: Usage) -> Decimal:
        """How much one of these rows takes of what is left."""

    @abstractmethod
    def charge(self, taken: Decimal) -> Decimal:
        """The part of the hour's charge for what is taken of `left`, before it is taken."""


class ReservationMeter(Meter):
    """Counts in units of the size group."""

    def __init__(self, reservation: Reservation) -> None:
        self.reservation = reservation
        self.unit = unit_of(reservation)
        self.units = reservation.quantity * self.unit
        super().__init__(name=reservation.id, left=self.units)

    def price(self, usage: Usage) -> Decimal:
        factor = size_factor(self.reservation, usage)
        return self.unit if factor is None else factor

    def charge(self, taken: Decimal) -> Decimal:
        total = self.reservation.charge
        return total - self.used if taken == self.left else floor_divide(total * taken, self.units)

    @property
    def quantity_used(self) -> Decimal:
        """In instances of the reserved type."""
        return floor_divide(self.units - self.left, self.unit)


class SpendMeter(Meter):
    """Counts in money: at the plan's rates, or on demand for a commitment with a discount of its own."""

    def __init__(self, plan: SpendPlan | FlexibleCommitment) -> None:
        self.plan = plan
        if isinstance(plan, SpendPlan):
            left, self.charged_fraction = plan.per_hour, ONE
        else:
            left, self.charged_fraction = plan.per_hour_on_demand, 1 - plan.discount_fraction
        super().__init__(name=plan.id, left=left)

    def price(self, usage: Usage) -> Decimal:
        rate = spend_rate(self.plan, usage)
        return usage.on_demand if rate is None else rate

    def charge(self, taken: Decimal) -> Decimal:
        return taken * self.charged_fraction


def meter_of(commitment: Commitment) -> ReservationMeter | SpendMeter:
    """A fresh hour of a commitment."""
    if isinstance(commitment, Reservation):
        return ReservationMeter(commitment)
    return SpendMeter(commitment)
