"""Reads of runs, each within one organisation."""

from django.db.models import QuerySet

from advisor.errors import Conflict, NotFound
from advisor.ids import as_uuid
from advisor.models import Job, Organisation, Plan, Run, RunResult
from advisor.planning.result import Result

_NONE = "There is no such run."


def runs_of(
    organisation: Organisation, *, plan: Plan | None = None, state: str = "", text: str = ""
) -> QuerySet[Run]:
    """Runs, the newest first, with their jobs; nothing of their results but what lists show.

    `state` is a job's state, or a result's status (optimal, feasible, infeasible).
    """
    runs = Run.objects.filter(organisation=organisation)
    if plan is not None:
        runs = runs.filter(plan=plan)
    if state in Job.State.values:
        runs = runs.filter(job__state=state)
    elif state:
        runs = runs.filter(status=state)
    if text.strip():
        runs = runs.filter(name__icontains=text.strip())
    with_names = runs.select_related("job", "version", "plan", "created_by").defer("version__text")
    return with_names.order_by("-created_at", "pk")


def run_of(organisation: Organisation, run_id: object) -> Run:
    """One run. Raises NotFound also for another organisation's and for what is no id."""
    found = runs_of(organisation).defer(None).filter(pk=as_uuid(run_id, _NONE)).first()
    if found is None:
        raise NotFound(_NONE)
    return found


def run_of_key(organisation: Organisation, key: str | None) -> Run | None:
    """The run that was started with an idempotency key; None where none was, or there is no key."""
    if key is None:
        return None
    return Run.objects.filter(organisation=organisation, idempotency_key=key).select_related("job").first()


def document_of(run: Run) -> RunResult:
    """The stored result. Raises Conflict while there is none."""
    stored = RunResult.objects.filter(run=run).first()
    if stored is None:
        raise Conflict(f"The run has no result: it is {run.job.state}.")
    return stored


def result_of(run: Run) -> Result:
    """The stored result, read back. Raises Conflict while there is none."""
    return Result.model_validate_json(document_of(run).document)
