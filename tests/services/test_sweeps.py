"""Sweeps on real workers: what kills a worker costs the plan it was at, and no more."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import manage, wait_for
from tests.services.instance import WORKER, Instance, production

START = """
from advisor.models import Plan
from advisor.sweeps.design import MonteCarlo
from advisor.sweeps.services import SweepAsk, start_sweep
plan = Plan.objects.first()
ask = SweepAsk(design=MonteCarlo(draws=79), gap=0.05)
start_sweep(plan.versions.first(), organisation=plan.organisation, user=None, ask=ask)
"""
DONE = "SELECT count(*) FROM advisor_sweeppoint WHERE state <> 'waiting'"
ANSWERS = "SELECT state, count(*), count(DISTINCT index), count(npv) FROM advisor_sweeppoint GROUP BY state"
JOBS = "SELECT state, count(*) FROM advisor_job WHERE kind = 'sweep' GROUP BY state"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Instance]:
    with production(tmp_path, "sweeps") as instance:
        yield instance


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_workers_killed_again_and_again_lose_no_plan_of_a_sweep_and_double_none(server: Instance) -> None:
    started = manage("shell", "--no-imports", "-c", START, **server.given)
    assert started.returncode == 0, started.stderr
    kills = 4
    for _ in range(kills):
        done = server.rows(DONE)[0][0]
        server.start("worker", WORKER)
        wait_for(lambda: server.rows(DONE)[0][0] > done, seconds=90, why=server.said)  # noqa: B023  asked at once
        time.sleep(0.3)
        server.kill("worker")
    assert server.rows(DONE)[0][0] < 80
    server.start("worker", WORKER)
    wait_for(lambda: server.rows(JOBS) == [("succeeded", 40)], seconds=240, why=server.said)
    assert server.rows(ANSWERS) == [("answered", 80, 80, 80)]
    (attempts,) = server.rows("SELECT sum(attempts) FROM advisor_sweeppoint")[0]
    assert 80 <= attempts <= 80 + 2 * kills  # each kill cost the plans at work, two at most
