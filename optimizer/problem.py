"""What is to be decided: frozen inputs of one solve, in one currency, as plain floats.

Units, unless a name says otherwise: money in the plan's currency; `month` counts from 0, the plan's first
month; a position in time may be fractional (2.5 is the middle of the third month); load and throughput in
work units per hour. A month has 730 hours (contract.md, Conventions).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .gang import Gang
from .pins import Pin
from .risk.scenarios import Risk
from .spend import SpendPlan
from .survival import Survival
from .timegrid import ALWAYS, FLAT, DayShape, Window

HOURS_PER_MONTH = 730.0


class EndOfHorizon(StrEnum):
    """What happens to commitments that outlive the plan."""

    RUN_OFF = "run_off"
    GOING_CONCERN = "going_concern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Number of months, nominal annual discount rate, and the end-of-horizon rule."""

    months: int
    discount_rate: float = 0.0
    end: EndOfHorizon = EndOfHorizon.RUN_OFF
    blocks_per_month: int | None = None

    def factor(self, month: int) -> float:
        """Present worth of 1 paid at the start of `month`: 1 / (1 + r)^(month / 12)."""
        return float((1.0 + self.discount_rate) ** (-month / 12.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDemand:
    """Load that must be served as it comes: peak x level x (1 + growth)^month x (1 + headroom)."""

    peak_per_hour: float
    shape: DayShape = FLAT
    growth_per_month: float = 0.0
    headroom_fraction: float = 0.0
    first_month: int = 0
    last_month: int | None = None  # inclusive; None: the plan's last month

    def load_per_hour(self, month: int, level: float) -> float:
        """Capacity needed in an hour of `month` whose shape level is `level` (work units per hour)."""
        grown = self.peak_per_hour * (1.0 + self.growth_per_month) ** month
        return grown * level * (1.0 + self.headroom_fraction)

    def runs_in(self, month: int) -> bool:
        """Whether the load exists in `month`."""
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDemand:
    """An amount of work to be finished within a window of months, whenever it is cheapest."""

    total: float
    first_month: int = 0
    last_month: int | None = None  # inclusive; None: the plan's last month

    def runs_in(self, month: int) -> bool:
        """Whether work may be done in `month`."""
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A demand and what each machine delivers for it.

    `units_per_hour` maps a machine's key to the work one whole machine does in an hour; a machine that is
    absent cannot serve the workload (wrong accelerator, residency, region: all of that is decided before).
    """

    name: str
    demand: RateDemand | WorkDemand
    units_per_hour: Mapping[str, float]
    interruptible_fraction: float = 0.0
    gang: Gang | None = None  # None: it needs nothing held together


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What dispatch sees: one kind of machine in one place, however it is paid."""

    key: str
    provider: str
    region: str
    country: str
    accelerators: float = 1.0  # weight of one machine in shares of capacity-hours
    carbon_kg_per_hour: float = 0.0  # while doing work; own servers are counted by their power instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What makes an offer one of the volume tiers of `of`: at one time at most one of them is taken.

    `most` bounds the machines of all tiers together; `max_quantity` of a tier bounds what is taken at once at
    its price.
    """

    of: str
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Elastic:
    """Capacity paid by the hour it runs: on demand, spot, or a partner's.

    `fixed_per_month` is due, and at least `min_quantity` machines are paid in every hour in which the offer
    is available, in each month in which it is used at all.
    """

    key: str
    machine: Machine
    price_per_hour: float
    spot: bool = False
    partner: bool = False
    fixed_per_month: float = 0.0
    min_quantity: int = 0
    max_quantity: int | None = None
    window: Window = ALWAYS
    hours: frozenset[int] | None = None  # hours of the day (UTC) in which it can be had; None: all
    covered_only: bool = False  # runs only as far as spend plans cover it; it has no price of its own
    tier: Tier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Machines committed for a term: `price_per_hour` is due every hour of it, `upfront` at its start."""

    key: str
    machine: Machine
    term_months: int
    price_per_hour: float
    upfront: float = 0.0
    min_quantity: int = 0
    max_quantity: int | None = None
    window: Window = ALWAYS  # in which it can be bought
    tier: Tier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityBlock:
    """Machines for one fixed window, paid for every hour of it."""

    key: str
    machine: Machine
    price_per_hour: float
    window: Window
    min_quantity: int = 0
    max_quantity: int | None = None
    tier: Tier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerType:
    """A server that can be bought for a site."""

    key: str
    machine: Machine
    capex: float
    power_kw: float
    life_months: int
    residual_fraction: float = 0.0
    maintenance_per_month: float = 0.0
    racks: float = 0.0
    lead_months: int = 0
    max_quantity: int | None = None
    utilisation_cap_fraction: float = 1.0
    idle_power_fraction: float | None = None  # None: full power in every hour in service


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An own data centre: opened at the plan's start or not at all."""

    key: str
    servers: tuple[ServerType, ...]
    opening_capex: float = 0.0
    opening_per_month: float = 0.0
    opening_lead_months: int = 0
    limit_kw: float | None = None
    limit_racks: float | None = None
    price_per_kwh: float = 0.0
    pue: float = 1.0
    carbon_kg_per_kwh: float = 0.0  # after the renewable share
    staff_per_month: float = 0.0
    servers_per_person: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """Capacity already paid for: `machine` for committed cloud capacity, `server` for own servers."""

    key: str
    quantity: int
    machine: Machine | None = None
    server: ServerType | None = None
    first_month: int = 0
    last_month: int | None = None  # inclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Hard limits. Shares are of the accelerator-hours that do work in each month."""

    capex_total: float | None = None
    cash_per_month: tuple[float, ...] | None = None
    carbon_kg_total: float | None = None
    carbon_price_per_kg: float = 0.0
    provider_share_max: float | None = None
    country_share_max: float | None = None
    spot_share_max: float | None = None
    partner_share_max: float | None = None
    survival: Survival | None = None

    @property
    def counts_carbon(self) -> bool:
        """Whether carbon changes the answer."""
        return self.carbon_kg_total is not None or self.carbon_price_per_kg > 0


@dataclass(frozen=True, slots=True)
class Availability:
    """When an offer can be had: its window, and the hours of the day (None: all)."""

    window: Window
    hours: frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One question, complete. `also_cut_at`: times of offers left out, which still cut time into slices.

    `pins`: purchases that must be made.
    """

    horizon: Horizon
    workloads: tuple[Workload, ...]
    elastic: tuple[Elastic, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    blocks: tuple[CapacityBlock, ...] = ()
    sites: tuple[Site, ...] = ()
    owned: tuple[Owned, ...] = ()
    limits: Limits = field(default_factory=Limits)
    also_cut_at: tuple[Availability, ...] = ()
    spend_plans: tuple[SpendPlan, ...] = ()
    pins: tuple[Pin, ...] = ()
    risk: Risk | None = None  # None: demands and prices are certain

    def availabilities(self) -> tuple[Availability, ...]:
        """Times of all offers that cut time into slices, each once."""
        found = [Availability(e.window, e.hours) for e in self.elastic]
        found += [Availability(b.window, None) for b in self.blocks]
        return tuple(dict.fromkeys((*found, *self.also_cut_at)))
