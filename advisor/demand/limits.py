"""What the answer must hold: money, carbon, shares, commitments."""

from decimal import Decimal
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from advisor.demand.fields import FORM, Fraction, Money, Months, NonNegative, Part, problem, refuse, text
from advisor.demand.hints import did_you_mean, nearest
from advisor.demand.surroundings import surroundings_of

LOSSES = ("none", "region", "provider")


def _survive(value: object) -> str:
    failure = text(value)
    if failure in LOSSES:
        return failure
    raise problem(f"must be none, region or provider{did_you_mean(nearest(failure, LOSSES))}")


def _cash_form(value: object) -> str:
    return FORM + ("list" if isinstance(value, (list, tuple)) else "number")


SurviveLossOf = Annotated[str, BeforeValidator(_survive), WithJsonSchema({"enum": list(LOSSES)})]
CashPerMonth = Annotated[
    Annotated[Money, Tag(FORM + "number")] | Annotated[tuple[Money, ...], Tag(FORM + "list")],
    Discriminator(_cash_form),
]


class ShareMax(Part):
    """Largest shares of the delivered capacity-hours of each month."""

    provider: Fraction | None = Field(default=None, description="Of any one provider, 0 to 1.")
    country: Fraction | None = Field(default=None, description="Of any one country, 0 to 1.")
    spot: Fraction | None = Field(default=None, description="Of spot capacity, 0 to 1.")
    partner: Fraction | None = Field(default=None, description="Of all partners together, 0 to 1.")


class Limits(Part):
    """Limits hold exactly; what cannot be held makes the plan impossible, never silently softer."""

    capex_total: Money | None = Field(
        default=None,
        description="Largest sum of capex (opening of sites and servers) in the plan's currency.",
    )
    cash_per_month: CashPerMonth | None = Field(
        default=None, description="Largest cash paid in a month, plan currency: one number or one per month."
    )
    carbon_tonnes_total: NonNegative | None = Field(
        default=None, description="Largest sum of emissions over the plan in t CO2e."
    )
    carbon_price_per_tonne: Money = Field(
        default=Decimal(0), description="Charge for one t CO2e in the plan's currency, part of the cost."
    )
    share_max: ShareMax = Field(
        default_factory=ShareMax, description="Largest shares of capacity-hours per month."
    )
    survive_loss_of: SurviveLossOf = Field(
        default="none",
        description="none, region or provider: every hour's load is met by what is held elsewhere when any "
        "one of them is lost.",
    )
    on_demand_surge_fraction: Fraction = Field(
        default=0.0,
        description="Part of the load served by the lost region or provider that may be rented anew, 0 to 1.",
    )
    commitment_months_max: Months | None = Field(
        default=None, description="Longest term of a commitment in months; 0 = no commitments."
    )

    @model_validator(mode="after")
    def _one_cash_limit_for_each_month(self, info: ValidationInfo) -> "Limits":
        months = surroundings_of(info).months
        cash = self.cash_per_month
        if isinstance(cash, tuple) and months is not None and len(cash) != months:
            message = f"must have one number for each of the plan's {months} months"
            refuse([(("cash_per_month",), cash, message)])
        return self

    def cash_in_month(self, month: int) -> Decimal | None:
        """Largest cash of month 0, 1, …; None without a limit."""
        cash = self.cash_per_month
        return cash[month] if isinstance(cash, tuple) else cash
