"""Which work belongs to which kind of job."""

from advisor.jobs.work import Handler
from advisor.models import Job
from advisor.refresh.work import refresh_prices
from advisor.runs.work import solve_run
from advisor.sweeps.work import solve_points

HANDLERS: dict[str, Handler] = {
    Job.Kind.SOLVE.value: solve_run,
    Job.Kind.REFRESH_PRICES.value: refresh_prices,
    Job.Kind.SWEEP.value: solve_points,
}
