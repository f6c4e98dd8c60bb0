"""The order in which each provider applies commitments, stage by stage.

AWS: zonal reservations, regional ones, EC2 Instance plans, Compute plans, SageMaker plans; in each stage
first on the owner's usage, then what is left on the others'. Azure and Google: reservations, then spend; in
each stage what is limited to one account before what all share.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .ranking import ranked, unit_of
from .terms import Commitment, Kind, Reservation, SpendPlan, Usage

Stage = Callable[[Commitment], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """A commitment, and the rows it is applied to, in order."""

    commitment: str
    rows: tuple[Usage, ...]


def _zonal(commitment: Commitment) -> bool:
    return isinstance(commitment, Reservation) and bool(commitment.zone)


def _regional(commitment: Commitment) -> bool:
    return isinstance(commitment, Reservation) and not commitment.zone


def _plans(kind: Kind) -> Stage:
    return lambda commitment: isinstance(commitment, SpendPlan) and commitment.kind is kind


def _spend(commitment: Commitment) -> bool:
    return not isinstance(commitment, Reservation)


STAGES: dict[str, tuple[Stage, ...]] = {
    "aws": (_zonal, _regional, _plans(Kind.EC2_SP), _plans(Kind.COMPUTE_SP), _plans(Kind.SAGEMAKER_SP)),
    "azure": (_regional, _spend),
    "gcp": (_regional, _spend),
}


def steps_of(commitments: Sequence[Commitment], usages: Sequence[Usage]) -> tuple[Step, ...]:
    """All steps of an hour. They are the same in every hour: only what is left differs."""
    return tuple(
        Step(commitment.id, rows)
        for provider, stages in STAGES.items()
        for stage in stages
        for commitment, rows in _passes(
            provider, [one for one in commitments if one.provider == provider and stage(one)], usages
        )
        if rows
    )


def _passes(
    provider: str, commitments: Sequence[Commitment], usages: Sequence[Usage]
) -> Iterator[tuple[Commitment, tuple[Usage, ...]]]:
    is_aws = provider == "aws"
    in_order = sorted(commitments, key=_small_first)
    for one in in_order:
        if is_aws or not one.shared:
            yield one, ranked(one, [usage for usage in usages if _owns(one, usage)])
    for one in in_order:
        if one.shared:
            others = [usage for usage in usages if not (is_aws and _owns(one, usage))]
            yield one, ranked(one, others)


def _owns(commitment: Commitment, usage: Usage) -> bool:
    """Where one of the two names no account, they are taken for the same."""
    return not commitment.account or not usage.account or commitment.account == usage.account


def _small_first(commitment: Commitment) -> tuple[Decimal, str]:
    """Small reservations before large ones, then by id: it decides which one is left over, not the total."""
    return (unit_of(commitment) if isinstance(commitment, Reservation) else Decimal(0), commitment.id)
