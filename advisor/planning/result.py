"""The answer to a plan, as it is stored and shown: pages and documents add nothing to it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from advisor.planning.result_explain import Explanations
from advisor.planning.result_load import (
    HeldMonth,
    Load,
    LoadHour,
    LoadMonth,
    LoadWeek,
    Reproduce,
    WorkloadWeek,
)
from advisor.planning.result_risk import RiskRecord, RiskScenario
from advisor.planning.result_rows import (
    MONTH,
    Baseline,
    Binding,
    BuildVsBuy,
    Conflict,
    CostKind,
    ExchangeRate,
    KindBeyond,
    KindTotal,
    MonthKind,
    MonthTotals,
    Purchase,
    PurchaseKind,
    ResultWarning,
    Row,
    Status,
    Totals,
    UnitCost,
    Usage,
)

__all__ = [
    "Baseline",
    "Binding",
    "BuildVsBuy",
    "CatalogueRecord",
    "Conflict",
    "CostKind",
    "ExchangeRate",
    "Explanations",
    "HeldMonth",
    "KindBeyond",
    "KindTotal",
    "Load",
    "LoadHour",
    "LoadMonth",
    "LoadWeek",
    "MonthKind",
    "MonthTotals",
    "Purchase",
    "PurchaseKind",
    "Reproduce",
    "Result",
    "ResultWarning",
    "RiskRecord",
    "RiskScenario",
    "Row",
    "SolverRecord",
    "Status",
    "TimeRecord",
    "Totals",
    "UnitCost",
    "Usage",
    "WorkloadWeek",
]


class CatalogueRecord(Row):
    """Which prices the answer rests on."""

    as_of: str = Field(description="The moment the catalogue describes, ISO 8601 UTC.")
    version: str = Field(description="Version of the catalogue, or a digest of the price files.")
    oldest_price: str | None = Field(description="Oldest price among the offers considered; null if unknown.")
    offers_in_catalogue: int = Field(ge=0, description="Offers there were.")
    offers_considered: int = Field(ge=0, description="Offers left by the plan's filters.")
    offers_in_model: int = Field(ge=0, description="Offers left after those that cannot matter.")


class SolverRecord(Row):
    """How the answer was found."""

    name: str = Field(description="Solver.")
    version: str = Field(description="Its version.")
    threads: int = Field(ge=0, description="Threads it was given; 0 = its own choice.")
    gap_asked: float = Field(ge=0, description="Relative gap asked for, as a fraction.")
    time_limit_seconds: float | None = Field(description="Time it was given; null = no limit.")
    bound: float | None = Field(description="Proven lower bound of the cost (npv), plan currency.")
    columns: int = Field(ge=0, description="Variables of the model.")
    rows: int = Field(ge=0, description="Constraints of the model.")
    integers: int = Field(ge=0, description="Variables that must be whole.")
    nonzeros: int = Field(ge=0, description="Coefficients of the model.")
    build_seconds: float = Field(ge=0, description="Time to build the model.")
    solve_seconds: float = Field(ge=0, description="Time to solve it.")


class TimeRecord(Row):
    """How the hours of a month were grouped into load blocks."""

    blocks_per_month: int = Field(ge=1, description="Load blocks of a month.")
    segments: int = Field(ge=1, description="Load blocks of the whole plan.")
    merged: bool = Field(description="Whether hours of unequal level share a block (blocks_per_month).")
    load_overstated_fraction: float = Field(
        ge=0, description="By how much merging overstates the load-hours, as a fraction; 0 when exact."
    )


class Result(Row):
    """A recommendation, or the reason why there is none. `docs/result.md` explains it."""

    schema_: Literal[1] = Field(default=1, alias="schema", description="Version of this form: 1.")
    name: str = Field(description="The plan's name.")
    start: str = Field(pattern=MONTH, description="The plan's first month, YYYY-MM.")
    months: int = Field(ge=1, description="The plan's length in months.")
    status: Status = Field(
        description="optimal: proven within the asked gap. feasible: verified, gap larger. infeasible: no "
        "plan can hold all limits."
    )
    gap: float | None = Field(ge=0, description="Proven relative gap as a fraction; null when infeasible.")
    objective_npv: float | None = Field(description="Cost that was minimised, npv, plan currency.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="The plan's currency, ISO 4217.")
    solved_in_seconds: float = Field(ge=0, description="From plan to verified answer.")
    solver: SolverRecord = Field(description="How it was found.")
    catalogue: CatalogueRecord = Field(description="Which prices it rests on.")
    exchange_rates: tuple[ExchangeRate, ...] = Field(
        default=(), description="Rates used for prices in other currencies; empty when there are none."
    )
    time: TimeRecord = Field(description="How hours were grouped.")
    totals: Totals | None = Field(description="Sums; null when infeasible.")
    purchases: tuple[Purchase, ...] = Field(description="What to get.")
    usage: tuple[Usage, ...] = Field(description="What serves what, by month.")
    unit_costs: tuple[UnitCost, ...] = Field(description="What one unit costs, by workload.")
    baselines: tuple[Baseline, ...] = Field(description="Simple strategies to compare with.")
    build_vs_buy: BuildVsBuy = Field(description="Own servers against the cloud.")
    binding: tuple[Binding, ...] | None = Field(
        description="Limits that hold the answer back; empty: none; null: not worked out."
    )
    conflicts: tuple[Conflict, ...] | None = Field(
        description="Limits that clash; null unless infeasible, and then at least one."
    )
    warnings: tuple[ResultWarning, ...] = Field(description="What to know before relying on it.")
    assumptions: tuple[str, ...] = Field(description="What this does not know, one sentence each.")
    load: Load | None = Field(
        default=None,
        description="Capacity against demand; null when infeasible, and in results of before it was told.",
    )
    explanations: Explanations | None = Field(
        default=None, description="Why the answer is as it is; null where that was not asked for."
    )
    risk: RiskRecord | None = Field(
        default=None,
        description="Uncertain demand and prices; null when infeasible, and where the plan has no risk.",
    )
    reproduce: Reproduce | None = Field(
        default=None,
        description="What to ask again for the same answer; null in results of before it was told.",
    )

    @model_validator(mode="after")
    def _answers_or_explains(self) -> Self:
        answered = self.status != "infeasible"
        if answered != (self.totals is not None and self.objective_npv is not None and self.gap is not None):
            raise ValueError(f"status {self.status}: totals, objective_npv and gap are for an answer only")
        if answered != (self.conflicts is None):
            raise ValueError(f"status {self.status}: conflicts are for an impossible plan only")
        if not answered and (not self.conflicts or self.purchases or self.usage):
            raise ValueError("an impossible plan names its conflicts and buys nothing")
        if self.status == "optimal" and (self.gap or 0) > self.solver.gap_asked:
            raise ValueError(f"gap {self.gap} is above the gap asked, {self.solver.gap_asked}: not optimal")
        if self.totals is not None and len(self.totals.by_month) != self.months:
            raise ValueError(f"by_month has {len(self.totals.by_month)} rows for {self.months} months")
        return self

    def as_json(self) -> str:
        """The stored form: JSON text with the contract's names, indented, ending in a newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
