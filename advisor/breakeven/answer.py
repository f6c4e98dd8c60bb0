"""The answer to build or buy, as it is printed, handed out and drawn: pages add no figure to it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Row(BaseModel):
    """A part of an answer: cannot be changed, knows all its fields, holds finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BuildAnswer(Row):
    """Own machines over the horizon, in the answer's currency."""

    capex: float = Field(description="Paid at the start for what is built.")
    capex_later: float = Field(description="Paid within the horizon to replace machines at their life's end.")
    credited: float = Field(description="Residual values, and the book value at the end of the horizon.")
    opex_per_used_hour: float = Field(description="Running costs that come with use, per used hour.")
    opex_per_month: float = Field(description="Running costs of a month, whatever is used.")
    first_month_of_use: int = Field(ge=0, description="0, or the months until all machines serve.")
    cash: float = Field(description="All payments less credits over the horizon, undiscounted.")
    npv: float = Field(description="The same, discounted to the start.")
    cost_per_used_hour: float = Field(description="npv per used hour, the hours discounted alike.")
    cash_by_month: tuple[float, ...] = Field(description="Payments less credits of each month from 0 on.")
    cumulative: tuple[float, ...] = Field(
        description="Undiscounted cost after 0, 1, 2 … months; what is bought or credited at a month's start "
        "is in the figure before that month."
    )
    cost_by_utilisation: tuple[float, ...] = Field(
        description="cost_per_used_hour at each of utilisations, in their order."
    )


class BuyAnswer(Row):
    """One rival against building, in the answer's currency. A figure that does not exist is null."""

    name: str = Field(description="The rival's name.")
    note: str | None = Field(description="Where its price is from, as it was given; null when it was not.")
    price_per_used_hour: float = Field(description="What a used hour costs at this utilisation.")
    break_even_hours: float | None = Field(
        description="Used hours after which building has cost no more; undiscounted, without residual."
    )
    break_even_months: float | None = Field(description="Months until then, from the start of month 0.")
    discounted_break_even_months: float | None = Field(
        description="The same with discounted payments; equal to break_even_months at discount rate 0."
    )
    break_even_in_time: bool | None = Field(
        description="Whether break_even_months lies within the machines' first life and the horizon."
    )
    break_even_utilisation: float | None = Field(
        description="Share of hours (0 to 1) from which building costs less over the horizon, undiscounted."
    )
    discounted_break_even_utilisation: float | None = Field(
        description="The same by NPV; equal to break_even_utilisation at discount rate 0."
    )
    npv_build: float = Field(description="Cost of building over the horizon, discounted.")
    npv_buy: float = Field(description="Cost of buying over the horizon, discounted.")
    saving: float = Field(description="npv_buy − npv_build: above 0, building costs less.")
    saving_fraction: float | None = Field(description="saving / npv_buy.")
    irr: float | None = Field(
        description="Annual rate at which building is worth as much as buying; 0.2 is 20 % a year."
    )
    irr_monthly: float | None = Field(description="The same per month: irr = (1 + irr_monthly)^12 − 1.")
    cash: float = Field(description="What buying costs over the horizon, undiscounted.")
    cost_per_used_hour: float = Field(description="npv_buy per used hour, the hours discounted alike.")
    cash_by_month: tuple[float, ...] = Field(description="Payments of each month from 0 on.")
    cumulative: tuple[float, ...] = Field(description="Undiscounted cost after 0, 1, 2 … months.")
    cost_by_utilisation: tuple[float, ...] = Field(
        description="cost_per_used_hour at each of utilisations, in their order."
    )
    reason: str | None = Field(
        description="Why a figure is null, or not to be relied on; null when all are there."
    )
    reasons: dict[str, str] = Field(description="The same by the name of the figure.")


class Answer(Row):
    """Build or buy. `docs/breakeven.md` has every formula."""

    schema_: Literal[1] = Field(default=1, alias="schema", description="Version of this form: 1.")
    name: str = Field(description="The question's name.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="Currency of all money here, ISO 4217.")
    exchange_rates: dict[str, float] = Field(description="Rates as they were given; of no date.")
    sentence: str = Field(description="The answer in words.")
    hours_per_month: float = Field(gt=0, description="Hours of a month.")
    utilisation: float = Field(gt=0, le=1, description="Share of the hours that are used.")
    discount_rate: float = Field(ge=0, le=1, description="Nominal annual rate as a fraction.")
    horizon_months: int = Field(ge=1, description="Months that are compared.")
    used_hours: float = Field(gt=0, description="Used hours within the horizon.")
    utilisations: tuple[float, ...] = Field(description="Where cost_by_utilisation is told.")
    build: BuildAnswer = Field(description="Own machines.")
    buy: tuple[BuyAnswer, ...] = Field(description="Each rival against them, in the order given.")
    assumptions: tuple[str, ...] = Field(description="What this does not know, one sentence each.")

    def as_json(self) -> str:
        """JSON text with the contract's names, indented, ending in a newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
