"""What a worker does for a run."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings

from advisor.jobs.keeper import Keeper
from advisor.models import Job, Run, RunResult
from advisor.planning.effort import Effort, Step
from advisor.planning.progress import Progressing
from advisor.planning.result import Result
from advisor.planning.sentence import sentence
from advisor.planning.services import advise
from advisor.plans.check import SOURCE
from advisor.rates.in_force import rates_in_force
from advisor.runs.prices import prices_of


def solve_run(job: Job, keeper: Keeper) -> Callable[[], None]:
    """Work out the plan of a run with the catalogue version it was started with."""
    run = Run.objects.select_related("version", "price_book").get(job=job)
    prices = prices_of(run)
    effort = Effort(
        gap=run.gap_asked,
        time_limit_seconds=run.time_limit_seconds,
        baselines=run.baselines,
        explain_seconds=run.explain_seconds,
        why=tuple(run.why),
    )
    result = advise(
        run.version.text.encode(),
        source=SOURCE,
        catalogue=prices.catalogue,
        catalogue_version=prices.version,
        now=run.as_of,
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
        effort=effort,
        notify=_teller(keeper, effort),
        cancelled=keeper.stopped,
        rates=rates_in_force(run.as_of),
    )
    return lambda: _store(run, result)


def _teller(keeper: Keeper, effort: Effort) -> Callable[[Step], None]:
    progressing = Progressing(gap_asked=effort.gap, time_limit_seconds=effort.time_limit_seconds)

    def tell(step: Step) -> None:
        keeper.tell(fraction=progressing(step), progress=_progress(step))

    return tell


def _progress(step: Step) -> dict[str, Any]:
    """What a page shows of a step; figures that are not known yet are left out."""
    figures = {
        "seconds": step.seconds,
        "best": step.best,
        "bound": step.bound,
        "gap": step.gap,
        "done": step.done,
        "total": step.total,
    }
    known = {name: figure for name, figure in figures.items() if figure is not None}
    return {"phase": step.phase, "stage": step.stage, "currency": step.currency, **known}


def _store(run: Run, result: Result) -> None:
    document = result.as_json()
    RunResult.objects.create(run=run, document=document, sha256=hashlib.sha256(document.encode()).hexdigest())
    Run.objects.filter(pk=run.pk).update(
        name=result.name[:300],
        status=result.status,
        objective_npv=result.objective_npv,
        proven_gap=result.gap,
        currency=result.currency,
        sentence=sentence(result),
    )
