"""Rows of a result about scenarios: what each costs, and what all of them together mean."""

from pydantic import Field

from advisor.planning.result_rows import Row


class RiskScenario(Row):
    """One scenario: what it multiplies, and what the plan costs in it."""

    probability: float = Field(gt=0, le=1, description="How likely it is; all are equally likely.")
    demand_factors: dict[str, float] = Field(
        description="What each workload's demand is multiplied by; a workload that is not named keeps it."
    )
    price_factor: float = Field(
        gt=0, description="What list prices by the hour (on demand, spot) are multiplied by."
    )
    npv: float = Field(description="Cost, discounted to the plan's start, plan currency.")
    cash: float = Field(description="Money paid within the horizon.")
    most_cash_in_a_month: float = Field(description="Cash of its dearest month.")


class RiskRecord(Row):
    """What the plan costs where demand and prices are uncertain. Money in the plan's currency."""

    weight: float = Field(ge=0, le=1, description="As in the plan: how much the worst scenarios count.")
    tail: float = Field(ge=0, lt=1, description="As in the plan: the worst are the dearest 1 - tail.")
    demand_sigma: float = Field(ge=0, description="As in the plan.")
    price_sigma: float = Field(ge=0, description="As in the plan.")
    expected_npv: float = Field(description="Mean of npv over all scenarios.")
    cvar_npv: float = Field(description="Mean of npv over the dearest 1 - tail of all scenarios.")
    best_npv: float = Field(description="Least npv of any scenario.")
    worst_npv: float = Field(description="Largest npv of any scenario.")
    nearest: int = Field(
        ge=0,
        description="Position in scenarios, from 0, of the one nearest to the plan's own figures: load "
        "shows its hours.",
    )
    unplanned_npv: float | None = Field(
        description="objective_npv of the purchases that would be best if the plan's own figures were "
        "certain, met with all scenarios; null when it could not be worked out."
    )
    value_of_planning_npv: float | None = Field(
        description="unplanned_npv − objective_npv: what planning for the scenarios saves; null as above."
    )
    value_note: str = Field(description="Why unplanned_npv is null; empty when it is not.")
    scenarios: tuple[RiskScenario, ...] = Field(description="One row for each, in a fixed order.")
