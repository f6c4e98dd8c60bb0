"""A plan: the question that is asked."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from advisor.demand.capacity import Capacity
from advisor.demand.fields import (
    Currency,
    Found,
    Fraction,
    Month,
    Name,
    Part,
    Positive,
    PositiveMoney,
    problem,
    refuse,
    whole,
)
from advisor.demand.limits import Limits
from advisor.demand.months import month_name, month_number
from advisor.demand.risk import Risk
from advisor.demand.workload import Workload

MAX_MONTHS, MAX_BLOCKS = 120, 48


def _schema_number(value: object) -> object:
    if value is None or isinstance(value, bool) or value != 1:
        raise problem("must be 1, the version of the plan file this program reads")
    return 1


def _unique(workloads: tuple[Workload, ...]) -> tuple[Workload, ...]:
    seen: dict[str, int] = {}
    found: list[Found] = []
    for index, workload in enumerate(workloads):
        first = seen.setdefault(workload.name, index)
        if first != index:
            found.append(((index, "name"), workload.name, f"is also the name of workloads[{first}]"))
    refuse(found)
    return workloads


Workloads = Annotated[tuple[Workload, ...], Field(min_length=1), AfterValidator(_unique)]


class Plan(Part):
    """What capacity is wanted, from where it may come, and what must hold; see `docs/plan-file.md`."""

    schema_: Annotated[Literal[1], BeforeValidator(_schema_number)] = Field(
        alias="schema", description="Version of this file's form: 1."
    )
    name: Name = Field(default="Plan", description="A name for people.")
    currency: Currency = Field(default="USD", description="Currency of the plan and its result (ISO 4217).")
    start: Month = Field(description="First month of the plan, YYYY-MM.")
    months: Annotated[int, Field(ge=1, le=MAX_MONTHS), BeforeValidator(whole)] = Field(
        description="Length in months, 1 to 120."
    )
    discount_rate: Fraction = Field(
        default=0.0, description="Nominal annual rate as a fraction: money in month m counts 1/(1+r)^(m/12)."
    )
    end_of_horizon: Literal["run_off", "going_concern"] = Field(
        default="run_off",
        description="run_off: what is owed after the last month is counted in full. going_concern: nothing "
        "is charged beyond it and upfront money is credited pro rata.",
    )
    exchange_rates: dict[Currency, PositiveMoney] = Field(
        default_factory=dict, description="Worth of one unit of a currency in the plan's currency."
    )
    exchange_rates_from: Literal["plan", "reference"] = Field(
        default="plan",
        description="plan: a currency without a rate in exchange_rates is refused. reference: it takes the "
        "rate in force when the plan is worked out; the result names each with its day and source.",
    )
    workloads: Workloads = Field(description="What needs capacity; at least one.")
    capacity: Capacity = Field(default_factory=Capacity, description="Where capacity may come from.")
    limits: Limits = Field(default_factory=Limits, description="What must hold.")
    risk: Risk | None = Field(default=None, description="What is uncertain; absent = nothing.")
    blocks_per_month: Annotated[int, Field(ge=1, le=MAX_BLOCKS), BeforeValidator(whole)] | None = Field(
        default=None,
        description="At most this many load blocks a month (1 to 48), less exact; absent = exact.",
    )
    price_max_age_hours: Positive | None = Field(
        default=None,
        description="Refuse prices observed longer ago than this many hours, and those of unknown age; "
        "absent = as stale_prices says.",
    )
    stale_prices: Literal["warn", "refuse"] = Field(
        default="warn",
        description="A price is stale when it is older than the site's PRICE_MAX_AGE_HOURS, or marked so by "
        "its source. warn: it may be bought, with a warning. refuse: left out, as is one of unknown age, "
        "and counted; price_max_age_hours, where given, is the limit.",
    )

    @model_validator(mode="after")
    def _own_rate_is_one(self) -> "Plan":
        own = self.exchange_rates.get(self.currency)
        if own is not None and own != 1:
            refuse([(("exchange_rates", self.currency), own, "is the plan's own currency: its rate is 1")])
        return self

    def month_index(self, month: str) -> int:
        """0 for the plan's first month; negative before it."""
        return month_number(month) - month_number(self.start)

    def month_at(self, index: int) -> str:
        """`YYYY-MM` of month 0, 1, …"""
        return month_name(month_number(self.start) + index)

    def months_between(self, first: str | None, last: str | None) -> range:
        """Month indexes from `first` to `last`, both included, cut to the plan; None means its own end."""
        begin = max(0, self.month_index(first)) if first else 0
        end = min(self.months, self.month_index(last) + 1) if last else self.months
        return range(begin, max(begin, end))

    def months_of(self, workload: Workload) -> range:
        """Month indexes in which the workload may run."""
        return self.months_between(workload.window.earliest, workload.window.deadline)

    def rate(self, currency: str | None) -> Decimal | None:
        """Worth of one unit in the plan's currency; None (the argument) means the plan's own currency."""
        if currency is None or currency == self.currency:
            return Decimal(1)
        return self.exchange_rates.get(currency)

    def as_data(self) -> dict[str, Any]:
        """The plan as JSON data that is itself a valid plan file: profiles spelt out, names canonical."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
