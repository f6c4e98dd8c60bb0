"""Reads of sweeps, each within one organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery

from advisor.errors import NotFound
from advisor.ids import as_uuid
from advisor.models import Job, Organisation, Plan, Sweep, SweepPoint

_NONE = "There is no such sweep."
State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
STATES: tuple[State, ...] = ("queued", "running", "succeeded", "failed", "cancelled")
STATUSES = ("optimal", "feasible", "infeasible")
_GIVEN_UP = Q(state=SweepPoint.State.WAITING, job__state=Job.State.CANCELLED)
POINT_FILTERS = (*STATUSES, "failed", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a sweep is. `failed` plans have no answer and will have none; `waiting` ones may yet."""

    total: int
    answered: int
    failed: int
    at_work: bool
    is_open: bool
    cancelled: bool
    stopping: bool
    started_at: datetime | None
    finished_at: datetime | None
    lost_lines: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        return self.answered + self.failed

    @property
    def waiting(self) -> int:
        return self.total - self.done

    @property
    def fraction(self) -> float:
        return self.done / self.total if self.total else 1.0

    @property
    def state(self) -> State:
        """Queued, running, or how it ended: succeeded with at least one answer, also where others failed."""
        return state_of(
            is_open=self.is_open,
            begun=self.at_work or self.done > 0,
            cancelled=self.cancelled,
            answered=self.answered > 0,
        )


def state_of(*, is_open: bool, begun: bool, cancelled: bool, answered: bool) -> State:
    if is_open:
        return "running" if begun else "queued"
    if cancelled:
        return "cancelled"
    return "succeeded" if answered else "failed"


def sweeps_of(
    organisation: Organisation,
    *,
    plan: Plan | None = None,
    kind: str = "",
    state: str = "",
    text: str = "",
) -> QuerySet[Sweep]:
    """Sweeps, the newest first, with `answered`, of which `impossible`, `failed`, `open_jobs`, `at_work` and
    `was_cancelled`."""
    sweeps = Sweep.objects.filter(organisation=organisation)
    if plan is not None:
        sweeps = sweeps.filter(plan=plan)
    if kind:
        sweeps = sweeps.filter(kind=kind)
    if text.strip():
        sweeps = sweeps.filter(name__icontains=text.strip())
    jobs = Job.objects.filter(points__sweep=OuterRef("pk"))
    sweeps = sweeps.annotate(
        answered=_count(SweepPoint.State.ANSWERED),
        failed=_count(SweepPoint.State.FAILED),
        impossible=_count(SweepPoint.State.ANSWERED, npv=None),
        open_jobs=Exists(jobs.filter(state__in=Job.OPEN)),
        at_work=Exists(jobs.filter(state=Job.State.RUNNING)),
        was_cancelled=Exists(SweepPoint.objects.filter(_GIVEN_UP, sweep=OuterRef("pk"))),
    )
    if state:
        sweeps = sweeps.filter(_is(state))
    return (
        sweeps.select_related("version", "plan", "created_by")
        .defer("version__text")
        .order_by("-created_at", "pk")
    )


def listed_state(sweep: Sweep) -> State:
    """The state of a sweep that `sweeps_of` read."""
    answered, failed = getattr(sweep, "answered") or 0, getattr(sweep, "failed") or 0  # noqa: B009  annotated
    return state_of(
        is_open=getattr(sweep, "open_jobs"),  # noqa: B009  annotated
        begun=getattr(sweep, "at_work") or answered + failed > 0,  # noqa: B009  annotated
        cancelled=getattr(sweep, "was_cancelled"),  # noqa: B009  annotated
        answered=answered > 0,
    )


def sweep_of(organisation: Organisation, sweep_id: object) -> Sweep:
    """One sweep. Raises NotFound also for another organisation's and for what is no id."""
    found = (
        Sweep.objects.filter(organisation=organisation, pk=as_uuid(sweep_id, _NONE))
        .select_related("version", "plan", "created_by", "price_book")
        .first()
    )
    if found is None:
        raise NotFound(_NONE)
    return found


def sweep_of_key(organisation: Organisation, key: str | None) -> Sweep | None:
    """The sweep that was started with an idempotency key; None where none was, or there is no key."""
    if key is None:
        return None
    return Sweep.objects.filter(organisation=organisation, idempotency_key=key).first()


def progress_of(sweep: Sweep) -> Progress:
    """Three queries, however many plans it has."""
    counts = sweep.points.aggregate(
        answered=Count("pk", filter=Q(state=SweepPoint.State.ANSWERED)),
        failed=Count("pk", filter=Q(state=SweepPoint.State.FAILED)),
        cancelled=Count("pk", filter=_GIVEN_UP),
    )
    jobs = jobs_of(sweep)
    times = jobs.aggregate(
        at_work=Count("pk", filter=Q(state=Job.State.RUNNING)),
        open=Count("pk", filter=Q(state__in=Job.OPEN)),
        stopping=Count("pk", filter=Q(state__in=Job.OPEN, cancel_requested_at__isnull=False)),
        started=Min("started_at"),
        finished=Max("finished_at"),
    )
    lost = jobs.filter(state=Job.State.FAILED).values_list("error_lines", flat=True).first()
    return Progress(
        total=sweep.points_count,
        answered=counts["answered"],
        failed=counts["failed"],
        at_work=times["at_work"] > 0,
        is_open=times["open"] > 0,
        cancelled=counts["cancelled"] > 0,
        stopping=times["stopping"] > 0,
        started_at=times["started"],
        finished_at=None if times["open"] else times["finished"],
        lost_lines=tuple(lost or ()),
    )


def jobs_of(sweep: Sweep) -> QuerySet[Job]:
    """The jobs that work on a sweep now, or did last; each once."""
    return Job.objects.filter(pk__in=sweep.points.values("job"))


def points_of(sweep: Sweep, *, only: str = "") -> QuerySet[SweepPoint]:
    """The points in their order; `only` those of a status, or failed, or waiting."""
    points = sweep.points.select_related("version__plan", "job").order_by("index")
    if only in STATUSES:
        return points.filter(status=only)
    return points.filter(state=only) if only else points


def _count(state: SweepPoint.State, **also: Any) -> Subquery:
    found = SweepPoint.objects.filter(sweep=OuterRef("pk"), state=state, **also).order_by().values("sweep")
    return Subquery(found.annotate(n=Count("pk")).values("n"))


def _is(state: str) -> Q:
    """`state_of` as a condition on what `sweeps_of` annotates."""
    ended, nothing = Q(open_jobs=False), Q(answered__isnull=True)
    begun = Q(at_work=True) | ~nothing | Q(failed__isnull=False)
    return {
        "queued": Q(open_jobs=True) & ~begun,
        "running": Q(open_jobs=True) & begun,
        "cancelled": ended & Q(was_cancelled=True),
        "failed": ended & Q(was_cancelled=False) & nothing,
        "succeeded": ended & Q(was_cancelled=False) & ~nothing,
    }[state]
