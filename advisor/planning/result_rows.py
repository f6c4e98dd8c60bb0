"""The rows of a result: what is bought, what it is used for, what it costs by month and kind, and why."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PurchaseKind = Literal[
    "on_demand", "spot", "reserved", "spend_commitment", "capacity_block", "partner", "self_hosted", "owned"
]
CostKind = PurchaseKind | Literal["site", "carbon", "risk"]
Status = Literal["optimal", "feasible", "infeasible"]
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class Row(BaseModel):
    """A part of a result: cannot be changed, knows all its fields, holds finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class MonthKind(Row):
    """What one kind of capacity costs in one month, in the plan's currency."""

    kind: CostKind = Field(description="As in totals.by_kind.")
    cash: float = Field(description="Its part of the month's cash; 0 for carbon.")
    npv: float = Field(description="The same, and the carbon charge, discounted to the plan's start.")


class KindBeyond(Row):
    """What is in a kind's npv but in no month of the plan."""

    kind: CostKind = Field(description="As in totals.by_kind.")
    npv: float = Field(description="Owed after the horizon, less what is credited; negative for a credit.")


class MonthTotals(Row):
    """Cash of one month, undiscounted, in the plan's currency."""

    month: str = Field(pattern=MONTH, description="YYYY-MM.")
    cash: float = Field(description="All money paid in the month: capex + opex. Carbon charge not included.")
    capex: float = Field(description="Opening of sites and purchase of servers.")
    opex: float = Field(
        description="Everything else: rent by the hour, upfront payments, energy, staff, fees."
    )
    carbon_tonnes: float = Field(description="Emissions of the month in t CO2e.")
    carbon_charge: float = Field(description="carbon_tonnes × carbon_price_per_tonne; a cost, but no cash.")
    by_kind: tuple[MonthKind, ...] = Field(
        default=(), description="The same by kind of capacity; empty in results of before it was told."
    )


class KindTotal(Row):
    """Cost of one kind of capacity over the plan, in the plan's currency."""

    kind: CostKind = Field(
        description="Way of buying; site = opening, rent and staff of own sites; carbon = the carbon charge; "
        "risk = the charge for risk."
    )
    npv: float = Field(description="Its part of objective_npv.")
    cash: float = Field(description="Its part of totals.cash, undiscounted.")


class Totals(Row):
    """Sums over the plan in the plan's currency, undiscounted where not said otherwise."""

    npv: float = Field(description="Discounted to the plan's start; equals objective_npv.")
    cash: float = Field(description="Money paid within the horizon.")
    capex: float = Field(description="Opening of sites and purchase of servers.")
    opex: float = Field(description="All other money paid within the horizon.")
    residual: float = Field(
        description="Credit for servers' book value and, under going_concern, for upfront money, at the "
        "horizon's end; not part of cash."
    )
    carbon_tonnes: float = Field(description="Emissions in t CO2e.")
    carbon_charge: float = Field(
        description="carbon_tonnes × carbon_price_per_tonne; part of npv, not of cash."
    )
    risk_charge: float = Field(
        default=0.0,
        description="risk.weight × (cvar_npv − expected_npv); part of npv, not of cash. 0 without risk.",
    )
    lock_in: float = Field(
        description="Money still owed after the horizon, undiscounted; not part of cash. Under going_concern "
        "npv does not count it."
    )
    lock_in_npv: float = Field(description="The same, discounted to the plan's start.")
    bill_total: str = Field(
        pattern=r"^-?[0-9]+(\.[0-9]+)?$",
        description="cash, recomputed exactly from counts and prices: a decimal as text.",
    )
    by_month: tuple[MonthTotals, ...] = Field(description="One row for each month of the plan.")
    by_kind: tuple[KindTotal, ...] = Field(
        description="One row for each kind of capacity that costs anything."
    )
    beyond: tuple[KindBeyond, ...] = Field(
        default=(),
        description="What by_kind has and the months do not: owed after the horizon, less credits.",
    )


