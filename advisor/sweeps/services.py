"""Writes of sweeps: start, cancel, try again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from advisor.books.queries import in_force
from advisor.catalog.queries import version_at
from advisor.errors import BadInput, Conflict
from advisor.jobs.queue import enqueue
from advisor.jobs.watch import end_cancelled_waiting
from advisor.models import Job, Organisation, PlanVersion, Sweep, SweepPoint
from advisor.planning.words import count
from advisor.plans.check import check
from advisor.runs.services import GAPS
from advisor.sweeps.design import (
    COMPARISON,
    KINDS,
    MOST_CASES,
    Comparison,
    Design,
    MonteCarlo,
    Sensitivity,
    within,
)
from advisor.sweeps.outcome import SWEEP_GAP, SWEEP_TIME_LIMIT_SECONDS
from advisor.sweeps.queries import jobs_of, sweep_of_key
from advisor.sweeps.variations import Variation, plan_data

TIME_LIMITS_SECONDS = (1.0, 300.0)
MOST_CHUNKS = 40  # jobs of a sweep: enough for many workers, few enough for the broker
MOST_IN_A_CHUNK = 25
_BESIDE_SEARCH_SECONDS = 150  # of one plan: reading, building, finding what clashes, on a busy machine
_BESIDE_PLANS_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepAsk:
    """What to work out, and how hard to try for each plan. Raises BadInput for what is out of range.

    `others` are versions of other plans that a comparison sets beside this one.
    """

    design: Design
    gap: float = SWEEP_GAP
    time_limit_seconds: float = SWEEP_TIME_LIMIT_SECONDS
    others: tuple[PlanVersion, ...] = ()

    def __post_init__(self) -> None:
        within("gap", self.gap, GAPS, "a fraction such as 0.005")
        within("time_limit_seconds", self.time_limit_seconds, TIME_LIMITS_SECONDS, "seconds such as 60")
        if self.others and not isinstance(self.design, Comparison):
            raise BadInput("plans: only a comparison takes other plans", field="plans")
        if isinstance(self.design, Comparison):
            sides = len(self.design.cases) + len(self.others)
            if not 1 <= sides <= MOST_CASES:
                raise BadInput(
                    f"cases, plans: {sides} are given; a comparison needs 1 to {MOST_CASES}", field="cases"
                )

    @property
    def kind(self) -> str:
        return KINDS[(Sensitivity, MonteCarlo, Comparison).index(type(self.design))]

    def options(self) -> dict[str, Any]:
        """What is stored of it, for people and for the same question again."""
        more = {"plans": [one.pk for one in self.others]} if self.kind == COMPARISON else {}
        found: dict[str, Any] = json.loads(json.dumps(asdict(self.design) | more))
        return found


def start_sweep(
    version: PlanVersion,
    *,
    organisation: Organisation,
    user: User | None,
    ask: SweepAsk,
    key: str | None = None,
    asked_newest: bool = False,
) -> tuple[Sweep, bool]:
    """A sweep whose plans wait for workers, and whether it is new; `key` and `asked_newest` as of runs.

    Raises Conflict for a key that was used for another request, BadInput for a plan with problems or one
    that the question does not fit, CatalogueEmpty where there are no prices.
    """
    if {one.plan.organisation_id for one in (version, *ask.others)} != {organisation.pk}:
        raise LookupError("a plan of another organisation")
    number = None if asked_newest else version.number
    asked = [str(version.plan_id), number, ask.kind, ask.options(), ask.gap, ask.time_limit_seconds]
    fingerprint = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    known = _known(organisation, key, fingerprint)
    if known is not None:
        return known, False
    for one in (version, *ask.others):
        _refuse_problems(one)
    plans = _plans(version, ask)
    try:
        return _create(version, organisation, user, ask, plans, key, fingerprint), True
    except IntegrityError:  # the same key came twice at once
        known = _known(organisation, key, fingerprint)
        if known is None:
            raise
        return known, False


def cancel_sweep(sweep: Sweep) -> None:
    """Stop what waits at once, what is at work within seconds. Answers that are there stay."""
    names = list(jobs_of(sweep).values_list("pk", flat=True))
    Job.objects.filter(pk__in=names, state__in=Job.OPEN, cancel_requested_at__isnull=True).update(
        cancel_requested_at=Now()
    )
    end_cancelled_waiting(pk__in=names)


@transaction.atomic
def retry_sweep(sweep: Sweep) -> int:
    """Start every plan without an answer again, with the same prices; how many.

    Raises Conflict while the sweep is under way, and where every plan has its answer.
    """
    Sweep.objects.select_for_update().get(pk=sweep.pk)  # two presses at once
    if jobs_of(sweep).filter(state__in=Job.OPEN).exists():
        raise Conflict("It is under way: cancel it first, or wait for its end.")
    left = sweep.points.exclude(state=SweepPoint.State.ANSWERED)
    names = list(left.order_by("index").values_list("pk", flat=True))
    if not names:
        raise Conflict("Every plan of it has its answer.")
    left.update(state=SweepPoint.State.WAITING, attempts=0, words=[], error_code="", finished_at=None)
    for chunk in _chunks(names):
        job = _job(sweep, len(chunk))
        SweepPoint.objects.filter(pk__in=chunk).update(job=job)
        enqueue(job)
    return len(names)


@transaction.atomic
def _create(
    version: PlanVersion,
    organisation: Organisation,
    user: User | None,
    ask: SweepAsk,
    plans: Sequence[tuple[Variation, PlanVersion | None]],
    key: str | None,
    fingerprint: str,
) -> Sweep:
    sweep = Sweep.objects.create(
        organisation=organisation,
        plan=version.plan,
        version=version,
        name=version.plan.name,
        kind=ask.kind,
        options=ask.options(),
        points_count=len(plans),
        created_by=user,
        as_of=timezone.now(),
        catalogue_version=version_at(None).number,
        price_book=in_force(organisation),
        gap_asked=ask.gap,
        time_limit_seconds=ask.time_limit_seconds,
        idempotency_key=key,
        request_sha256=fingerprint,
    )
    for indexes in _chunks(range(len(plans))):
        job = _job(sweep, len(indexes))
        SweepPoint.objects.bulk_create(_point(sweep, index, job, *plans[index]) for index in indexes)
        enqueue(job)
    return sweep


def _plans(version: PlanVersion, ask: SweepAsk) -> list[tuple[Variation, PlanVersion | None]]:
    """Each plan with the version whose text it varies, None for the sweep's own."""
    own = ask.design.variations(plan_data(version.text))
    others = [(Variation(label=f"{one.plan.name}, version {one.number}"[:300]), one) for one in ask.others]
    return [*((variation, None) for variation in own), *others]


