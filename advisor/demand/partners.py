"""Shared or allied capacity: another organisation's machines, in some hours, at a price."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from advisor.demand.accelerator_names import OwnAccelerator
from advisor.demand.fields import (
    Count,
    Country,
    Currency,
    IdPart,
    Money,
    Month,
    NonNegative,
    Part,
    PositiveCount,
    problem,
    refuse,
    whole,
)
from advisor.demand.sites import pair_problems, rate_problems
from advisor.demand.spans import span_problems

HOURS = 24


def _different(hours: tuple[int, ...]) -> tuple[int, ...]:
    if len(hours) == 2 and hours[0] % HOURS == hours[1] % HOURS and hours != (0, HOURS):
        raise problem("must be two different hours [from, until], for example [18, 6] for the night")
    return hours


HourOfDay = Annotated[int, Field(ge=0, le=HOURS), BeforeValidator(whole)]
OpenHours = Annotated[tuple[HourOfDay, ...], Field(min_length=2, max_length=2), AfterValidator(_different)]


class Partner(Part):
    """Machines of a partner. In offers' names it is partner/NAME."""

    name: IdPart = Field(description="Its name, unique among sites and partners.")
    country: Country = Field(description="ISO 3166-1 code of the country the machines are in.")
    currency: Currency | None = Field(
        default=None, description="Currency of its prices (ISO 4217); default the plan's."
    )
    instance_type: IdPart = Field(description="Name of the machine.")
    accelerator: OwnAccelerator | None = Field(
        default=None, description="Canonical accelerator name; absent for a machine without accelerators."
    )
    accelerator_count: PositiveCount | None = Field(default=None, description="Accelerators in one machine.")
    price_per_hour: Money = Field(description="Per machine and hour of use.")
    fixed_per_month: Money = Field(
        default=Decimal(0), description="Due in each month in which the partner is used, however much."
    )
    min_quantity: Count = Field(
        default=0, description="Fewest machines paid in all its hours of a month in which it is used."
    )
    max_quantity: Count | None = Field(
        default=None, description="Most machines at the same time; absent = no limit."
    )
    hours: OpenHours | None = Field(
        default=None,
        description="Hours of the day (UTC) in which the machines can be used: [from, until), over midnight "
        "when from is after until; absent = all.",
    )
    from_: Month | None = Field(
        default=None, alias="from", description="First month (YYYY-MM); default the plan's first."
    )
    until: Month | None = Field(
        default=None, description="Last month (YYYY-MM), included; default the plan's last."
    )
    power_kw: NonNegative | None = Field(
        default=None, description="Power of one machine in kW, for its carbon; absent = by its accelerators."
    )
    carbon_g_per_kwh: NonNegative | None = Field(
        default=None, description="Carbon intensity of its energy in g CO2e per kWh; absent = the country's."
    )

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> "Partner":
        found = pair_problems(self.accelerator, self.accelerator_count)
        if self.max_quantity is not None and self.max_quantity < self.min_quantity:
            message = f"must be at least min_quantity ({self.min_quantity})"
            found.append((("max_quantity",), self.max_quantity, message))
        refuse(found + span_problems(self.from_, self.until, info) + rate_problems(self.currency, info))
        return self

    def open_hours(self) -> frozenset[int]:
        """Hours of the day (0 to 23, UTC) in which the machines can be used."""
        if self.hours is None:
            return frozenset(range(HOURS))
        begin, end = self.hours
        length = (end - begin) % HOURS or HOURS
        return frozenset((begin + offset) % HOURS for offset in range(length))
