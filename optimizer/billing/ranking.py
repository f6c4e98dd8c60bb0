"""Which usage a commitment may cover, and what it covers first."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .sizes import family_of
from .terms import Commitment, FlexibleCommitment, Kind, Reservation, SpendPlan, Usage

ONE = Decimal(1)


def ranked(commitment: Commitment, usages: Iterable[Usage]) -> tuple[Usage, ...]:
    """The rows it may cover, in the order it covers them; ids settle what the provider leaves open.

    Reservations: smallest size first. Spend: highest saving first, at equal savings the lowest rate.
    """
    rank = _by_size if isinstance(commitment, Reservation) else _by_saving
    places = [
        (place, usage)
        for usage in usages
        if usage.provider == commitment.provider and (place := rank(commitment, usage)) is not None
    ]
    return tuple(usage for _, usage in sorted(places, key=lambda pair: pair[0]))


def _by_size(commitment: Commitment, usage: Usage) -> tuple[Any, ...] | None:
    factor = size_factor(commitment, usage) if isinstance(commitment, Reservation) else None
    return None if factor is None else (factor, usage.instance_type, usage.id)


def _by_saving(commitment: Commitment, usage: Usage) -> tuple[Any, ...] | None:
    rate = None if isinstance(commitment, Reservation) else spend_rate(commitment, usage)
    return None if rate is None else (Fraction(rate) / Fraction(usage.on_demand), rate, usage.id)


def size_factor(mine: Reservation, usage: Usage) -> Decimal | None:
    """Units of the reservation that one of these instances takes; None for a row it cannot cover."""
    if not _same_place(mine, usage):
        return None
    if mine.provider == "aws" and (
        usage.service != "ec2" or usage.platform != mine.platform or usage.tenancy != mine.tenancy
    ):
        return None
    if mine.size and usage.size and usage.size.group == mine.size.group:
        return usage.size.factor
    return unit_of(mine) if usage.instance_type == mine.instance_type else None


def unit_of(mine: Reservation) -> Decimal:
    """Units of one reserved instance."""
    return mine.size.factor if mine.size else ONE


def _same_place(mine: Reservation, usage: Usage) -> bool:
    if mine.zone:
        return usage.zone == mine.zone and (not mine.region or usage.region in ("", mine.region))
    return bool(mine.region) and usage.region == mine.region


def spend_rate(plan: SpendPlan | FlexibleCommitment, usage: Usage) -> Decimal | None:
    """What one of these takes of the commitment; None for a row it cannot cover."""
    if isinstance(plan, FlexibleCommitment):
        # it holds a discount of its own: rows are taken in unless their rates leave it out
        left_out = usage.rates is not None and Kind.FLEXIBLE_CUD not in usage.rates
        return None if left_out else usage.on_demand
    rate = plan.rates.get(usage.id, usage.rate(plan.kind))
    if rate is None:
        return None
    if plan.kind is Kind.SAVINGS_PLAN:
        return min(rate, usage.on_demand)  # Azure takes the lower of the two from the commitment
    return rate if _aws_plan_covers(plan, usage) else None


def _aws_plan_covers(plan: SpendPlan, usage: Usage) -> bool:
    if plan.kind is Kind.EC2_SP:
        mine = (usage.service, family_of(usage.instance_type), usage.region)
        return mine == ("ec2", plan.family, plan.region)
    return ("sagemaker" in usage.service) is (plan.kind is Kind.SAGEMAKER_SP)
