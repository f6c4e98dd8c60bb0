"""The bill: every hour by itself, then added up. What is not used in its hour is lost, and charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .exact import exactly
from .meters import Cover, ReservationMeter, Tally, meter_of
from .order import Step, steps_of
from .terms import Commitment, Reservation, Usage

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A usage row in one hour (from 0): `quantity_on_demand` plus the covered quantities is what was used."""

    id: str
    hour: int
    quantity_on_demand: Decimal
    on_demand_charge: Decimal
    covered: tuple[Cover, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentBill:
    """A commitment over all hours: `charged` is `used` plus `unused`, all three money.

    The quantities are instance-hours of the reserved type; None for what is a commitment to spend.
    """

    id: str
    charged: Decimal
    used: Decimal
    unused: Decimal
    quantity_used: Decimal | None
    quantity_unused: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """`total` is `on_demand` plus what all commitments charge; lines stand by hour, in it as the rows do.

    `all_on_demand` is what the same usage would cost without any commitment, `saving` what is paid less.
    """

    total: Decimal
    on_demand: Decimal
    all_on_demand: Decimal
    saving: Decimal
    commitments: tuple[CommitmentBill, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Hour:
    left: dict[str, Decimal]
    covers: dict[str, tuple[Cover, ...]]
    used: dict[str, Decimal]
    quantity_used: dict[str, Decimal]


def make_bill(usages: Sequence[Usage], commitments: Sequence[Commitment], *, hours: int) -> Bill:
    """What is charged for `hours` hours. Every row has a quantity for each; ids are unique in each list."""
    with exactly():
        alike: dict[tuple[Decimal, ...], _Hour] = {}
        found: list[_Hour] = []
        steps = steps_of(commitments, usages)
        for hour in range(hours):
            quantities = tuple(usage.quantity[hour] for usage in usages)
            if quantities not in alike:
                alike[quantities] = _apply(usages, commitments, steps, hour)
            found.append(alike[quantities])
        lines = tuple(_line(usage, number, hour) for number, hour in enumerate(found) for usage in usages)
        on_demand = sum((line.on_demand_charge for line in lines), ZERO)
        charges = tuple(_charge(commitment, found) for commitment in commitments)
        all_on_demand = sum((sum(usage.quantity, ZERO) * usage.on_demand for usage in usages), ZERO)
        total = on_demand + sum((charge.charged for charge in charges), ZERO)
        return Bill(
            total=total,
            on_demand=on_demand,
            all_on_demand=all_on_demand,
            saving=all_on_demand - total,
            commitments=charges,
            lines=lines,
        )


def _apply(
    usages: Sequence[Usage], commitments: Sequence[Commitment], steps: Sequence[Step], hour: int
) -> _Hour:
    tally = Tally(usages, hour)
    meters = {commitment.id: meter_of(commitment) for commitment in commitments}
    for step in steps:
        meters[step.commitment].apply(step.rows, tally)
    return _Hour(
        left=tally.left,
        covers={usage_id: tuple(covers) for usage_id, covers in tally.covers.items()},
        used={name: meter.used for name, meter in meters.items()},
        quantity_used={
            name: meter.quantity_used for name, meter in meters.items() if isinstance(meter, ReservationMeter)
        },
    )


def _line(usage: Usage, number: int, hour: _Hour) -> Line:
    left = hour.left[usage.id]
    return Line(
        id=usage.id,
        hour=number,
        quantity_on_demand=left,
        on_demand_charge=left * usage.on_demand,
        covered=hour.covers[usage.id],
    )


def _charge(commitment: Commitment, hours: Sequence[_Hour]) -> CommitmentBill:
    charged = commitment.charge * len(hours)
    used = sum((hour.used[commitment.id] for hour in hours), ZERO)
    quantity_used = quantity_unused = None
    if isinstance(commitment, Reservation):
        quantity_used = sum((hour.quantity_used[commitment.id] for hour in hours), ZERO)
        quantity_unused = commitment.quantity * len(hours) - quantity_used
    return CommitmentBill(
        id=commitment.id,
        charged=charged,
        used=used,
        unused=charged - used,
        quantity_used=quantity_used,
        quantity_unused=quantity_unused,
    )
