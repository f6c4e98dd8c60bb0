"""What a worker does for a sweep: the plans of one job, one after the other, each stored when it is found."""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from advisor.jobs.keeper import Keeper
from advisor.jobs.lease import Claim, LeaseLost, renew
from advisor.jobs.work import OURS
from advisor.models import Job, Sweep, SweepPoint
from advisor.planning.effort import Cancelled
from advisor.rates.in_force import rates_in_force
from advisor.runs.prices import prices_of
from advisor.sweeps.outcome import Outcome, Question, outcome_of
from advisor.sweeps.services import variation_of

log = logging.getLogger(__name__)
LOST = "Its worker was lost {times} times over it: it was killed, or ran out of memory."


def solve_points(job: Job, keeper: Keeper) -> Callable[[], None]:
    """Work out every plan of the job that has no answer yet.

    A worker that is killed loses the plan it was at and nothing else: who takes the job up goes on there. A
    plan that has cost several workers their lives is given up, and the others go on.
    """
    points = job.points.select_related("sweep__version", "sweep__price_book", "version").order_by("index")
    waiting = list(points.filter(state=SweepPoint.State.WAITING))
    total = job.points.count()
    if waiting:
        question = _question(waiting[0].sweep)
        for number, point in enumerate(waiting):
            _work_out(question, point, keeper)
            done = total - len(waiting) + number + 1
            keeper.tell(fraction=done / total, progress={"done": done, "total": total})
    return lambda: None


def _question(sweep: Sweep) -> Question:
    prices = prices_of(sweep)
    return Question(
        text=sweep.version.text,
        stock=prices.catalogue,
        version=prices.version,
        now=sweep.as_of,
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
        gap=sweep.gap_asked,
        time_limit_seconds=sweep.time_limit_seconds,
        rates=rates_in_force(sweep.as_of),
    )


def _work_out(question: Question, point: SweepPoint, keeper: Keeper) -> None:
    if keeper.stopped():
        raise Cancelled("Cancelled; the rest is not worked out.")
    if point.attempts >= max(1, settings.JOB_MAX_ATTEMPTS // 2):
        lost = Outcome(error_code="worker_lost", words=[LOST.format(times=point.attempts)])
        _store(keeper.claim, point, lost)
        return
    SweepPoint.objects.filter(pk=point.pk).update(attempts=F("attempts") + 1)
    asked = question if point.version is None else replace(question, text=point.version.text)
    _store(keeper.claim, point, _outcome(asked, point, keeper))


def _outcome(question: Question, point: SweepPoint, keeper: Keeper) -> Outcome:
    """Of one plan; an error of ours is its own alone, and the others go on."""
    try:
        return outcome_of(question, variation_of(point), cancelled=keeper.stopped)
    except (Cancelled, OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("point %s of sweep %s failed", point.index, point.sweep_id)
        return Outcome(error_code="internal_error", words=[OURS])


def _store(mine: Claim, point: SweepPoint, outcome: Outcome) -> None:
    """Once: only who holds the job may, and only where nothing is stored yet. Raises LeaseLost.

    The job counts its attempts anew: a worker lost from here on is not the fault of what was before.
    """
    state = SweepPoint.State.FAILED if outcome.error_code else SweepPoint.State.ANSWERED
    with transaction.atomic():
        if not renew(mine, attempts=1):
            raise LeaseLost(str(mine.job_id))
        SweepPoint.objects.filter(pk=point.pk, state=SweepPoint.State.WAITING).update(
            state=state, finished_at=Now(), **asdict(outcome)
        )