class Purchase(Row):
    """One thing to get: so many of one offer, from one month on."""

    offer: str = Field(
        description="provider/region/instance_type/purchase[/term-payment][/from-N]; "
        "own/SITE/SERVER/self_hosted; partner/NAME/MACHINE/partner. Of a spend commitment: "
        "provider/*/*/spend_commitment/FAMILY, with region and machines (p5.*) where it is bound to them."
    )
    provider: str = Field(description="Provider; own for a site, partner for a partner.")
    region: str = Field(description="Region; the name of the site or partner.")
    country: str = Field(
        pattern=r"^([A-Z]{2}|\*)$", description="ISO 3166-1 code; * for a commitment used in several."
    )
    instance_type: str = Field(description="Machine.")
    accelerator: str | None = Field(description="Canonical accelerator name; null for a machine without.")
    accelerator_count: float | None = Field(description="Accelerators of one machine; null without.")
    site: str | None = Field(description="Name of the own site; null elsewhere.")
    partner: str | None = Field(description="Name of the partner; null elsewhere.")
    purchase: PurchaseKind = Field(description="Way of buying.")
    term_months: int | None = Field(description="Length of the commitment in months; null without.")
    payment: Literal["none", "partial", "all"] | None = Field(
        description="What is paid upfront; null without."
    )
    start: str = Field(pattern=MONTH, description="Month in which it is bought or first used, YYYY-MM.")
    months: int = Field(ge=0, description="Months from start in which it is held, within the plan.")
    quantity: int = Field(ge=0, description="Whole machines; see quantity_unit.")
    quantity_unit: Literal["machines", "machines_at_once", "commitments"] = Field(
        description="machines: held all months. machines_at_once: the largest number in use in any hour "
        "(on demand, spot, partner). commitments: no machines, see commitment_per_hour."
    )
    commitment_per_hour: float | None = Field(
        default=None,
        description="Money committed to in every hour of the term, used or not, in the plan's currency; null "
        "but for a spend commitment.",
    )
    instance_hours: float | None = Field(
        description="Machine-hours used over the plan where the bill follows use; null for what is held. "
        "Hours that spend commitments pay for are among them (usage.commitment)."
    )
    npv: float = Field(description="Cost discounted to the plan's start, plan currency.")
    cash: float = Field(description="Money paid within the horizon, plan currency.")
    price_per_hour: float | None = Field(description="Per machine-hour in source_currency; null for servers.")
    upfront: float | None = Field(
        description="Paid at the start per machine (for a spend commitment in all) in source_currency; capex "
        "of a server; null without."
    )
    source_currency: str = Field(pattern="^[A-Z]{3}$", description="Currency of the price, ISO 4217.")
    source_url: str | None = Field(description="Where the price was found; null for the plan's own figures.")
    price_observed_at: str | None = Field(description="When the source stated the price, ISO 8601 UTC.")
    price_state: Literal["listed", "quote", "reservation_only", "stale"] = Field(
        description="How far the price can be relied on; the plan's own figures count as quote."
    )
    price_book_line: int | None = Field(
        default=None, description="Line of the price book the price is from; null for a list price."
    )


class Usage(Row):
    """What serves a workload in a month."""

    workload: str = Field(description="Name of the workload.")
    offer: str = Field(description="As in purchases.")
    month: str = Field(pattern=MONTH, description="YYYY-MM.")
    instance_hours: float = Field(
        ge=0,
        description="Machine-hours given to this workload: at work for what is held; for what is billed by "
        "the hour its share of all that is paid.",
    )
    delivered_units: float = Field(
        ge=0,
        description="Units delivered, headroom included: units of a rate × seconds; accelerator-hours for "
        "those units; FLOP for flops.",
    )
    spot: bool = Field(description="Whether the capacity can be taken away.")
    commitment: str | None = Field(
        default=None,
        description="Spend commitment that pays for these hours, as in purchases; null for all others.",
    )


class UnitCost(Row):
    """What one unit of a workload's output costs, shared capacity shared by use."""

    workload: str = Field(description="Name of the workload.")
    unit: str = Field(
        description="For example `USD per million tokens`, `USD per accelerator-hour` or `USD per 1e21 FLOP`."
    )
    npv_per_unit: float = Field(
        description="Its share of npv (by accelerator-hours at work) / units demanded, without headroom."
    )
    cash_per_unit: float = Field(description="Its share of cash / units demanded, without headroom.")


