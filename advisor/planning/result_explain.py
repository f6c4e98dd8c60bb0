"""The rows of a result that say why: what rules cost, what else there is, and what would change it."""

from typing import Literal

from pydantic import Field

from advisor.planning.result_rows import MONTH, Row

Proof = Literal["proven", "no_difference", "impossible", "not_defined", "not_computed"]


class Compared(Row):
    """A changed plan worked out anew, against the answer. Costs are npv in the plan's currency."""

    status: Proof = Field(
        description="proven: costs more or less for sure. no_difference: none beyond the gaps. "
        "impossible: no plan can hold. not_defined: it has no meaning here. not_computed: not reached."
    )
    npv: float | None = Field(default=None, description="Cost of the changed plan.")
    difference_npv: float | None = Field(
        default=None, description="npv − objective_npv: negative where the change saves."
    )
    difference_low: float | None = Field(
        default=None, description="The least the difference can be, by the two proofs."
    )
    difference_high: float | None = Field(
        default=None, description="The most the difference can be, by the two proofs."
    )
    gap: float | None = Field(default=None, ge=0, description="Proven relative gap of npv, as a fraction.")
    note: str = Field(default="", description="Why there are no figures; may be empty.")


class RulePrice(Compared):
    """The plan without one of its rules."""

    limit: str = Field(description="Path of the rule in the plan, for example workloads[0].residency.")
    where: str = Field(description="Workload or site it is about; empty when it is one for all.")
    rule: str = Field(description="The rule in words.")


class Bought(Row):
    """What an alternative would get, in short."""

    offer: str = Field(description="As in purchases.")
    quantity: int = Field(ge=0, description="Whole machines; the most at once where paid by the hour.")
    start: str = Field(pattern=MONTH, description="Month from which it is held or first used.")
    npv: float = Field(description="Its part of npv.")


class Alternative(Compared):
    """A plan that differs in substance from the answer."""

    name: str = Field(description="without_main_provider, no_capex, no_commitments or one_country.")
    words: str = Field(description="What it does without, in words.")
    purchases: tuple[Bought, ...] = Field(default=(), description="What would be bought.")


class WhyNot(Compared):
    """What one unit of an offer that was asked about would cost, and the price at which it enters."""

    offer: str = Field(description="The offer, as in purchases.")
    in_plan: bool = Field(description="Whether the answer uses it.")
    unit: str = Field(default="", description="What one unit is, in words.")
    price: float | None = Field(
        default=None, description="Its price: per hour; upfront where nothing is paid by the hour; capex."
    )
    price_unit: str = Field(default="", description="For example USD per machine-hour.")
    enters_at_price: float | None = Field(
        default=None,
        description="Below this price it is in the best plan; for one in the plan, above it leaves.",
    )
    enters_at_fraction: float | None = Field(
        default=None, ge=0, description="The same as a fraction of its price; upfront moves along."
    )
    enters_at_fraction_low: float | None = Field(
        default=None, ge=0, description="Where the proofs leave room: at this fraction it enters for sure."
    )
    most_saved_above: float | None = Field(
        default=None, ge=0, description="By the gap, the most it could save at higher prices (npv)."
    )
    entering_note: str = Field(default="", description="Why there is no such price; may be empty.")


class SensitivityCase(Compared):
    """One figure changed: the best plan then, and today's purchases kept."""

    change: float = Field(description="0.8 is 20 % less; for discount_rate the rate itself.")
    kept_npv: float | None = Field(
        default=None,
        description="Cost with the answer's commitments and servers kept and the rest decided anew; "
        "null where that cannot hold, was not reached or was proven too loosely.",
    )


class Sensitivity(Row):
    """What the plan costs when one figure is lower or higher."""

    factor: Literal["demand", "cloud_prices", "power_price", "capex", "discount_rate"] = Field(
        description="What is changed."
    )
    low: SensitivityCase = Field(description="The lower figure.")
    high: SensitivityCase = Field(description="The higher figure.")


class Explanations(Row):
    """Why the answer is as it is. Every figure is from a solve of its own; `docs/result.md` explains it."""

    seconds_allowed: float = Field(ge=0, description="Time all of it was given.")
    rules: tuple[RulePrice, ...] = Field(default=(), description="What each rule of the plan costs.")
    why: tuple[WhyNot, ...] = Field(default=(), description="One row for each offer asked about.")
    alternatives: tuple[Alternative, ...] = Field(
        default=(), description="Plans that differ in substance, with what they cost."
    )
    sensitivity: tuple[Sensitivity, ...] = Field(default=(), description="Figures changed, one at a time.")
