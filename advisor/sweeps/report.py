"""A sweep as JSON: the same shape from the command, and in parts from the API."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from advisor.planning.result_rows import Row
from advisor.sweeps.summary import Answered, distribution_of, effects_of


class PurchaseOut(Row):
    """One of the dearest purchases of a plan."""

    offer: str = Field(description="As in purchases of a result.")
    purchase: str = Field(description="Way of buying.")
    quantity: int = Field(description="Whole machines; see quantity_unit.")
    quantity_unit: str = Field(description="machines, or machines_at_once: the largest number in any hour.")
    start: str = Field(description="Month in which it is bought or first used, YYYY-MM.")
    npv: float = Field(description="Cost discounted to the plan's start, plan currency.")


class PointOut(Row):
    """One plan of a sweep and its answer in short. Money in `currency`."""

    index: int = Field(description="Its place, from 0; 0 is the plan as it is.")
    label: str = Field(description="What is different about it, in words.")
    factors: dict[str, float] = Field(description="Factor of each driver that was scaled.")
    changes: dict[str, Any] = Field(description="Value put at each path; null: the field was taken out.")
    state: Literal["waiting", "answered", "failed"] = Field(
        description="waiting: not worked out (yet). failed: no answer; error_code and words say why."
    )
    status: Literal["optimal", "feasible", "infeasible"] | None = Field(
        description="As of a result; null without one."
    )
    npv: float | None = Field(description="Net present cost; null when impossible, or without an answer.")
    gap: float | None = Field(description="Proven relative gap, a fraction; null as npv.")
    cash: float | None = Field(description="Money paid within the horizon, undiscounted; null as npv.")
    capex: float | None = Field(description="Of it, for sites and servers; null as npv.")
    carbon_tonnes: float | None = Field(description="Emissions, t CO2e; null as npv.")
    currency: str = Field(description="ISO 4217; empty without an answer.")
    npv_by_kind: dict[str, float] = Field(description="npv by kind of capacity.")
    purchases: list[PurchaseOut] = Field(description="At most 20, the dearest first.")
    words: list[str] = Field(description="What clashes, or why there is no answer; else empty.")
    error_code: str | None = Field(description="Stable, for programs; null unless it failed.")
    seconds: float | None = Field(description="Time to work it out; null before.")


class EffectPoint(Row):
    factor: float = Field(description="Factor on the driver.")
    npv: float | None = Field(description="Net present cost at it; null where it is not proven.")


class EffectOut(Row):
    """What one driver alone does to the cost."""

    driver: str = Field(description="demand, cloud_prices, power_price, capex or discount_rate.")
    low_factor: float = Field(description="Its lowest factor.")
    high_factor: float = Field(description="Its highest factor.")
    low: float | None = Field(
        description="npv at the lowest, less that of the plan as it is; null where one of the two is not "
        "proven within the gap asked."
    )
    high: float | None = Field(description="The same at the highest.")
    points: list[EffectPoint] = Field(description="All factors in order, the plan as it is at 1.")


class BinOut(Row):
    low: float = Field(description="Costs of this or more.")
    high: float = Field(description="Costs below this; in the last bin also this.")
    count: int = Field(description="Draws in it.")


class DistributionOut(Row):
    """Cost (npv) over the draws that have an answer."""

    draws: int = Field(description="Plans drawn.")
    answered: int = Field(description="Of them with a cost: what follows is of these.")
    impossible: int = Field(description="Of them without a plan that holds all limits.")
    mean: float = Field(description="Mean npv.")
    standard_deviation: float = Field(description="Of the sample.")
    p10: float = Field(description="A tenth of the draws cost less.")
    p50: float = Field(description="Half of the draws cost less.")
    p90: float = Field(description="Nine tenths of the draws cost less.")
    least: float = Field(description="Lowest npv.")
    most: float = Field(description="Highest npv.")
    bins: list[BinOut] = Field(description="How many draws cost how much.")
    in_best_plan: dict[str, float] = Field(
        description="Part of the draws (0 to 1) whose best plan pays for a kind of capacity."
    )


class SummaryOut(Row):
    """What the answers show together, of those there are so far."""

    base_npv: float | None = Field(description="npv of the plan as it is; null without an answer.")
    unproven: int = Field(description="Plans with a cost that is not proven within the gap asked.")
    loosest_gap: float | None = Field(
        description="Widest proven gap of all plans with a cost, a fraction; null without any."
    )
    effects: list[EffectOut] = Field(description="Of a sensitivity: what moves the cost most first.")
    distribution: DistributionOut | None = Field(
        description="Of a Monte Carlo; null for others, and before two draws have an answer."
    )


class SweepReport(Row):
    """A sweep that `manage.py sweep` has worked out. `docs/sweeps.md` explains it."""

    schema_: Literal[1] = Field(default=1, alias="schema", description="Version of this form: 1.")
    kind: Literal["sensitivity", "monte_carlo", "comparison"] = Field(description="What was asked.")
    name: str = Field(description="The plan's name.")
    options: dict[str, Any] = Field(description="The question as it was asked.")
    as_of: str = Field(description="The moment of the prices, ISO 8601 UTC.")
    catalogue_version: str = Field(description="Version of the catalogue, or a digest of the price files.")
    gap_asked: float = Field(description="Relative gap asked for each plan.")
    time_limit_seconds: float = Field(description="Longest search for each plan.")
    seconds: float = Field(description="From the first plan to the last.")
    summary: SummaryOut = Field(description="What the answers show together.")
    points: list[PointOut] = Field(description="All plans, in their order.")

    def as_json(self) -> str:
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def summary_of(kind: str, points: Sequence[Answered]) -> SummaryOut:
    """Of the points in their order."""
    found = distribution_of(points) if kind == "monte_carlo" else None
    return SummaryOut(
        base_npv=points[0].npv if points else None,
        unproven=sum(point.status == "feasible" for point in points),
        loosest_gap=max((point.gap for point in points if point.gap is not None), default=None),
        effects=[
            EffectOut(
                driver=effect.driver,
                low_factor=effect.low_factor,
                high_factor=effect.high_factor,
                low=effect.low,
                high=effect.high,
                points=[EffectPoint(factor=factor, npv=npv) for factor, npv in effect.points],
            )
            for effect in (effects_of(points) if kind == "sensitivity" else ())
        ],
        distribution=None
        if found is None
        else DistributionOut(
            draws=found.draws,
            answered=found.answered,
            impossible=found.impossible,
            mean=found.mean,
            standard_deviation=found.standard_deviation,
            p10=found.p10,
            p50=found.p50,
            p90=found.p90,
            least=found.least,
            most=found.most,
            bins=[BinOut(low=one.low, high=one.high, count=one.count) for one in found.bins],
            in_best_plan=dict(found.in_best_plan),
        ),
    )


def point_out(point: Any) -> PointOut:
    """A stored point, or one of a command (`Local`): they have the same fields."""
    return PointOut(
        index=point.index,
        label=point.label,
        factors=dict(point.factors),
        changes=dict(point.changes),
        state=point.state,
        status=point.status or None,
        npv=point.npv,
        gap=point.gap,
        cash=point.cash,
        capex=point.capex,
        carbon_tonnes=point.carbon_tonnes,
        currency=point.currency,
        npv_by_kind=dict(point.npv_by_kind),
        purchases=[PurchaseOut(**row) for row in point.purchases],
        words=list(point.words),
        error_code=point.error_code or None,
        seconds=point.seconds,
    )
