"""Shapes of sweeps."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from advisor.api.fields import In, Line, Moment, NumberIn, Uuid, whole
from advisor.api.paging import PageOut, PageQuery
from advisor.runs.services import GAPS
from advisor.sweeps.design import (
    LONGEST_LABEL,
    MOST_CASES,
    MOST_DRAWS,
    MOST_FACTORS,
    SEEDS,
    SIGMAS,
    STEP,
    STEPS,
)
from advisor.sweeps.drivers import DRIVERS
from advisor.sweeps.outcome import SWEEP_GAP, SWEEP_TIME_LIMIT_SECONDS
from advisor.sweeps.report import PointOut, SummaryOut
from advisor.sweeps.services import TIME_LIMITS_SECONDS
from advisor.sweeps.variations import FACTORS

Kind = Literal["sensitivity", "monte_carlo", "comparison"]
State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
_MOST_CHANGES = 50
_Factor = Annotated[float, Field(ge=FACTORS[0], le=FACTORS[1])]
_Factors = Annotated[list[_Factor], Field(max_length=MOST_FACTORS)]


class SweepsQuery(PageQuery):
    kind: Kind | None = Field(None, description="Only sweeps of this kind")
    state: State | None = Field(None, description="Only sweeps in this state")
    plan_id: Uuid | None = Field(None, description="Only sweeps of this plan")
    text: Line = Field("", description="Only sweeps whose name holds this, in any case")


class OutcomesQuery(PageQuery):
    only: Literal["optimal", "feasible", "infeasible", "failed", "waiting"] | None = Field(
        None, description="Only plans with this status, or in this state"
    )


class CaseIn(In):
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL, pattern=r"^[^\u0000]*$")] = Field(
        description="What to call it", examples=["no budget"]
    )
    changes: dict[str, Any] = Field(
        description="Value to put at each path of the plan, such as `limits.capex_total` or "
        "`workloads[chat].demand.peak`; null takes the field out",
        max_length=_MOST_CHANGES,
        examples=[{"limits.capex_total": None}],
    )


class OtherPlanIn(In):
    plan_id: Uuid = Field(description="Another plan of your organisation")
    version: NumberIn | None = Field(None, description="Which version; null: the newest")


class SweepIn(In):
    """Of the fields below `kind`, those of another kind are refused."""

    plan_id: Uuid = Field(description="Which plan to work out")
    version: NumberIn | None = Field(None, description="Which version; null: the newest")
    kind: Kind = Field(description="What to ask")
    step: float | None = Field(
        None, ge=STEPS[0], le=STEPS[1], description=f"Sensitivity: how far up and down; null: {STEP:g}"
    )
    drivers: dict[str, _Factors] | None = Field(
        None,
        max_length=len(DRIVERS),
        description=f"Sensitivity: factors by driver ({', '.join(DRIVERS)}), an empty list for 1 ± step; "
        "null: all that the plan has",
        examples=[{"demand": [0.5, 0.8, 1.25, 2], "cloud_prices": []}],
    )
    draws: Annotated[int, Field(ge=2, le=MOST_DRAWS), BeforeValidator(whole)] | None = Field(
        None, description="Monte Carlo: how many plans; null: 100"
    )
    seed: Annotated[int, Field(ge=SEEDS[0], le=SEEDS[1]), BeforeValidator(whole)] | None = Field(
        None, description="Monte Carlo: the same seed gives the same draws; null: 1"
    )
    demand_sigma: float | None = Field(
        None, ge=SIGMAS[0], le=SIGMAS[1], description="Monte Carlo: of the logarithm of demand; null: 0.25"
    )
    price_sigma: float | None = Field(
        None, ge=SIGMAS[0], le=SIGMAS[1], description="Monte Carlo: of the logarithm of prices; null: 0.15"
    )
    cases: list[CaseIn] | None = Field(
        None, max_length=MOST_CASES, description="Comparison: the plan with something changed"
    )
    plans: list[OtherPlanIn] | None = Field(
        None, max_length=MOST_CASES, description="Comparison: other plans as they are"
    )
    gap: float = Field(
        SWEEP_GAP, ge=GAPS[0], le=GAPS[1], description="Proven distance to the best of each plan, a fraction"
    )
    time_limit_seconds: float = Field(
        SWEEP_TIME_LIMIT_SECONDS,
        ge=TIME_LIMITS_SECONDS[0],
        le=TIME_LIMITS_SECONDS[1],
        description="Longest search for each plan, seconds",
    )


class SweepLinks(BaseModel):
    """Addresses on this site."""

    self: str = Field(description="This sweep")
    plan: str = Field(description="Its plan")
    outcomes: str = Field(description="Its plans, each with its answer in short")
    csv: str = Field(description="The same as a table")
    page: str = Field(description="Its page for a person")


class SweepOut(BaseModel):
    id: Uuid = Field(description="Id of the sweep")
    name: str = Field(description="Name of the plan when it was started")
    kind: Kind = Field(description="What was asked")
    options: dict[str, Any] = Field(description="The question as it was asked")
    plan_id: Uuid = Field(description="Its plan")
    version: int = Field(description="Which version of the plan")
    state: State = Field(
        description="How far it is; the last three are ends. succeeded: at least one plan has its answer"
    )
    total: int = Field(description="Plans to work out")
    answered: int = Field(description="Of them with an answer, also that they are impossible")
    failed: int = Field(description="Of them without an answer, for reasons their outcomes tell")
    fraction: float = Field(description="Part that is done, 0 to 1")
    created_at: Moment = Field(description="When it was started, UTC")
    as_of: Moment = Field(description="The moment whose prices it uses, UTC")
    catalogue_version: int = Field(description="Version of the catalogue at that moment")
    gap: float = Field(description="Gap asked of each plan, a fraction")
    time_limit_seconds: float = Field(description="Longest search for each plan, seconds")
    links: SweepLinks = Field(description="Where to go from here")


class SweepDetail(SweepOut):
    cancel_requested: bool = Field(description="Whether somebody asked to stop it")
    started_at: Moment | None = Field(description="When a worker took it up first, UTC")
    finished_at: Moment | None = Field(description="When it ended, UTC")
    summary: SummaryOut = Field(description="What the answers there are show together")


class SweepPage(PageOut):
    items: list[SweepOut] = Field(description="Newest first")


class OutcomePage(PageOut):
    items: list[PointOut] = Field(description="In their order; 0 is the plan as it is")
