"""One workload: what it needs, what can serve it, and where and when it may run."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from advisor.demand.accelerator_names import AmountByAccelerator
from advisor.demand.checkpoint import Checkpoint
from advisor.demand.demand import ACCELERATOR_HOURS, FLOPS, Demand
from advisor.demand.fields import Found, Fraction, Month, Name, Part, PositiveCount, number, refuse
from advisor.demand.latency import Latency
from advisor.demand.months import month_name, month_number
from advisor.demand.places import RegionFilter, Residency
from advisor.demand.surroundings import surroundings_of

Kind = Literal["inference", "training", "batch"]


class Window(Part):
    """Months in which a job may run, or a load exists; both ends included."""

    earliest: Month | None = Field(
        default=None, description="First month (YYYY-MM) in which it may run; default the plan's first."
    )
    deadline: Month | None = Field(
        default=None,
        description="Last month (YYYY-MM): all work is done by its end; default the plan's last.",
    )

    @model_validator(mode="after")
    def _lies_in_the_plan(self, info: ValidationInfo) -> "Window":
        around = surroundings_of(info)
        if around.first_month is not None and around.months is not None:
            first, last = around.first_month, around.first_month + around.months - 1
            inside = f"must lie within the plan, {month_name(first)} to {month_name(last)}"
            refuse(
                ((name,), month, inside)
                for name, month in (("earliest", self.earliest), ("deadline", self.deadline))
                if month is not None and not first <= month_number(month) <= last
            )
        if self.earliest and self.deadline and self.earliest > self.deadline:
            refuse([(("deadline",), self.deadline, f"must not be before earliest ({self.earliest})")])
        return self


class Workload(Part):
    """Something that needs capacity. Machines are shared between workloads of the same hour."""

    name: Name = Field(description="Its name, unique in the plan.")
    kind: Kind = Field(
        description="inference: a load per second, served as it comes. training: an amount of work with a "
        "deadline. batch: either."
    )
    demand: Demand = Field(description="How much it needs.")
    throughput: AmountByAccelerator | None = Field(
        default=None,
        description="Units per second of ONE accelerator, by accelerator or family; for the units "
        "accelerators and accelerator_hours the relative speed. Absent accelerators cannot serve it.",
    )
    accelerators_per_replica: PositiveCount = Field(
        default=1, description="Accelerators of one whole replica, all inside one instance."
    )
    headroom: Annotated[float, Field(ge=0, le=10), BeforeValidator(number)] = Field(
        default=0.0, description="Spare capacity as a fraction: capacity = demand × (1 + headroom)."
    )
    residency: Residency = Field(
        default_factory=Residency, description="Where its data may be; absent = anywhere."
    )
    regions: RegionFilter = Field(
        default_factory=RegionFilter, description="Regions it may run in, by pattern; absent = all."
    )
    interruptible_fraction: Fraction = Field(
        default=0.0, description="Share of each hour's load that spot capacity may serve, 0 to 1."
    )
    window: Window = Field(default_factory=Window, description="Months it runs in; absent = the whole plan.")
    gang: PositiveCount = Field(
        default=1,
        description="Accelerators of one type in one region held together in every month in which it runs; "
        "a machine that has as many holds them alone.",
    )
    checkpoint: Checkpoint | None = Field(
        default=None,
        description="For training and batch on spot: how often work is saved and how long a restart takes, "
        "to count the hours that interruptions cost; absent = they cost nothing.",
    )
    latency: Latency | None = Field(
        default=None, description="Bound on the round trip to its users; absent = anywhere will do."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Workload":
        refuse(self._kind_problems() + self._throughput_problems() + self._checkpoint_problems())
        return self

    def _kind_problems(self) -> list[Found]:
        unit = self.demand.unit
        if self.kind == "training" and self.demand.is_rate:
            message = f"does not fit kind training: write {ACCELERATOR_HOURS} or {FLOPS}, or another kind"
            return [(("demand", "unit"), unit, message)]
        if self.kind == "inference" and not self.demand.is_rate:
            message = "does not fit kind inference: write a load per second, or kind training or batch"
            return [(("demand", "unit"), unit, message)]
        return []

    def _throughput_problems(self) -> list[Found]:
        if self.demand.unit == FLOPS:
            message = "cannot stand beside flops: write demand.mfu by accelerator, as in {H100: 0.4}"
            return [(("throughput",), self.throughput, message)] if self.throughput is not None else []
        by_type = isinstance(self.demand.total, dict)
        if by_type and self.throughput is not None:
            message = "cannot stand beside demand.total by accelerator, which already says how fast each is"
            return [(("throughput",), self.throughput, message)]
        if not by_type and self.throughput is None:
            message = f"is required for {self.demand.unit}: say what serves it, for example {{H100: 1}}"
            return [(("throughput",), None, message)]
        return []

    def _checkpoint_problems(self) -> list[Found]:
        if self.checkpoint is None or self.kind != "inference":
            return []
        return [(("checkpoint",), "", "belongs to kind training or batch: inference has no work to save")]

    def hours_of_work(self) -> Mapping[str, float] | None:
        """Accelerator-hours of each type that would do all the work alone (no headroom); None for a rate."""
        flops = self.demand.hours_of_flops()
        if flops is not None:
            return flops
        total = self.demand.total
        if total is None or isinstance(total, dict):
            return total
        return {name: total / speed for name, speed in (self.throughput or {}).items()}

    def accelerators(self) -> frozenset[str]:
        """Canonical names of what can serve it."""
        return frozenset(self.throughput or self.hours_of_work() or ())
