"""From the text of a plan to a verified recommendation."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from advisor.catalog.stock import Stock
from advisor.demand.parse import parse_plan
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError
from advisor.demand.surroundings import ReadFile
from advisor.errors import AdvisorError, BadInput
from advisor.planning.answer import answer, impossible
from advisor.planning.case import Case, Solved
from advisor.planning.conflicts import conflict_rows
from advisor.planning.effort import (
    BASELINE_GAP,
    CLASHES_SECONDS,
    TRIED_SHARE,
    Effort,
    Notify,
    baseline_seconds,
)
from advisor.planning.exchange import with_rates_in_force
from advisor.planning.explain.why import refuse_unknown
from advisor.planning.explain.work import explain, ways_out
from advisor.planning.plan_files import files_beside, read_plan, refusal
from advisor.planning.prices import Prices
from advisor.planning.problem import offers_for, translate
from advisor.planning.reproduce import reproduce_of
from advisor.planning.result import Reproduce, Result
from advisor.planning.risk import solved_case
from advisor.planning.risk_value import planning_not_done
from advisor.planning.steps import Steps
from advisor.rates.in_force import shipped_rates
from advisor.rates.words import could_be_written
from optimizer.baselines import BaselineOutcome, baselines
from optimizer.checks import InvalidProblem
from optimizer.clash import Clash
from optimizer.conflicts import clashes
from optimizer.result import Outcome, Status
from optimizer.risk.value import NOT_ASKED
from optimizer.solve import solve
from optimizer.verify import PlanRefused, verify
from providers.rates import ReferenceRates


class SolverFailed(AdvisorError):
    """The solver found nothing in time, or what it found does not hold."""

    code = "solver_failed"


def advise(
    plan_text: bytes,
    *,
    source: str,
    catalogue: Stock,
    catalogue_version: str,
    now: datetime,
    max_age_hours: int,
    effort: Effort | None = None,
    read_file: ReadFile | None = None,
    notify: Notify | None = None,
    cancelled: Callable[[], bool] | None = None,
    rates: ReferenceRates | None = None,
) -> Result:
    """The recommendation for a plan over exactly the offers of `catalogue`; prices age against `now`.

    `rates` are those in force, by default those that ship: for a plan that asks for them, and for the words
    to one that lacks a rate.

    An impossible plan is an answer (status infeasible). Raises BadInput for a plan that cannot be read or
    priced, SolverFailed when nothing was found in time or the verifier refuses what was found, and Cancelled
    soon after `cancelled` says so. `notify` and `cancelled` are called in the calling thread, `cancelled`
    some five times a second; what `notify` raises stops the work, and comes out where it is an AdvisorError.
    """
    effort = effort or Effort()
    started = time.perf_counter()
    steps = Steps(notify, cancelled)
    rates = rates or shipped_rates()
    case = _case(plan_text, source, catalogue, now, max_age_hours, read_file, steps, rates)
    again = reproduce_of(case, effort, plan_text=plan_text, catalogue_version=catalogue_version)
    refuse_unknown(case, effort.why)
    with _failures(source):
        outcome = _solve(case, effort, steps)
        told = _Told(version=catalogue_version, reproduce=again, started=started)
        if outcome.status is Status.INFEASIBLE:
            return _impossible(case, outcome, effort, steps, told)
        return _answered(_verified(case, outcome, effort), effort, steps, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What every result tells: the catalogue's version, what to ask again, and when the work began."""

    version: str
    reproduce: Reproduce
    started: float

    def seconds(self) -> float:
        return time.perf_counter() - self.started


def _impossible(case: Case, outcome: Outcome, effort: Effort, steps: Steps, told: _Told) -> Result:
    """Which limits clash, and the ways out."""
    found = _clashes(case, effort, steps)
    rows = ways_out(case, outcome, conflict_rows(case, found), found, effort, steps)
    steps.begin("checking", "putting the answer together")
    return impossible(
        case,
        outcome,
        conflicts=rows,
        seconds=told.seconds(),
        version=told.version,
        reproduce=told.reproduce,
    )


def _answered(solved: Solved, effort: Effort, steps: Steps, told: _Told) -> Result:
    """The plan, what simple strategies cost, and why it is as it is."""
    problem, seconds = solved.case.problem, told.seconds()
    compared = _baselines(solved, effort, seconds, steps)
    without = planning_not_done(problem, effort, steps) if problem.risk else NOT_ASKED
    explained = explain(solved, effort, steps)
    steps.begin("checking", "checking the bill")
    return answer(
        solved,
        baselines=compared,
        unplanned=without,
        seconds=seconds,
        version=told.version,
        reproduce=told.reproduce,
        explained=explained,
    )