def _point(
    sweep: Sweep, index: int, job: Job, variation: Variation, version: PlanVersion | None
) -> SweepPoint:
    return SweepPoint(
        sweep=sweep,
        index=index,
        job=job,
        label=variation.label,
        factors=dict(variation.factors),
        changes=dict(variation.changes),
        version=version,
    )


def _job(sweep: Sweep, plans: int) -> Job:
    each = int(sweep.time_limit_seconds) + _BESIDE_SEARCH_SECONDS
    return Job.objects.create(
        organisation=sweep.organisation,
        kind=Job.Kind.SWEEP,
        created_by=sweep.created_by,
        deadline_seconds=plans * each + _BESIDE_PLANS_SECONDS,
    )


def _chunks(items: Sequence[Any]) -> list[Sequence[Any]]:
    """Every n-th item together, so that all jobs have about as much to do, at most 25 items each."""
    jobs = max(min(len(items), MOST_CHUNKS), -(-len(items) // MOST_IN_A_CHUNK))
    return [items[first::jobs] for first in range(jobs)]


def _known(organisation: Organisation, key: str | None, fingerprint: str) -> Sweep | None:
    sweep = sweep_of_key(organisation, key)
    if sweep is not None and sweep.request_sha256 != fingerprint:
        raise Conflict(
            "Idempotency-Key: was used for another request; use a new key for a new sweep",
            field="Idempotency-Key",
        )
    return sweep


def _refuse_problems(version: PlanVersion) -> None:
    problems = check(version.text).problems
    if problems:
        raise BadInput(
            f"Version {version.number} of {version.plan.name} has {count(len(problems), 'problem')} "
            "and cannot be worked out.",
            map(str, problems),
            field="version",
        )


def variation_of(point: SweepPoint) -> Variation:
    """The variation of a stored point."""
    return Variation(label=point.label, factors=point.factors, changes=point.changes)
