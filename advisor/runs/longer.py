"""A run explained for longer: the same question and prices once more, with more time for the reasons."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from advisor.errors import BadInput, Conflict
from advisor.models import Job, Run
from advisor.planning.unreached import Unreached
from advisor.runs.services import EXPLAIN_SECONDS, Ask, start_run

CLOSE = 1.5  # times what the answer took: a comparison proven as close
STEPS_SECONDS = (30.0, 120.0, 300.0, 900.0, 3600.0)


def explain_longer(
    run: Run, *, user: User | None, explain_seconds: float, key: str | None = None
) -> tuple[Run, bool]:
    """A new run that waits for a worker, and whether it is new; the old one stays as it is.

    Raises Conflict for a run without an answer, BadInput for no more seconds than it had, else as start_run.
    """
    if not run.status:
        raise Conflict(f"Only a run with an answer can be explained for longer; this one is {run.job.state}.")
    if explain_seconds <= run.explain_seconds:
        raise BadInput(
            f"explain_seconds {explain_seconds:g}: write more than the {run.explain_seconds:g} s it had, "
            f"up to {EXPLAIN_SECONDS[1]:g}",
            field="explain_seconds",
        )
    ask = Ask(
        gap=run.gap_asked,
        time_limit_seconds=run.time_limit_seconds,
        baselines=run.baselines,
        explain_seconds=explain_seconds,
        why=tuple(run.why),
    )
    return start_run(run.version, organisation=run.organisation, user=user, ask=ask, key=key, longer_than=run)


def longer_steps(run: Run) -> list[float]:
    """Sensible times, each longer than the run had, seconds; none where it had the longest."""
    return [step for step in STEPS_SECONDS if step > run.explain_seconds]


def step_that_may_do(run: Run, found: Unreached) -> float | None:
    """The first step that would do if all explanations took as long as those reached, and the undecided half
    as long again as the answer; else the longest."""
    steps = longer_steps(run)
    needed = run.explain_seconds * found.asked / max(1, found.reached)
    needed += CLOSE * found.undecided * found.answer_seconds
    return next((step for step in steps if step >= needed), steps[-1] if steps else None)


def longer_runs(run: Run) -> QuerySet[Run]:
    """The same explained for longer, newest first, but for those that ended without an answer."""
    ended = (Job.State.FAILED, Job.State.CANCELLED)
    found = Run.objects.filter(longer_than=run, organisation=run.organisation).exclude(job__state__in=ended)
    return found.select_related("job").order_by("-created_at")
