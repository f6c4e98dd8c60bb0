"""Rows of a result that draw capacity against demand, and the record of what to repeat an answer with."""

from typing import Literal

from pydantic import Field

from advisor.planning.result_rows import MONTH, PurchaseKind, Row

ByKind = dict[PurchaseKind, float]


class LoadHour(Row):
    """One hour of the day, on weekdays or at weekends."""

    day: Literal["weekday", "weekend"] = Field(description="Which days.")
    hour: int = Field(ge=0, le=23, description="Hour of the day, UTC.")
    demand: float | None = Field(
        description="Load to be served, headroom included; null for work done whenever it is cheapest."
    )
    by_kind: ByKind = Field(description="What each kind of capacity delivers in it, in the same unit.")


class WorkloadWeek(Row):
    """One workload's hours: 24 of a weekday, then 24 of a weekend day."""

    workload: str = Field(description="Name of the workload.")
    unit: str = Field(
        description="As the plan's demand.unit; accelerators at work for accelerator_hours and flops."
    )
    hours: tuple[LoadHour, ...] = Field(description="48 rows; none where it does not run in the month.")


class LoadWeek(Row):
    """A week of the busiest month."""

    month: str = Field(pattern=MONTH, description="Month with the most accelerators at work in one hour.")
    workloads: tuple[WorkloadWeek, ...] = Field(description="One row for each workload.")


class LoadMonth(Row):
    """A workload's busiest hour of a month."""

    month: str = Field(pattern=MONTH, description="YYYY-MM.")
    workload: str = Field(description="Name of the workload.")
    unit: str = Field(description="As in week.")
    peak_demand: float | None = Field(description="Largest load, headroom included; null as in week.")
    capacity_at_peak_by_kind: ByKind = Field(
        description="What each kind delivers then; for work the hour in which most is done."
    )


class HeldMonth(Row):
    """Capacity of one kind in a month."""

    month: str = Field(pattern=MONTH, description="YYYY-MM.")
    kind: PurchaseKind = Field(description="Way of buying.")
    accelerators: float = Field(
        ge=0,
        description="Held, or rented at once at most, whether at work or not; a machine without counts as 1.",
    )


class Load(Row):
    """What capacity stands against demand. Figures have six significant digits."""

    week: LoadWeek = Field(description="Hour by hour in the busiest month.")
    months: tuple[LoadMonth, ...] = Field(description="One row for each month in which a workload runs.")
    held: tuple[HeldMonth, ...] = Field(description="One row for each month and kind that is there.")


class Reproduce(Row):
    """What to ask again for the same answer."""

    plan_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="Digest of the plan file's bytes; files beside it are not in."
    )
    catalogue_version: str = Field(description="As catalogue.version.")
    as_of: str = Field(description="As catalogue.as_of.")
    gap_asked: float = Field(ge=0, description="Relative gap asked for, as a fraction.")
    time_limit_seconds: float = Field(description="Time the search was given.")
    threads: int = Field(ge=0, description="Threads it was given; 0 = its own choice.")
    baselines: bool = Field(description="Whether simple strategies were asked for.")
    explain_seconds: float = Field(default=0.0, ge=0, description="Time explanations were given; 0: none.")
    why: tuple[str, ...] = Field(default=(), description="Offers that were asked about.")
    code_version: str = Field(description="Version of this program; unknown where it cannot be told.")
