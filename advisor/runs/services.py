"""Writes of runs: start, cancel, try again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from advisor.books.queries import in_force
from advisor.catalog.queries import version_at
from advisor.demand.plan import Plan
from advisor.errors import BadInput, Conflict
from advisor.jobs import services as jobs
from advisor.jobs.queue import enqueue
from advisor.models import Job, Organisation, PlanVersion, Run
from advisor.planning.effort import DEFAULT_EXPLAIN_SECONDS, DEFAULT_GAP, DEFAULT_TIME_LIMIT_SECONDS
from advisor.planning.words import count
from advisor.plans.check import check
from advisor.runs.asked_offers import refuse_unknown_offers
from advisor.runs.queries import run_of_key

GAPS = (0.0, 0.5)
TIME_LIMITS_SECONDS = (1.0, 3600.0)
EXPLAIN_SECONDS = (0.0, 3600.0)
MOST_WHY = 10
_BESIDE_SEARCH_SECONDS = 900  # for reading, building, comparing and explaining, on a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How hard to try. Raises BadInput for what is out of range."""

    gap: float = DEFAULT_GAP
    time_limit_seconds: float = DEFAULT_TIME_LIMIT_SECONDS
    baselines: bool = True
    explain_seconds: float = DEFAULT_EXPLAIN_SECONDS
    why: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _within("gap", self.gap, GAPS, "a fraction such as 0.001")
        _within("time_limit_seconds", self.time_limit_seconds, TIME_LIMITS_SECONDS, "seconds such as 300")
        _within("explain_seconds", self.explain_seconds, EXPLAIN_SECONDS, "seconds such as 30")
        if len(self.why) > MOST_WHY:
            raise BadInput(f"why: names {len(self.why)} offers: write at most {MOST_WHY}", field="why")
        if self.why and not self.explain_seconds:
            raise BadInput("why: needs time to explain: write explain_seconds above 0", field="why")


def start_run(
    version: PlanVersion,
    *,
    organisation: Organisation,
    user: User | None,
    ask: Ask,
    key: str | None = None,
    asked_newest: bool = False,
    longer_than: Run | None = None,
) -> tuple[Run, bool]:
    """A run that waits for a worker, and whether it is new.

    The same `key` gives the same run, however often it is sent; `asked_newest` says that the request named
    no version, so that it stays the same request when a newer one is saved. `longer_than`: a run of the same
    version whose prices are used again, else those of now. Raises Conflict for a key that was used for
    another request, BadInput for a plan with problems or an offer nobody has, CatalogueEmpty where there are
    no prices.
    """
    if version.plan.organisation_id != organisation.pk:
        raise LookupError("a plan of another organisation")
    asked: list[object] = [str(version.plan_id), None if asked_newest else version.number, asdict(ask)]
    if longer_than is not None:
        asked.append(str(longer_than.pk))
    fingerprint = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    known = _known(organisation, key, fingerprint)
    if known is not None:
        return known, False
    plan = _read(version)
    if longer_than is None:  # else its names were known when it was started, and its prices count
        refuse_unknown_offers(plan, ask.why, organisation)
    try:
        return _create(version, organisation, user, ask, key, fingerprint, longer_than), True
    except IntegrityError:  # the same key came twice at once
        known = _known(organisation, key, fingerprint)
        if known is None:
            raise
        return known, False


def cancel_run(run: Run) -> Job:
    """Stop a run: at once while it waits, within seconds while it runs. An ended one stays as it is."""
    return jobs.cancel(run.job)


def retry_run(run: Run) -> Job:
    """Start a failed or cancelled run again, with the same prices. Raises Conflict for any other."""
    return jobs.retry(run.job)


@transaction.atomic
def _create(
    version: PlanVersion,
    organisation: Organisation,
    user: User | None,
    ask: Ask,
    key: str | None,
    fingerprint: str,
    longer_than: Run | None,
) -> Run:
    job = Job.objects.create(
        organisation=organisation,
        kind=Job.Kind.SOLVE,
        created_by=user,
        deadline_seconds=int(ask.time_limit_seconds + ask.explain_seconds) + _BESIDE_SEARCH_SECONDS,
    )
    run = Run.objects.create(
        organisation=organisation,
        job=job,
        plan=version.plan,
        version=version,
        name=version.plan.name,
        created_by=user,
        **_prices(organisation, longer_than),
        gap_asked=ask.gap,
        time_limit_seconds=ask.time_limit_seconds,
        baselines=ask.baselines,
        explain_seconds=ask.explain_seconds,
        why=list(ask.why),
        longer_than=longer_than,
        idempotency_key=key,
        request_sha256=fingerprint,
    )
    enqueue(job)
    return run


def _prices(organisation: Organisation, longer_than: Run | None) -> dict[str, Any]:
    """Which prices count: those of now, or again those of a run."""
    if longer_than is not None:
        names = ("as_of", "catalogue_version", "price_book")
        return {name: getattr(longer_than, name) for name in names}
    number = version_at(None).number
    return {"as_of": timezone.now(), "catalogue_version": number, "price_book": in_force(organisation)}


def _known(organisation: Organisation, key: str | None, fingerprint: str) -> Run | None:
    run = run_of_key(organisation, key)
    if run is not None and run.request_sha256 != fingerprint:
        raise Conflict(
            "Idempotency-Key: was used for another request; use a new key for a new run",
            field="Idempotency-Key",
        )
    return run


def _read(version: PlanVersion) -> Plan:
    """By what is known now: a price import may have brought the accelerator that was unknown."""
    checked = check(version.text)
    if checked.plan is None:
        raise BadInput(
            f"Version {version.number} of the plan has {count(len(checked.problems), 'problem')} "
            "and cannot be worked out.",
            map(str, checked.problems),
            field="version",
        )
    return checked.plan


def _within(name: str, figure: float, ends: tuple[float, float], example: str) -> None:
    least, most = ends
    if not least <= figure <= most:
        raise BadInput(f"{name} {figure:g}: write {example}, from {least:g} to {most:g}", field=name)
