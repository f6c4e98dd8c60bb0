"""What was used and what was committed to. Money is per hour and in one currency; quantities are per hour.

A quantity counts instances where the price is per instance-hour; for other services it counts whatever the
price is for (vCPU-hours, GB-seconds).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of commitments, as files name them."""

    RESERVED = "reserved"
    COMPUTE_SP = "compute_sp"
    EC2_SP = "ec2_sp"
    SAGEMAKER_SP = "sagemaker_sp"
    SAVINGS_PLAN = "savings_plan"
    FLEXIBLE_CUD = "flexible_cud"


@dataclass(frozen=True, slots=True)
class Size:
    """A machine's place among those one reservation may cover: group, and its size in units of the group."""

    group: str
    factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One kind of thing used; `quantity` has an entry for each hour.

    `rates` are discounted prices by kind of commitment: without one, plans of that kind cannot cover the row.
    None says nothing about rates at all. Empty text stands for what is not known: it matches nothing, but an
    unknown account is taken for the owner's.
    """

    id: str
    provider: str
    quantity: tuple[Decimal, ...]
    on_demand: Decimal
    service: str = ""
    rates: Mapping[Kind, Decimal] | None = None
    account: str = ""
    region: str = ""
    zone: str = ""
    instance_type: str = ""
    platform: str = "linux"
    tenancy: str = "default"
    size: Size | None = None

    def rate(self, kind: Kind) -> Decimal | None:
        """The discounted price under a kind of commitment, or None."""
        return self.rates.get(kind) if self.rates is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """`quantity` instances paid at `per_hour` each in every hour, used or not. A zone makes it zonal.

    `size` is None where the benefit holds for exactly this instance type.
    """

    id: str
    provider: str
    quantity: Decimal
    per_hour: Decimal
    instance_type: str
    region: str = ""
    zone: str = ""
    account: str = ""
    shared: bool = True
    platform: str = "linux"
    tenancy: str = "default"
    size: Size | None = None

    @property
    def charge(self) -> Decimal:
        """Due in every hour."""
        return self.quantity * self.per_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendPlan:
    """Spends `per_hour` in every hour, on usage at its rates; an EC2 Instance plan has a family.

    `rates` by id of a row go before those that the row itself has for the kind.
    """

    id: str
    provider: str
    kind: Kind
    per_hour: Decimal
    account: str = ""
    shared: bool = True
    family: str = ""
    region: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def charge(self) -> Decimal:
        """Due in every hour."""
        return self.per_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class FlexibleCommitment:
    """Covers usage worth up to `per_hour_on_demand` on demand, for that less the discount."""

    id: str
    provider: str
    per_hour_on_demand: Decimal
    discount_fraction: Decimal
    account: str = ""
    shared: bool = True

    @property
    def charge(self) -> Decimal:
        """Due in every hour."""
        return self.per_hour_on_demand * (1 - self.discount_fraction)


Commitment = Reservation | SpendPlan | FlexibleCommitment
