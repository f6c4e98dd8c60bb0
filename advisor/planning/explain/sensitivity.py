"""What the plan costs when one figure is lower or higher: decided anew, and with today's purchases kept."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from advisor.planning.baselines import FARTHEST_GAP
from advisor.planning.explain.trials import closer, compared
from advisor.planning.result_explain import Sensitivity, SensitivityCase
from optimizer.explain.again import Again, Finding
from optimizer.explain.scaling import SCALINGS, discount_rate, keeping, kept_money
from optimizer.problem import Problem
from optimizer.result import Status

SPREAD = 0.2  # up and down
RATE_SPREAD = 0.02  # of the discount rate, absolute; never below 0


def sensitivity(again: Again, known: Sequence[Sensitivity] = ()) -> tuple[Sensitivity, ...]:
    """One row for each figure that the plan has at all; those known already again, as far as time allows."""
    rows = tuple(_rows(again))
    return tuple(map(_closer, known, rows)) if known else rows


def _closer(old: Sensitivity, new: Sensitivity) -> Sensitivity:
    low, high = (
        closer(was, now).model_copy(update={"kept_npv": now.kept_npv})
        for was, now in ((old.low, new.low), (old.high, new.high))
    )
    return Sensitivity(factor=old.factor, low=low, high=high)


def _rows(again: Again) -> Iterator[Sensitivity]:
    problem = again.base.problem
    factors = {"demand", "cloud_prices"}
    if any(site.price_per_kwh > 0 for site in problem.sites):
        factors.add("power_price")
    if any(site.opening_capex > 0 or any(s.capex > 0 for s in site.servers) for site in problem.sites):
        factors.add("capex")
    for name, scaled in SCALINGS.items():
        if name in factors:
            whole = name == "cloud_prices" and _is_all_cloud(problem)
            low, high = (
                _proportional(again, f) if whole else _case(again, scaled(problem, f), f)
                for f in (1 - SPREAD, 1 + SPREAD)
            )
            yield Sensitivity.model_validate({"factor": name, "low": low, "high": high})
    rate = problem.horizon.discount_rate
    if problem.horizon.months > 1:
        rates = (max(0.0, rate - RATE_SPREAD), rate + RATE_SPREAD)
        low, high = (_case(again, discount_rate(problem, r), r) for r in rates)
        yield Sensitivity.model_validate({"factor": "discount_rate", "low": low, "high": high})


def _case(again: Again, problem: Problem, change: float) -> SensitivityCase:
    found = again.solve(problem)
    found = found and again.at_most(found)
    known = found is not None and found.status is not Status.INFEASIBLE
    kept = _kept(again, problem) if known and not again.is_quick else None
    if found is not None and kept is not None:
        found = _no_dearer(found, kept)
    row: dict[str, Any] = compared(again, found) | {"change": change}
    if kept is not None and kept.gap is not None and kept.gap <= FARTHEST_GAP:
        row["kept_npv"] = kept.npv
    return SensitivityCase.model_validate(row)


def _kept(again: Again, problem: Problem) -> Finding | None:
    """The changed problem with the answer's purchases kept, their money included."""
    plan = again.base.plan
    kept = None if plan is None else again.solve(keeping(problem, plan))
    kept = kept and again.at_most(kept)
    if plan is None or kept is None or kept.npv is None:
        return None
    money = kept_money(problem, plan)
    return replace(kept, npv=kept.npv + money, bound=kept.bound + money, plan=None)


def _no_dearer(found: Finding, kept: Finding) -> Finding:
    """What is kept is a plan of the same question: the best costs no more, and its bound stays."""
    if kept.npv is None or (found.npv is not None and found.npv <= kept.npv):
        return found
    return replace(found, status=Status.FEASIBLE, npv=kept.npv, plan=None)


def _proportional(again: Again, factor: float) -> SensitivityCase:
    """All costs times `factor`: the same plan is the best, and so is the proof."""
    base = again.base
    npv = None if base.npv is None else factor * base.npv
    found = replace(base, npv=npv, bound=factor * base.bound)
    return SensitivityCase.model_validate(compared(again, found) | {"change": factor, "kept_npv": npv})


def _is_all_cloud(problem: Problem) -> bool:
    """Whether the catalogue's prices are all there is to pay, and nothing limits payments."""
    limits = problem.limits
    others = problem.sites or any(elastic.partner for elastic in problem.elastic)
    return not others and not limits.carbon_price_per_kg and limits.cash_per_month is None