@contextmanager
def _failures(source: str) -> Iterator[None]:
    """Whatever breaks on the way is told as a failure (exit 3), never mistaken for an answer (0 or 1)."""
    try:
        yield
    except AdvisorError:
        raise
    except InvalidProblem as error:
        raise BadInput(f"{source}: the plan's figures cannot be solved with", error.faults) from error
    except PlanRefused as error:
        raise SolverFailed(
            "The verifier refuses the solver's plan; no answer is shown. This is an error of ours.",
            error.problems,
        ) from error
    except Exception as error:
        raise SolverFailed(
            "Working out the answer failed; no answer is shown. This is an error of ours.",
            [f"{type(error).__name__}: {error}"],
        ) from error


def advise_file(
    path: Path,
    *,
    prices: Prices,
    now: datetime,
    max_age_hours: int,
    effort: Effort | None = None,
    notify: Notify | None = None,
    cancelled: Callable[[], bool] | None = None,
    rates: ReferenceRates | None = None,
) -> Result:
    """`advise` for a plan file, which may name files beside it; raises BadInput also for no such file."""
    return advise(
        read_plan(path),
        source=str(path),
        catalogue=prices.catalogue,
        catalogue_version=prices.version,
        now=now,
        max_age_hours=max_age_hours,
        effort=effort,
        read_file=files_beside(path),
        notify=notify,
        cancelled=cancelled,
        rates=rates,
    )


def _case(
    plan_text: bytes,
    source: str,
    catalogue: Stock,
    now: datetime,
    max_age_hours: int,
    read_file: ReadFile | None,
    steps: Steps,
    rates: ReferenceRates,
) -> Case:
    steps.begin("reading", "reading the plan")

    def rate_in_force(currency: str, own: str) -> str | None:
        return could_be_written(currency, own, rates)

    try:
        plan: Plan = parse_plan(
            plan_text,
            source=source,
            read_file=read_file,
            known_accelerators=set(catalogue.accelerators),
            rate_in_force=rate_in_force,
        )
        plan, rates_from = with_rates_in_force(plan, rates)
        steps.currency = plan.currency
        translation = translate(
            plan,
            offers_for(plan, catalogue),
            now=now,
            max_age_hours=max_age_hours,
            rate_in_force=rate_in_force,
            progress=steps.priced,
        )
    except PlanError as error:
        raise refusal(error.problems, source) from error
    return Case(
        plan=plan,
        catalogue=catalogue,
        translation=translation,
        now=now,
        max_age_hours=max_age_hours,
        rates_from=rates_from,
    )


def _solve(case: Case, effort: Effort, steps: Steps) -> Outcome:
    steps.begin("solving", "solving")
    outcome = solve(
        case.problem,
        gap=effort.gap,
        time_limit_seconds=effort.time_limit_seconds,
        threads=effort.threads,
        progress=steps.searched,
        cancelled=steps.watch,
    )
    steps.watch.check()
    return outcome


def _clashes(case: Case, effort: Effort, steps: Steps) -> tuple[Clash, ...]:
    steps.begin("clashes", "finding which limits clash")
    seconds = min(effort.time_limit_seconds, CLASHES_SECONDS)
    return clashes(case.problem, time_limit_seconds=seconds, cancelled=steps.watch)


def _verified(case: Case, outcome: Outcome, effort: Effort) -> Solved:
    if outcome.plan is None:
        raise SolverFailed(
            f"{case.plan.name}: no plan was found within {effort.time_limit_seconds:g} s, "
            "and none was proven impossible.",
            [_what_would_help(outcome)],
        )
    account = verify(case.problem, outcome.plan, objective_npv=outcome.objective_npv)
    return solved_case(case, outcome, account)


def _what_would_help(outcome: Outcome) -> str:
    """Time; where nothing was written down though there was time, only a smaller plan."""
    record = outcome.record
    if record.columns == 0 and record.seconds < TRIED_SHARE * record.time_limit_seconds:
        return "It is too large for one model: fewer scenarios (risk), blocks_per_month or months would do."
    return "Give it longer (--time-limit), or make the plan smaller (blocks_per_month, fewer months)."


def _baselines(
    solved: Solved, effort: Effort, elapsed_seconds: float, steps: Steps
) -> tuple[BaselineOutcome, ...]:
    if not effort.baselines:
        return ()
    steps.comparing()
    together, each = baseline_seconds(elapsed_seconds)
    until = time.perf_counter() + together
    return baselines(
        solved.case.problem,
        known=solved.outcome,
        gap=max(effort.gap, BASELINE_GAP),
        time_limit_seconds=min(effort.time_limit_seconds, each),
        progress=steps.compared,
        cancelled=lambda: time.perf_counter() > until or steps.watch(),
    )
