"""What the page of a run shows of its shorter and longer explained kin, and whether more time would help."""

from typing import Any

from advisor.models import Run
from advisor.planning.explain_words import undecided_words
from advisor.planning.result import Result
from advisor.planning.unreached import unreached
from advisor.runs.longer import longer_runs, longer_steps, step_that_may_do


def longer_context(run: Run, result: Result) -> dict[str, Any]:
    """What the time did not reach and the times to choose from, where more would change something.

    A run that explains it for longer already is named instead.
    """
    found, kin = unreached(result), list(longer_runs(run))
    context: dict[str, Any] = {"longer_runs": kin}
    steps = longer_steps(run)
    if kin or not steps or not (found.is_open or not run.explain_seconds):
        return context
    return context | {
        "unreached": found,
        "undecided": undecided_words(found.undecided) if found.undecided else "",
        "longer_steps": steps,
        "longer_step": step_that_may_do(run, found),
    }
