"""From the text of a plan to a verified recommendation."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from advisor.catalog.queries import Catalogue
from advisor.demand.parse import parse_plan
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError
from advisor.demand.surroundings import ReadFile
from advisor.errors import AdvisorError, BadInput
from advisor.planning.answer import answer, impossible
from advisor.planning.case import Case, Solved
from advisor.planning.effort import BASELINE_GAP, CLASHES_SECONDS, Effort, Notify, Step, baseline_seconds
from advisor.planning.plan_files import files_beside, read_plan, refusal
from advisor.planning.prices import Prices
from advisor.planning.problem import translate
from advisor.planning.result import Result
from optimizer.baselines import BaselineOutcome, baselines
from optimizer.checks import InvalidProblem
from optimizer.conflicts import Clash, clashes
from optimizer.result import Outcome, Progress, Status
from optimizer.solve import solve
from optimizer.verify import PlanRefused, verify

THOUSAND = 1000.0  # the solver counts money in thousands


class SolverFailed(AdvisorError):
    """The solver found nothing in time, or what it found does not hold."""

    code = "solver_failed"


def advise(
    plan_text: bytes,
    *,
    source: str,
    catalogue: Catalogue,
    catalogue_version: str,
    now: datetime,
    max_age_hours: int,
    effort: Effort | None = None,
    read_file: ReadFile | None = None,
    notify: Notify | None = None,
) -> Result:
    """The recommendation for a plan over exactly the offers of `catalogue`; prices age against `now`.

    An impossible plan is an answer (status infeasible). Raises BadInput for a plan that cannot be read or
    priced, SolverFailed when nothing was found in time or the verifier refuses what was found.
    """
    effort = effort or Effort()
    started = time.perf_counter()
    case = _case(plan_text, source, catalogue, now, max_age_hours, read_file)
    with _failures(source):
        outcome = _solve(case, effort, notify)
        if outcome.status is Status.INFEASIBLE:
            found = _clashes(case, effort, notify)
            seconds = time.perf_counter() - started
            return impossible(case, outcome, clashes=found, seconds=seconds, version=catalogue_version)
        solved = _verified(case, outcome, effort)
        seconds = time.perf_counter() - started
        compared = _baselines(solved, effort, seconds, notify)
        return answer(solved, baselines=compared, seconds=seconds, version=catalogue_version)


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
    )


def _case(
    plan_text: bytes,
    source: str,
    catalogue: Catalogue,
    now: datetime,
    max_age_hours: int,
    read_file: ReadFile | None,
) -> Case:
    names = {offer.accelerator for offer in catalogue.offers if offer.accelerator}
    try:
        plan: Plan = parse_plan(plan_text, source=source, read_file=read_file, known_accelerators=names)
        translation = translate(plan, catalogue.offers, now=now)
    except PlanError as error:
        raise refusal(error.problems, source) from error
    return Case(plan=plan, catalogue=catalogue, translation=translation, now=now, max_age_hours=max_age_hours)


def _solve(case: Case, effort: Effort, notify: Notify | None) -> Outcome:
    def told(progress: Progress) -> None:
        if notify is not None:
            notify(_step(case, progress))

    if notify is not None:
        notify(Step(stage="solving", currency=case.plan.currency))
    return solve(
        case.problem,
        gap=effort.gap,
        time_limit_seconds=effort.time_limit_seconds,
        threads=effort.threads,
        progress=told if notify is not None else None,
    )


def _clashes(case: Case, effort: Effort, notify: Notify | None) -> tuple[Clash, ...]:
    if notify is not None:
        notify(Step(stage="finding which limits clash", currency=case.plan.currency))
    return clashes(case.problem, time_limit_seconds=min(effort.time_limit_seconds, CLASHES_SECONDS))


def _verified(case: Case, outcome: Outcome, effort: Effort) -> Solved:
    if outcome.plan is None:
        limit = f"{effort.time_limit_seconds:g} s"
        raise SolverFailed(
            f"{case.plan.name}: no plan was found within {limit}, and none was proven impossible.",
            ["Give it longer (--time-limit), or make the plan smaller (blocks_per_month, fewer months)."],
        )
    account = verify(case.problem, outcome.plan, objective_npv=outcome.objective_npv)
    return Solved(case=case, outcome=outcome, decisions=outcome.plan, account=account)


def _step(case: Case, progress: Progress) -> Step:
    """The solver counts in thousands and says infinity for what it does not know."""

    def known(figure: float, scale: float) -> float | None:
        return figure * scale if math.isfinite(figure) else None

    return Step(
        stage="solving",
        currency=case.plan.currency,
        seconds=progress.seconds,
        best=known(progress.best, THOUSAND),
        bound=known(progress.bound, THOUSAND),
        gap=known(progress.gap, 1.0),
    )


def _baselines(
    solved: Solved, effort: Effort, elapsed_seconds: float, notify: Notify | None
) -> tuple[BaselineOutcome, ...]:
    if not effort.baselines:
        return ()
    currency = solved.case.plan.currency

    def told(outcome: BaselineOutcome) -> None:
        if notify is not None:
            notify(Step(stage=f"compared with {outcome.name.replace('_', ' ')}", currency=currency))

    if notify is not None:
        notify(Step(stage="comparing with simple strategies", currency=currency))
    together, each = baseline_seconds(elapsed_seconds)
    until = time.perf_counter() + together
    return baselines(
        solved.case.problem,
        known=solved.outcome,
        gap=max(effort.gap, BASELINE_GAP),
        time_limit_seconds=min(effort.time_limit_seconds, each),
        progress=told,
        cancelled=lambda: time.perf_counter() > until,
    )
