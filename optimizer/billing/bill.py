"""The bill: every hour by itself, then added up. What is not used in its hour is lost, and charged."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .exact import exactly, parts, written
from .meters import Share, Tally, meter_of
from .order import Step, steps_of
from .terms import Commitment, Reservation, Usage

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cover:
    """Part of a usage row paid by a commitment: how much of the row, and what part of the charge."""

    commitment: str
    quantity: Decimal
    charge: Decimal


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
    """Covers by row; money used by commitment; for reservations, the fraction of it that was used."""

    covers: dict[str, tuple[Cover, ...]]
    used: dict[str, Decimal]
    used_fraction: dict[str, Fraction]


def make_bill(usages: Sequence[Usage], commitments: Sequence[Commitment], *, hours: int) -> Bill:
    """What is charged for `hours` hours. Every row has a quantity for each; ids are unique in each list."""
    with exactly():
        steps = steps_of(commitments, usages)
        alike: dict[tuple[Decimal, ...], _Hour] = {}
        found: list[_Hour] = []
        for hour in range(hours):
            quantities = tuple(usage.quantity[hour] for usage in usages)
            if quantities not in alike:
                alike[quantities] = _apply(usages, commitments, steps, hour)
            found.append(alike[quantities])
        lines = tuple(_line(usage, number, hour) for number, hour in enumerate(found) for usage in usages)
        charges = tuple(_charge(commitment, found) for commitment in commitments)
        on_demand = sum((line.on_demand_charge for line in lines), ZERO)
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
    quantities = _written(tally.shares, [(usage.id, usage.quantity[hour]) for usage in usages], by_row=True)
    charges = _written(tally.shares, [(one.id, one.charge) for one in commitments], by_row=False)
    covers: dict[str, list[Cover]] = {usage.id: [] for usage in usages}
    used = dict.fromkeys(meters, ZERO)
    for share in tally.shares:
        charge = charges[share.row, share.commitment]
        covers[share.row].append(Cover(share.commitment, quantities[share.row, share.commitment], charge))
        used[share.commitment] += charge
    return _Hour(
        covers={row: tuple(found) for row, found in covers.items()},
        used=used,
        used_fraction={name: 1 - meter.left / meter.whole for name, meter in meters.items()},
    )


def _written(
    shares: Sequence[Share], wholes: Sequence[tuple[str, Decimal]], *, by_row: bool
) -> dict[tuple[str, str], Decimal]:
    """Quantities by row, or charges by commitment, as decimals that add up to whole rows or whole charges."""
    groups: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        groups[share.row if by_row else share.commitment].append(share)
    found: dict[tuple[str, str], Decimal] = {}
    for name, whole in wholes:
        mine = groups[name]
        figures = parts([share.quantity if by_row else share.charge for share in mine], whole)
        for share, figure in zip(mine, figures, strict=True):
            found[share.row, share.commitment] = figure
    return found


def _line(usage: Usage, number: int, hour: _Hour) -> Line:
    covers = hour.covers[usage.id]
    left = usage.quantity[number] - sum((cover.quantity for cover in covers), ZERO)
    return Line(
        id=usage.id,
        hour=number,
        quantity_on_demand=left,
        on_demand_charge=left * usage.on_demand,
        covered=covers,
    )


def _charge(commitment: Commitment, hours: Sequence[_Hour]) -> CommitmentBill:
    charged = commitment.charge * len(hours)
    used = sum((hour.used[commitment.id] for hour in hours), ZERO)
    quantity_used = quantity_unused = None
    if isinstance(commitment, Reservation):
        share = sum((hour.used_fraction[commitment.id] for hour in hours), Fraction(0))
        quantity_used = written(share * Fraction(commitment.quantity))
        quantity_unused = commitment.quantity * len(hours) - quantity_used
    return CommitmentBill(
        id=commitment.id,
        charged=charged,
        used=used,
        unused=charged - used,
        quantity_used=quantity_used,
        quantity_unused=quantity_unused,
    )
