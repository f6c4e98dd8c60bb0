"""Own data centres: opening them, their power and staff, and the servers that can stand in them."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from advisor.demand.accelerator_names import OwnAccelerator
from advisor.demand.fields import (
    Count,
    Country,
    Currency,
    Found,
    Fraction,
    IdPart,
    Money,
    Months,
    NonNegative,
    Part,
    Positive,
    PositiveCount,
    PositiveMonths,
    number,
    refuse,
)
from advisor.demand.surroundings import surroundings_of


class Opening(Part):
    """What it takes to open a site. It is opened at the plan's start or not at all."""

    capex: Money = Field(default=Decimal(0), description="Paid at the plan's start, in the site's currency.")
    lead_months: Months = Field(
        default=0, description="Months from the plan's start until servers can serve."
    )
    monthly: Money = Field(default=Decimal(0), description="Rent and the like, every month once opened.")


class Power(Part):
    """Electricity of a site."""

    limit_kw: Positive | None = Field(
        default=None, description="Largest sum of servers' power_kw (IT load, before PUE); absent = no limit."
    )
    price_per_kwh: Money = Field(description="Price of one kWh, in the site's currency.")
    pue: Annotated[float, Field(ge=1, le=10), BeforeValidator(number)] = Field(
        default=1.0, description="Power usage effectiveness: kWh from the grid for one kWh of IT load."
    )
    carbon_g_per_kwh: NonNegative | None = Field(
        default=None, description="Grid carbon intensity in g CO2e per kWh; absent = the country's."
    )
    renewable_fraction: Fraction = Field(
        default=0.0, description="Share of the energy that is free of carbon, 0 to 1."
    )


class Server(Part):
    """A type of server that can be bought for a site."""

    instance_type: IdPart = Field(description="Its name, unique in the site.")
    accelerator: OwnAccelerator | None = Field(
        default=None, description="Canonical accelerator name; absent for a machine without accelerators."
    )
    accelerator_count: PositiveCount | None = Field(default=None, description="Accelerators in one server.")
    capex: Money = Field(description="Price of one server, paid in the month it is bought.")
    power_kw: NonNegative = Field(
        default=0.0, description="IT power of one server in kW; required when the site has power."
    )
    life_months: PositiveMonths = Field(description="Months it serves, and over which it is written off.")
    residual_fraction: Fraction = Field(
        default=0.0, description="Share of capex it is worth at its life's end."
    )
    maintenance_per_month: Money = Field(default=Decimal(0), description="Per server in service and month.")
    racks: NonNegative | None = Field(
        default=None, description="Racks one server takes; counts with racks_limit."
    )
    lead_months: Months = Field(default=0, description="Months from paying for it until it serves.")
    max_quantity: Count | None = Field(
        default=None,
        description="Most servers of it in service at the same time, with owned ones; absent = no limit.",
    )
    utilisation_cap: Annotated[float, Field(gt=0, le=1), BeforeValidator(number)] = Field(
        default=1.0, description="Share of a server's hours that can be used, above 0 to 1."
    )
    idle_power_fraction: Fraction | None = Field(
        default=None,
        description="Share of power_kw drawn in unused hours; absent = full power in all hours in service.",
    )

    @model_validator(mode="after")
    def _accelerators_are_counted(self) -> "Server":
        refuse(pair_problems(self.accelerator, self.accelerator_count))
        return self


def pair_problems(name: str | None, count: int | None) -> list[Found]:
    """Accelerator and its count come together or not at all."""
    if name is not None and count is None:
        return [(("accelerator_count",), None, f"is required beside accelerator {name}")]
    if name is None and count is not None:
        return [(("accelerator",), None, "is required beside accelerator_count")]
    return []


class Staff(Part):
    """People: cost per month = per_month × ceil(servers in service / servers_per_person)."""

    per_month: Money = Field(description="Cost of one person and month, in the site's currency.")
    servers_per_person: Positive = Field(description="Servers one person looks after.")


class Site(Part):
    """An own data centre, existing or to be opened. In offers' names it is own/NAME."""

    name: IdPart = Field(description="Its name, unique among sites and partners.")
    country: Country = Field(description="ISO 3166-1 code of the country it is in.")
    currency: Currency | None = Field(
        default=None, description="Currency of all its money (ISO 4217); default the plan's."
    )
    opening: Opening = Field(default_factory=Opening, description="What opening it costs; absent = nothing.")
    power: Power | None = Field(default=None, description="Electricity; required when servers draw power.")
    servers: tuple[Server, ...] = Field(min_length=1, description="Types of servers that can be bought.")
    staff: Staff | None = Field(default=None, description="People it needs; absent = none.")
    racks_limit: Positive | None = Field(
        default=None, description="Largest sum of servers' racks; absent = no limit."
    )

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> "Site":
        found = self._power_problems() + rate_problems(self.currency, info)
        seen: set[str] = set()
        for index, server in enumerate(self.servers):
            path = ("servers", index)
            if server.instance_type in seen:
                found.append(
                    ((*path, "instance_type"), server.instance_type, "is written twice in this site")
                )
            if self.racks_limit is not None and server.racks is None:
                found.append(((*path, "racks"), None, "is required: the site has a racks_limit"))
            seen.add(server.instance_type)
        refuse(found)
        return self

    def _power_problems(self) -> list[Found]:
        if self.power is not None:
            message = "is required: the site has power, with a price"
            silent = [i for i, server in enumerate(self.servers) if "power_kw" not in server.model_fields_set]
            return [(("servers", index, "power_kw"), None, message) for index in silent]
        drawing = [server.instance_type for server in self.servers if server.power_kw > 0]
        message = f"is required: {', '.join(drawing[:1])} draws power, so its price must be known"
        return [(("power",), None, message)] if drawing else []


def rate_problems(currency: str | None, info: ValidationInfo) -> list[Found]:
    """A currency other than the plan's needs a rate in exchange_rates."""
    around = surroundings_of(info)
    if currency is None or currency == around.currency or around.rated_currencies is None:
        return []
    if currency in around.rated_currencies:
        return []
    held = around.rate_in_force and around.rate_in_force(currency, around.currency or "")
    line = held or f"exchange_rates: {{{currency}: …}}"
    return [(("currency",), currency, f"needs a rate: add {line}")]
