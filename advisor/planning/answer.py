"""The parts of a result put together, for an answer and for an impossible plan."""

from collections.abc import Sequence
from typing import Any

from advisor.planning.assumptions import assumptions_of
from advisor.planning.baselines import baseline_rows, build_vs_buy
from advisor.planning.bill import make_bill
from advisor.planning.case import Case, Solved
from advisor.planning.exchange import exchange_rates_of
from advisor.planning.expected import expected_bill, expected_work
from advisor.planning.explain.work import Explained
from advisor.planning.load import load_of
from advisor.planning.load_blocks import time_record
from advisor.planning.pools import Sources
from advisor.planning.provider_bill import provider_bill
from advisor.planning.provider_notes import provider_warnings
from advisor.planning.purchases import purchase_rows
from advisor.planning.result import CatalogueRecord, Reproduce, Result, SolverRecord
from advisor.planning.result_rows import Conflict
from advisor.planning.risk import risk_record
from advisor.planning.totals import totals_of
from advisor.planning.usage import unit_costs, usage_rows
from advisor.planning.warnings import warnings_of
from advisor.planning.words import stamp
from optimizer.baselines import BaselineOutcome
from optimizer.result import Outcome, Status
from optimizer.risk.value import NOT_ASKED, Unplanned


def answer(
    solved: Solved,
    *,
    baselines: Sequence[BaselineOutcome],
    unplanned: Unplanned = NOT_ASKED,
    seconds: float,
    version: str,
    reproduce: Reproduce | None = None,
    explained: Explained | None = None,
) -> Result:
    """The result of a verified answer; raises BillDisagrees where the bill does not match the account."""
    case, outcome = solved.case, solved.outcome
    bill = expected_bill(solved)
    sources, shown = Sources(solved), solved.shown
    billed = provider_bill(shown, make_bill(shown) if solved.futures else bill)
    work = expected_work(solved, sources)
    purchases, usage = purchase_rows(solved), usage_rows(solved, work)
    rows = baseline_rows(baselines, solved.account.npv, gap_asked=outcome.record.gap_asked)
    gap = _gap(outcome)
    warnings = warnings_of(case, shown.outcome, time_record(case, shown.decisions), purchases, usage)
    return Result.model_validate(
        _common(case, shown.outcome, seconds, version)
        | {
            "status": "optimal" if gap <= outcome.record.gap_asked else "feasible",
            "gap": gap,
            "objective_npv": solved.account.npv,
            "totals": totals_of(solved, bill),
            "purchases": purchases,
            "usage": usage,
            "unit_costs": unit_costs(solved, sources, work),
            "baselines": rows,
            "build_vs_buy": build_vs_buy(rows, case.plan, explained.break_even if explained else None),
            "binding": explained.binding if explained else None,
            "explanations": explained.rows if explained else None,
            "conflicts": None,
            "warnings": (*warnings, *provider_warnings(billed, case.plan.currency)),
            "load": load_of(shown, Sources(shown)),
            "risk": risk_record(solved, unplanned),
            "reproduce": reproduce,
        }
    )


def impossible(
    case: Case,
    outcome: Outcome,
    *,
    conflicts: Sequence[Conflict],
    seconds: float,
    version: str,
    reproduce: Reproduce | None = None,
) -> Result:
    """The result of a plan that nothing can meet."""
    return Result.model_validate(
        _common(case, outcome, seconds, version)
        | {
            "status": "infeasible",
            "gap": None,
            "objective_npv": None,
            "totals": None,
            "purchases": (),
            "usage": (),
            "unit_costs": (),
            "baselines": (),
            "build_vs_buy": build_vs_buy((), case.plan, None),
            "conflicts": conflicts,
            "warnings": warnings_of(case, outcome, time_record(case, outcome.plan), ()),
            "reproduce": reproduce,
        }
    )


def _gap(outcome: Outcome) -> float:
    """The proven relative gap; a plan that costs its bound to a millionth of a unit has none."""
    npv, bound = outcome.objective_npv, outcome.record.bound
    if npv is None or outcome.gap is None:
        raise ValueError("an answer has an objective and a gap")
    if outcome.status is Status.OPTIMAL and npv - bound <= 1e-6:
        return 0.0
    return max(0.0, outcome.gap)


def _common(case: Case, outcome: Outcome, seconds: float, version: str) -> dict[str, Any]:
    plan = case.plan
    return {
        "schema": 1,
        "name": plan.name,
        "start": plan.start,
        "months": plan.months,
        "currency": plan.currency,
        "solved_in_seconds": seconds,
        "solver": _solver(outcome),
        "catalogue": _catalogue(case, outcome, version),
        "exchange_rates": exchange_rates_of(case),
        "time": time_record(case, outcome.plan),
        "binding": None,
        "assumptions": assumptions_of(case),
    }


def _solver(outcome: Outcome) -> SolverRecord:
    record = outcome.record
    return SolverRecord(
        name=record.solver,
        version=record.version,
        threads=record.threads,
        gap_asked=record.gap_asked,
        time_limit_seconds=record.time_limit_seconds,
        bound=record.bound if outcome.status is not Status.INFEASIBLE else None,
        columns=record.columns,
        rows=record.rows,
        integers=record.integers,
        nonzeros=record.nonzeros,
        build_seconds=record.build_seconds,
        solve_seconds=max(0.0, record.seconds - record.build_seconds),
    )


def _catalogue(case: Case, outcome: Outcome, version: str) -> CatalogueRecord:
    used = case.translation.offers.values()
    observed = [offer.observed_at for offer in used if offer.observed_at is not None]
    return CatalogueRecord.model_validate(
        {
            "as_of": stamp(case.catalogue.as_of),
            "version": version,
            "oldest_price": stamp(min(observed, default=None)),
            "offers_in_catalogue": case.catalogue.count,
            "offers_considered": case.translation.considered,
            "offers_in_model": outcome.record.offers,
        }
    )
