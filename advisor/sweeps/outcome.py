"""What is kept of one plan's answer, and how it is found."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from advisor.catalog.stock import Stock
from advisor.demand.problems import PlanError
from advisor.demand.surroundings import ReadFile
from advisor.errors import AdvisorError
from advisor.planning.effort import Cancelled, Effort
from advisor.planning.plan_files import refusal
from advisor.planning.result import Result
from advisor.planning.services import advise
from advisor.plans.check import SOURCE
from advisor.sweeps.prices import scaled_stock
from advisor.sweeps.variations import Variation, varied_text
from providers.rates import ReferenceRates

MOST_PURCHASES = 20
MOST_WORDS = 5
SWEEP_GAP, SWEEP_TIME_LIMIT_SECONDS = 0.005, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What all plans of a sweep share: the text, the prices, the moment they age against, the effort."""

    text: str
    stock: Stock
    version: str
    now: datetime
    max_age_hours: int
    gap: float
    time_limit_seconds: float
    rates: ReferenceRates | None = None
    read_file: ReadFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer in short. Money in the plan's currency; `gap` relative; `npv_by_kind` by kind of capacity.

    `status` is optimal, feasible or infeasible, or empty where there is no answer: then `error_code` and
    `words` say why. Of an impossible plan, `words` say what clashes.
    """

    status: str = ""
    npv: float | None = None
    gap: float | None = None
    cash: float | None = None
    capex: float | None = None
    carbon_tonnes: float | None = None
    currency: str = ""
    npv_by_kind: dict[str, float] = field(default_factory=dict)
    purchases: list[dict[str, Any]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    error_code: str = ""
    seconds: float = 0.0


def outcome_of(
    question: Question, variation: Variation, *, cancelled: Callable[[], bool] | None = None
) -> Outcome:
    """Work out one plan. What is wrong is an outcome in words; only Cancelled is raised."""
    started = time.perf_counter()
    try:
        result = _answer(question, variation, cancelled)
    except Cancelled:
        raise
    except AdvisorError as error:
        words = [error.message, *error.details][:MOST_WORDS]
        return Outcome(error_code=error.code, words=words, seconds=time.perf_counter() - started)
    return in_short(result, time.perf_counter() - started)


def _answer(question: Question, variation: Variation, cancelled: Callable[[], bool] | None) -> Result:
    try:
        text = varied_text(question.text, variation)
    except PlanError as error:
        raise refusal(error.problems, SOURCE) from error
    return advise(
        text.encode(),
        source=SOURCE,
        catalogue=scaled_stock(question.stock, variation.price_factor),
        catalogue_version=question.version,
        now=question.now,
        max_age_hours=question.max_age_hours,
        effort=Effort(
            gap=question.gap, time_limit_seconds=question.time_limit_seconds, threads=1, baselines=False
        ),
        read_file=question.read_file,
        cancelled=cancelled,
        rates=question.rates,
    )


def in_short(result: Result, seconds: float) -> Outcome:
    """The figures of a result that a sweep keeps; purchases the dearest first."""
    if result.totals is None:
        words = [row.relaxation for row in result.conflicts or ()][:MOST_WORDS]
        return Outcome(status=result.status, currency=result.currency, words=words, seconds=seconds)
    dearest = sorted(result.purchases, key=lambda row: (-row.npv, row.offer, row.start))
    return Outcome(
        status=result.status,
        npv=result.objective_npv,
        gap=result.gap,
        cash=result.totals.cash,
        capex=result.totals.capex,
        carbon_tonnes=result.totals.carbon_tonnes,
        currency=result.currency,
        npv_by_kind={row.kind: row.npv for row in result.totals.by_kind},
        purchases=[
            {
                "offer": row.offer,
                "purchase": row.purchase,
                "quantity": row.quantity,
                "quantity_unit": row.quantity_unit,
                "start": row.start,
                "npv": row.npv,
            }
            for row in dearest[:MOST_PURCHASES]
        ],
        seconds=seconds,
    )
