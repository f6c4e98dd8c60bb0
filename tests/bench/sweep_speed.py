"""`python -m tests.bench.sweep_speed`: 200 plans of a Monte Carlo on one Celery worker and on two."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from advisor.embedded.broker import broker_command, wait_for_broker
from advisor.embedded.home import broker_socket
from tests.processes import ROOT, environment, manage, running

PLANS = 200
LEAST_RATIO = 1.8
PLAN = """\
schema: 1
name: Two products
currency: USD
start: 2027-01
months: 3
exchange_rates: {EUR: 1.09}
workloads:
  - name: chat
    kind: inference
    demand: {unit: tokens_per_second, peak: 9000, profile: office_hours, growth_per_month: 0.03}
    throughput: {H100: 2450, A100-80GB: 1100}
  - {name: batch, kind: batch, demand: {unit: accelerator_hours, total: {A100-80GB: 1900}}}
capacity: {offers: {providers: [aws, gcp, azure], purchases: [on_demand, reserved]}}
"""
SCRIPT = f"""
import time
from advisor.models import Organisation
from advisor.plans.services import create_plan
from advisor.sweeps.design import MonteCarlo
from advisor.sweeps.queries import progress_of
from advisor.sweeps.services import SweepAsk, start_sweep
organisation = Organisation.objects.get_or_create(name="Bench")[0]
plan, _ = create_plan(organisation=organisation, user=None, text={PLAN!r})
for draws in (WARM, {PLANS} - 1):
    ask = SweepAsk(design=MonteCarlo(draws=draws))
    sweep, _ = start_sweep(plan.versions.get(), organisation=organisation, user=None, ask=ask)
    until = time.monotonic() + 600
    while (progress := progress_of(sweep)).is_open:
        assert time.monotonic() < until, progress
        time.sleep(0.5)
    assert (progress.answered, progress.failed) == (draws + 1, 0), progress
print((progress.finished_at - progress.started_at).total_seconds())
"""


def main() -> int:
    """Rounds with one worker and with two, in turn; the fastest of each counts: others may disturb."""
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as given:
        taken: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(2):
            for workers, seconds in taken.items():
                seconds.append(measure(Path(folder), workers, given))
    one, two = min(taken[1]), min(taken[2])
    held = one / two >= LEAST_RATIO
    print(
        f"{two:7.2f} s  a sweep of {PLANS} plans on two workers, {one:.2f} s on one: "
        f"{one / two:.2f} × as fast (at least {LEAST_RATIO:g} ×), {1000 * one / PLANS:.0f} ms a plan: "
        f"{'held' if held else 'TOO SLOW'}"
    )
    return 0 if held else 1


@contextmanager
def site(folder: Path) -> Iterator[dict[str, str]]:
    """The settings of a prepared instance with a broker and no worker: Redis where REDIS_URL names one."""
    home = folder / "home"
    home.mkdir()
    given = {"ADVISOR_HOME": str(home), "SECRET_KEY": "only-for-timing-" * 4}
    with ExitStack() as stack:
        if os.environ.get("REDIS_URL"):
            given["REDIS_URL"] = os.environ["REDIS_URL"]
        else:
            socket = broker_socket(home)
            stack.enter_context(running(folder / "broker.log", *broker_command(socket, home / "broker")))
            wait_for_broker(socket)
        done = manage("prepare", **given)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        yield given


def measure(folder: Path, workers: int, given: dict[str, str]) -> float:
    """Seconds from the first plan's start to the last one's end, by workers that have read the prices."""
    with ExitStack() as stack:
        for number in range(workers):
            options = (
                f"--queues default,sweep --concurrency 1 --hostname {workers}-{number}@%h --loglevel WARNING"
            )
            command = [sys.executable, "-m", "celery", "-A", "advisor.celery", "worker", *options.split()]
            log = folder / f"worker-{workers}-{number}.log"
            stack.enter_context(running(log, *command, "--without-gossip", "--without-mingle", **given))
        code = SCRIPT.replace("WARM", str(4 * workers))
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=ROOT,
            env=environment(**given),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
