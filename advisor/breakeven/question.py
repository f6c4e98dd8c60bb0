"""What is asked: what building costs, what rivals charge, how much is used, for how long."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonValue

from advisor.breakeven.build import Build, Figures, SiteBuilt
from advisor.demand.fields import (
    Currency,
    Found,
    Fraction,
    Money,
    Name,
    Part,
    PositiveCount,
    PositiveMoney,
    PositiveMonths,
    number,
    problem,
    refuse,
)
from advisor.demand.sites import rate_problems

DEFAULT_HORIZON_MONTHS = 60
MOST_RIVALS = 50
LONGEST_MONTH_HOURS = 744


def _schema_number(value: object) -> object:
    if value is None or isinstance(value, bool) or value != 1:
        raise problem("must be 1, the version of the file this program reads")
    return 1


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise problem("must be true or false")
    return value


Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]


_PRICES: list[JsonValue] = [
    {"required": ["per_hour"]},
    {"required": ["per_million_units", "units_per_hour"]},
]


class Rival(Part):
    """One way to buy the same capacity: by the hour, or by the unit of work done."""

    model_config = ConfigDict(json_schema_extra={"oneOf": _PRICES})

    name: Name = Field(description="What it is called; unique.")
    per_hour: PositiveMoney | None = Field(
        default=None, description="Price of an hour; with quantity, of one of so many machines."
    )
    per_million_units: PositiveMoney | None = Field(
        default=None, description="Price of a million units of work, for example of tokens."
    )
    units_per_hour: PositiveMoney | None = Field(
        default=None, description="Units that what is built does in one used hour; with per_million_units."
    )
    quantity: PositiveCount = Field(
        default=1, description="Machines needed to replace all that is built; multiplies per_hour."
    )
    always_on: Flag = Field(
        default=False, description="true: billed for every hour of the month, used or not (reserved)."
    )
    fixed_per_month: Money = Field(
        default=Decimal(0), description="Support, storage, network: paid every month whatever is used."
    )
    currency: Currency | None = Field(
        default=None, description="Currency of its prices (ISO 4217); default the question's."
    )
    note: Name | None = Field(default=None, description="Where the price is from; repeated in the answer.")

    @model_validator(mode="after")
    def _has_one_price(self, info: ValidationInfo) -> "Rival":
        found: list[Found] = rate_problems(self.currency, info)
        if self.per_hour is None and self.per_million_units is None:
            found.append((("per_hour",), None, "is required, or per_million_units with units_per_hour"))
        if self.per_hour is not None and self.per_million_units is not None:
            found.append((("per_million_units",), None, "stands beside per_hour: give one price"))
        if self.per_million_units is not None and self.units_per_hour is None:
            found.append((("units_per_hour",), None, "is required beside per_million_units"))
        if self.per_million_units is None and self.units_per_hour is not None:
            found.append((("units_per_hour",), None, "is for per_million_units only: remove it"))
        if self.per_million_units is not None and self.always_on:
            found.append((("always_on",), True, "is for per_hour only: units are paid when they are used"))
        if self.per_million_units is not None and self.quantity != 1:
            found.append((("quantity",), self.quantity, "is for per_hour only: put it in units_per_hour"))
        refuse(found)
        return self


def _unique(rivals: tuple[Rival, ...]) -> tuple[Rival, ...]:
    seen: dict[str, int] = {}
    found: list[Found] = []
    for index, rival in enumerate(rivals):
        first = seen.setdefault(rival.name, index)
        if first != index:
            found.append(((index, "name"), rival.name, f"is also the name of buy[{first}]"))
    refuse(found)
    return rivals


Rivals = Annotated[tuple[Rival, ...], Field(min_length=1, max_length=MOST_RIVALS), AfterValidator(_unique)]


class Question(Part):
    """Build or buy; see `docs/breakeven.md`."""

    schema_: Annotated[Literal[1], BeforeValidator(_schema_number)] = Field(
        alias="schema", description="Version of this file's form: 1."
    )
    name: Name = Field(default="Build or buy", description="A name for people.")
    currency: Currency = Field(default="USD", description="Currency of the answer (ISO 4217).")
    exchange_rates: dict[Currency, PositiveMoney] = Field(
        default_factory=dict, description="Worth of one unit of a currency in the answer's currency."
    )
    build: Build = Field(description="What building costs: figures, or a site and servers as in a plan.")
    buy: Rivals = Field(description="What it is compared with, each alone; 1 to 50.")
    hours_per_month: Annotated[float, Field(gt=0, le=LONGEST_MONTH_HOURS), BeforeValidator(number)] = Field(
        default=730.0, description="Hours of a month."
    )
    utilisation: Annotated[float, Field(gt=0, le=1), BeforeValidator(number)] = Field(
        default=1.0, description="Share of the hours that are used, above 0 to 1."
    )
    discount_rate: Fraction = Field(
        default=0.0, description="Nominal annual rate as a fraction: money in month m counts 1/(1+r)^(m/12)."
    )
    horizon_months: PositiveMonths = Field(
        default=DEFAULT_HORIZON_MONTHS, description="Months that are compared, 1 to 600."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Question":
        found: list[Found] = []
        own = self.exchange_rates.get(self.currency)
        if own is not None and own != 1:
            found.append(
                (("exchange_rates", self.currency), own, "is the answer's own currency: its rate is 1")
            )
        if isinstance(self.build, SiteBuilt):
            found += self._site_problems(self.build)
        refuse(found)
        return self

    def _site_problems(self, build: SiteBuilt) -> list[Found]:
        cap = min(server.utilisation_cap for server in build.built)
        begin = max(max(server.lead_months, build.site.opening.lead_months) for server in build.built)
        found: list[Found] = []
        if self.utilisation > cap:
            found.append(
                (("utilisation",), self.utilisation, f"is above the servers' utilisation_cap ({cap:g})")
            )
        if begin >= self.horizon_months:
            message = f"must be more than the {begin} months until all servers serve"
            found.append((("horizon_months",), self.horizon_months, message))
        return found

    @property
    def utilisation_cap(self) -> float:
        """Share of the hours that can be used at all."""
        if isinstance(self.build, Figures):
            return 1.0
        return min(server.utilisation_cap for server in self.build.built)

    def rate(self, currency: str | None) -> Decimal:
        """Worth of one unit in the question's currency; None (the argument) means that currency."""
        if currency is None or currency == self.currency:
            return Decimal(1)
        return self.exchange_rates[currency]

    def as_data(self) -> dict[str, Any]:
        """The question as JSON data that is itself a valid file."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
