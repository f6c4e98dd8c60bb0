"""What building costs, as it is asked: a few figures, or a site with servers as in a plan."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, model_validator

from advisor.demand.fields import (
    FORM,
    Country,
    Currency,
    Found,
    Fraction,
    IdPart,
    Money,
    Part,
    Positive,
    PositiveCount,
    PositiveMonths,
    refuse,
)
from advisor.demand.sites import Opening, Power, Server, Staff, rate_problems


class Figures(Part):
    """Own machines as a few sums, all for everything that is built."""

    capex: Money = Field(description="Paid in month 0, and again each time the machines' life ends.")
    opex_per_hour: Money = Field(
        default=Decimal(0), description="Energy, cooling, people and so on for one hour; see opex_hours."
    )
    opex_hours: Literal["used", "all"] = Field(
        default="used",
        description="used: opex_per_hour is paid for used hours only. all: for every hour of the month.",
    )
    opex_per_month: Money = Field(
        default=Decimal(0), description="Rent, maintenance, people: paid every month whatever is used."
    )
    residual: Money | None = Field(
        default=None, description="Money the machines bring at the end of their life; default 0."
    )
    residual_fraction: Fraction | None = Field(
        default=None, description="The same as a share of capex, 0 to 1; give one of the two."
    )
    life_months: PositiveMonths | None = Field(
        default=None, description="Months they serve before they are replaced; default the horizon."
    )
    currency: Currency | None = Field(
        default=None, description="Currency of these sums (ISO 4217); default the question's."
    )

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> "Figures":
        found: list[Found] = rate_problems(self.currency, info)
        if self.residual is not None and self.residual_fraction is not None:
            found.append((("residual",), self.residual, "give residual or residual_fraction, not both"))
        elif self.residual is not None and self.residual > self.capex:
            found.append((("residual",), self.residual, f"must be at most capex ({self.capex})"))
        refuse(found)
        return self


class OwnServer(Server):
    """A type of server as in a plan, and how many of it are built."""

    quantity: PositiveCount = Field(default=1, description="Servers of this type that are built.")

    @model_validator(mode="after")
    def _quantity_can_be_had(self) -> "OwnServer":
        if self.max_quantity is not None and self.quantity > self.max_quantity:
            refuse([(("quantity",), self.quantity, f"must be at most max_quantity ({self.max_quantity})")])
        return self


class OwnSite(Part):
    """A site as in a plan; its name and country may be left out, its servers may stand here or beside it."""

    name: IdPart = Field(default="own site", description="Its name.")
    country: Country | None = Field(default=None, description="ISO 3166-1 code of the country it is in.")
    currency: Currency | None = Field(
        default=None, description="Currency of all its money (ISO 4217); default the question's."
    )
    opening: Opening = Field(default_factory=Opening, description="What opening it costs; absent = nothing.")
    power: Power | None = Field(default=None, description="Electricity; required when servers draw power.")
    staff: Staff | None = Field(default=None, description="People it needs; absent = none.")
    racks_limit: Positive | None = Field(
        default=None, description="Largest sum of servers' racks; absent = no limit."
    )
    servers: tuple[OwnServer, ...] = Field(default=(), description="What is built, if not beside the site.")

    @model_validator(mode="after")
    def _currency_has_a_rate(self, info: ValidationInfo) -> "OwnSite":
        refuse(rate_problems(self.currency, info))
        return self


class SiteBuilt(Part):
    """A site and the servers built in it."""

    site: OwnSite = Field(default_factory=OwnSite, description="Where they stand; absent = costs nothing.")
    servers: tuple[OwnServer, ...] = Field(default=(), description="What is built, each with a quantity.")

    @model_validator(mode="after")
    def _fits_together(self) -> "SiteBuilt":
        if self.servers and self.site.servers:
            refuse([(("servers",), self.servers, "stand in the site and beside it: write them in one place")])
        if not self.built:
            refuse([(("servers",), None, "is required: at least one server with its capex and life_months")])
        refuse([*self._power_problems(), *self._room_problems()])
        return self

    @property
    def built(self) -> tuple[OwnServer, ...]:
        """The servers, wherever they were written."""
        return self.servers or self.site.servers

    @property
    def _path(self) -> tuple[str, ...]:
        return ("servers",) if self.servers else ("site", "servers")

    def _power_problems(self) -> list[Found]:
        power = self.site.power
        if power is None:
            drawing = [server.instance_type for server in self.built if server.power_kw > 0]
            message = f"is required: {', '.join(drawing[:1])} draws power, so its price must be known"
            return [(("site", "power"), None, message)] if drawing else []
        silent = [n for n, server in enumerate(self.built) if "power_kw" not in server.model_fields_set]
        if silent:
            message = "is required: the site has power, with a price"
            return [((*self._path, n, "power_kw"), None, message) for n in silent]
        drawn = sum(server.power_kw * server.quantity for server in self.built)
        if power.limit_kw is not None and drawn > power.limit_kw * (1 + 1e-12):
            message = f"is not enough: the servers draw {drawn:g} kW of IT power together"
            return [(("site", "power", "limit_kw"), power.limit_kw, message)]
        return []

    def _room_problems(self) -> list[Found]:
        limit = self.site.racks_limit
        if limit is None:
            return []
        silent = [n for n, server in enumerate(self.built) if server.racks is None]
        if silent:
            message = "is required: the site has a racks_limit"
            return [((*self._path, n, "racks"), None, message) for n in silent]
        taken = sum((server.racks or 0.0) * server.quantity for server in self.built)
        if taken > limit * (1 + 1e-12):
            return [
                (("site", "racks_limit"), limit, f"is not enough: the servers take {taken:g} racks together")
            ]
        return []


def _form(value: object) -> str:
    is_site = isinstance(value, SiteBuilt) or (
        isinstance(value, dict) and not {"site", "servers"}.isdisjoint(value)
    )
    return FORM + ("site" if is_site else "figures")


Build = Annotated[
    Annotated[Figures, Tag(FORM + "figures")] | Annotated[SiteBuilt, Tag(FORM + "site")],
    Discriminator(_form),
]
