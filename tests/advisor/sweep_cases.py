"""Sweeps for tests: of the tiny plan, one machine of eight H100 at 50 USD an hour for a month."""

from typing import Any

from django.contrib.auth.models import User

from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Sweep
from advisor.sweeps.design import Case, Comparison, Design, MonteCarlo, Sensitivity
from advisor.sweeps.queries import jobs_of
from advisor.sweeps.services import SweepAsk, start_sweep
from tests.people import PLAN_TEXT, make_plan, organisation_of

HOUR_USD, HOURS = 50, 730
BASE = HOUR_USD * HOURS
DOUBLED = Comparison(cases=(Case(name="twice", changes={"workloads[batch].demand.constant": 16}),))
DESIGNS: dict[str, Design] = {
    "sensitivity": Sensitivity(),
    "monte_carlo": MonteCarlo(draws=4),
    "comparison": DOUBLED,
}


def make_sweep(
    user: User, design: Design | None = None, *, text: str = PLAN_TEXT, key: str | None = None, **ask: Any
) -> Sweep:
    version = make_plan(user, text).versions.get()
    question = SweepAsk(design=design or Sensitivity(), **ask)
    sweep, _ = start_sweep(version, organisation=organisation_of(user), user=user, ask=question, key=key)
    return sweep


def work_out(sweep: Sweep) -> list[str]:
    """Do all its jobs, as one worker would; what came of each."""
    return [perform(job.pk, HANDLERS) for job in jobs_of(sweep).order_by("created_at")]
