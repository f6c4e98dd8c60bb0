"""AWS's order once more, in fractions and as plainly as it is documented: one instance-share at a time.

It shares no code with the engine but the sizes' table, whose figures have tests of their own.
"""

from collections.abc import Sequence
from fractions import Fraction

from optimizer.billing import Commitment, Kind, Reservation, SpendPlan, Usage


def on_demand_left(usages: Sequence[Usage], commitments: Sequence[Commitment]) -> dict[str, Fraction]:
    """What is left of each row, in the first hour, after zonal, regional, EC2 Instance and Compute."""
    left = {usage.id: Fraction(usage.quantity[0]) for usage in usages}
    reservations = [one for one in commitments if isinstance(one, Reservation)]
    plans = [one for one in commitments if isinstance(one, SpendPlan)]
    units = {one.id: Fraction(one.quantity) * _unit(one) for one in reservations}
    for zonal in (True, False):
        stage = [one for one in reservations if bool(one.zone) is zonal]
        for own in (True, False):
            for one in stage:
                rows = [row for row in usages if (row.account == one.account) is own and _fits(one, row)]
                for row in sorted(rows, key=lambda row: (_size(one, row), row.id)):
                    share = min(left[row.id], units[one.id] / _size(one, row))
                    left[row.id] -= share
                    units[one.id] -= share * _size(one, row)
    money = {one.id: Fraction(one.per_hour) for one in plans}
    for kind in (Kind.EC2_SP, Kind.COMPUTE_SP):
        for own in (True, False):
            for plan in (one for one in plans if one.kind is kind):
                rows = [row for row in usages if (row.account == plan.account) is own and _pays(plan, row)]
                for row in sorted(rows, key=lambda row: (_kept(kind, row), _rate(kind, row), row.id)):
                    share = min(left[row.id], money[plan.id] / _rate(kind, row))
                    left[row.id] -= share
                    money[plan.id] -= share * _rate(kind, row)
    return left


def _unit(one: Reservation) -> Fraction:
    return Fraction(one.size.factor) if one.size else Fraction(1)


def _size(one: Reservation, row: Usage) -> Fraction:
    return Fraction(row.size.factor) if one.size and row.size else Fraction(1)


def _fits(one: Reservation, row: Usage) -> bool:
    if one.zone:
        return row.zone == one.zone and row.instance_type == one.instance_type
    return row.instance_type.split(".")[0] == one.instance_type.split(".")[0]


def _pays(one: SpendPlan, row: Usage) -> bool:
    if one.kind is Kind.EC2_SP and row.instance_type.split(".")[0] != one.family:
        return False
    return row.rates is not None and one.kind in row.rates


def _rate(kind: Kind, row: Usage) -> Fraction:
    assert row.rates is not None
    return Fraction(row.rates[kind])


def _kept(kind: Kind, row: Usage) -> Fraction:
    """What is left of the price: the least is the highest saving."""
    return _rate(kind, row) / Fraction(row.on_demand)