class Baseline(Row):
    """The best answer under a simple strategy, for comparison."""

    name: str = Field(description="For example all_on_demand, all_self_hosted, all_cloud, no_partner.")
    status: Status | Literal["not_defined", "not_solved"] = Field(
        description="As of the result; not_defined where the plan leaves the strategy no meaning; not_solved "
        "where the time allowed no plan of it near the best."
    )
    npv: float | None = Field(description="Its cost, discounted, plan currency; null without an answer.")
    gap: float | None = Field(
        default=None, ge=0, description="Its proven relative gap as a fraction; null without an answer."
    )
    regret_npv: float | None = Field(description="npv − objective_npv; null without an answer.")
    regret_fraction: float | None = Field(description="regret_npv / npv: the part of it that is saved.")
    note: str = Field(description="What was restricted, or why there is no answer; may be empty.")


class BuildVsBuy(Row):
    """Own servers against the cloud, each held alone."""

    break_even_utilisation: float | None = Field(
        description="Use (0 to 1) above which own servers are cheaper."
    )
    break_even_month: str | None = Field(description="First month at whose end own servers cost less so far.")
    self_hosted_npv: float | None = Field(description="Cost with own servers only, plan currency.")
    cloud_npv: float | None = Field(description="Cost with offers of the catalogue only, plan currency.")
    reason: str | None = Field(description="Why a figure is null; null when none is.")
    compared_from: str | None = Field(
        default=None,
        pattern=MONTH,
        description="First month whose demand the break-evens count; null without break-evens.",
    )
    utilisation: float | None = Field(
        default=None, ge=0, description="Use of own servers' hours (0 to 1) at the plan's own demand."
    )
    break_even_tolerance: float | None = Field(
        default=None, ge=0, description="break_even_utilisation is at most this much too high."
    )


class Binding(Row):
    """A limit that holds the answer back."""

    limit: str = Field(description="Path in the plan, for example limits.capex_total.")
    where: str = Field(description="Month, site or other place; empty when the limit is one for all.")
    saving_per_unit_relaxed: float = Field(
        description="Cost saved (npv, plan currency) per unit of relaxation."
    )
    unit: str = Field(description="Unit of the relaxation, for example USD or t CO2e.")
    step: float | None = Field(
        default=None, gt=0, description="By how many units the limit was widened to find it; null: not told."
    )


class Conflict(Row):
    """A limit that cannot hold together with the others named beside it."""

    group: int = Field(default=1, ge=1, description="Number of the set: limits of one set clash.")
    limit: str = Field(description="Path in the plan, for example limits.capex_total.")
    where: str = Field(description="Month, site or workload; empty when the limit is one for all.")
    needed: float | None = Field(description="What the demand needs at least, in the limit's unit.")
    available: float | None = Field(description="What the limit allows.")
    unit: str = Field(
        default="", description="Unit of needed and available; share of the load for a demand; may be empty."
    )
    relaxation: str = Field(description="In words, with numbers: what would have to change.")
    cost_of_relaxation: float | None = Field(
        description="Cost (npv, plan currency) after it, all other sets set aside; null if unknown."
    )
    cost_note: str = Field(
        default="",
        description="Why the cost is unknown, or what it is without; empty where explanations had no time.",
    )


class ExchangeRate(Row):
    """What one unit of another currency counts in the plan's currency."""

    currency: str = Field(pattern="^[A-Z]{3}$", description="Currency of prices, ISO 4217.")
    rate: float = Field(gt=0, description="Worth of one unit of it in the plan's currency.")
    source: str = Field(description="Where the rate is from: plan file, or whose rate in force it was.")
    observed_on: str | None = Field(
        default=None, description="Day of a rate in force, YYYY-MM-DD; null for one the plan states."
    )


class ResultWarning(Row):
    """Something to know before relying on the answer."""

    code: str = Field(pattern="^[a-z][a-z0-9_]*$", description="Stable name, for example stale_price.")
    severity: Literal["info", "warning", "serious"] = Field(description="How much it matters.")
    message: str = Field(description="In words, with the figures.")
