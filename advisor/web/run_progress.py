"""How far a run is, in steps and words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from advisor.jobs.queries import nobody_works
from advisor.models import Job, Run
from advisor.planning.words import money, proof
from advisor.web.run_words import duration, seconds_taken

PHASES = (
    ("waiting", "waiting"),
    ("reading", "reading the plan"),
    ("pricing", "reading prices"),
    ("solving", "solving"),
    ("comparing", "comparing"),
    ("explaining", "explaining"),
    ("checking", "checking"),
)
_NOBODY = "No worker seems to be at work now: whoever runs this site should look. The run stays in its place."
_CLASHES = "finding what clashes"  # takes the place of comparing where no plan is possible


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    name: str
    state: Literal["done", "now", "later"]


def progress_context(run: Run) -> dict[str, Any]:
    """What the page shows of an open run."""
    job = run.job
    taken = seconds_taken(run, datetime.now(UTC))
    return {
        "run": run,
        "job": job,
        "steps": step_rows(job),
        "words": words(job),
        "percent": round(100 * job.fraction),
        "elapsed": None if taken is None else duration(taken),
        "stopping": job.cancel_requested_at is not None,
    }


def step_rows(job: Job) -> list[StepRow]:
    """The phases, each done, at work or to come."""
    phase = _phase(job)
    now = [name for name, _ in PHASES].index("comparing" if phase == "clashes" else phase)
    rows = []
    for number, (name, text) in enumerate(PHASES):
        state: Literal["done", "now", "later"] = (
            "done" if number < now else "now" if number == now else "later"
        )
        rows.append(
            StepRow(name=_CLASHES if name == "comparing" and phase == "clashes" else text, state=state)
        )
    return rows


def words(job: Job) -> str:
    """One line: what it is at, with the figures that are known."""
    if job.cancel_requested_at is not None:
        return "Stopping …"
    if job.state == Job.State.QUEUED:
        return _waiting(job)
    phase, news = _phase(job), job.progress
    if phase == "solving":
        return _solving(news)
    if phase in ("comparing", "pricing") and news.get("total"):
        what = "strategies" if phase == "comparing" else "offers"
        title = "Comparing with simple strategies" if phase == "comparing" else "Reading prices"
        return f"{title}: {news.get('done', 0):,} of {news['total']:,} {what}"
    if phase == "explaining" and news.get("total"):
        part = str(news.get("stage", "")).removeprefix("explaining: ")
        return f"Explaining: {part}, part {news.get('done', 0) + 1:,} of {news['total']:,}"
    if phase == "clashes":
        return "No plan can hold all limits: finding which ones clash"
    text = str(news.get("stage") or dict(PHASES).get(phase, phase))
    return text[:1].upper() + text[1:]


def _solving(news: dict[str, Any]) -> str:
    """`Solving: best 1,610,000 USD, bound 1,608,712, gap 0.08 %`."""
    parts = []
    if news.get("best") is not None:
        parts.append(f"best {money(news['best'])} {news.get('currency', '')}".rstrip())
    if news.get("bound") is not None:
        parts.append(f"bound {money(news['bound'])}")
    if news.get("gap") is not None:
        parts.append(f"gap {proof(news['gap'])}")
    return f"Solving: {', '.join(parts)}" if parts else "Solving: no answer yet"


def _phase(job: Job) -> str:
    """The phase the worker told last; one that is not known here counts as solving."""
    if job.state == Job.State.QUEUED:
        return "waiting"
    phase = str(job.progress.get("phase") or "reading")
    return phase if phase == "clashes" or phase in dict(PHASES) else "solving"


def _waiting(job: Job) -> str:
    """Of those that wait before it, only the organisation's own: how much others do is their affair."""
    waits = Job.objects.filter(
        organisation=job.organisation_id, state=Job.State.QUEUED, kind=job.kind, created_at__lt=job.created_at
    )
    before = waits.count()
    verb = "is" if before == 1 else "are"
    text = f"Waiting: {before:,} of your runs {verb} before it." if before else "Waiting for a worker."
    return f"{text} {_NOBODY}" if nobody_works() else text
