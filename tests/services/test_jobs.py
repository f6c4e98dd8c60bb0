"""Runs survive what kills workers and brokers: each is done, once, with one stored result."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.processes import free_port, wait_for
from tests.services.instance import (
    QUICK,
    WORKER,
    Instance,
    production,
    start_redis,
    wait_until_done,
)

RUNNING = "SELECT count(*) FROM advisor_job WHERE state = 'running'"
ATTEMPTS = "SELECT sum(attempts) FROM advisor_job"
RESULTS = "SELECT count(*), count(DISTINCT run_id) FROM advisor_runresult"
ANSWERS = "SELECT DISTINCT status, round(CAST(objective_npv AS numeric), 2) FROM advisor_run"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Instance]:
    with production(tmp_path, "jobs") as instance:
        yield instance


def running(instance: Instance) -> bool:
    return bool(instance.rows(RUNNING)[0][0])


def attempts(instance: Instance) -> int:
    return int(instance.rows(ATTEMPTS)[0][0])


def assert_each_once(instance: Instance, count: int) -> None:
    assert instance.states() == {"succeeded": count}
    assert instance.rows(RESULTS) == [(count, count)]
    answers = instance.rows(ANSWERS)
    assert len(answers) == 1, answers  # the same plan and prices give the same answer
    assert answers[0][0] == "optimal"


@pytest.mark.postgres
@pytest.mark.redis
def test_a_worker_killed_ten_times_in_a_row_loses_no_run_and_doubles_none(server: Instance) -> None:
    server.start_runs(9)  # and the example that `prepare` started
    for _ in range(10):
        claimed = attempts(server)
        server.start("worker", WORKER)
        wait_for(lambda: attempts(server) > claimed, seconds=30, why=server.said)  # noqa: B023  asked at once
        time.sleep(0.3)  # into the middle of the work
        server.kill("worker")
    server.start("worker", WORKER)
    wait_until_done(server, 10, seconds=90)
    assert_each_once(server, 10)
    assert 20 <= attempts(server) <= 10 + 2 * 10  # each kill cost one claim, or two where two were at work


@pytest.mark.postgres
@pytest.mark.redis
def test_a_run_whose_worker_is_killed_ten_times_finishes_all_the_same(server: Instance) -> None:
    for number in range(10):
        server.start("worker", WORKER)
        wait_for(lambda: attempts(server) > number, seconds=30, why=server.said)  # noqa: B023  asked at once
        server.kill("worker")
    server.start("worker", WORKER)
    wait_until_done(server, 1, seconds=60)
    assert_each_once(server, 1)
    assert attempts(server) == 11


@pytest.mark.postgres
@pytest.mark.redis
def test_a_broker_restarted_under_load_loses_nothing(server: Instance) -> None:
    server.start("worker", WORKER)
    server.start_runs(11)
    wait_for(lambda: running(server), seconds=30, why=server.said)
    server.kill("redis")
    server.start_runs(2)  # nobody who presses Solve notices
    time.sleep(1)
    start_redis(server)
    wait_until_done(server, 14, seconds=120)
    assert_each_once(server, 14)


@pytest.mark.postgres
@pytest.mark.redis
def test_a_database_that_drops_all_connections_is_got_over(server: Instance) -> None:
    server.start("worker", WORKER)
    server.start_runs(3)
    wait_for(lambda: running(server), seconds=30, why=server.said)
    with psycopg.connect(server.given["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    wait_until_done(server, 4, seconds=90)
    assert_each_once(server, 4)


def test_the_embedded_mode_gets_over_a_killed_worker_and_a_killed_broker(tmp_path: Path) -> None:
    given = {**QUICK, "ADVISOR_HOME": str(tmp_path), "PORT": str(free_port())}
    instance = Instance(given=given, folder=tmp_path)
    log = tmp_path / "up.log"
    try:
        instance.start("up", [sys.executable, "manage.py", "up"])
        wait_for(lambda: "Serving at" in log.read_text(), seconds=60, why=log.read_text)
        instance.start_runs(3)
        for name in ("celery", "valkey-server", "celery"):
            wait_for(lambda: running(instance), seconds=30, why=instance.said)
            os.kill(child_of(instance.processes["up"].pid, name), signal.SIGKILL)
            time.sleep(1)
        wait_until_done(instance, 4, seconds=90)
        assert_each_once(instance, 4)
    finally:
        instance.stop()
    said = log.read_text()
    assert "The worker ended (signal 9) and is started again." in said
    assert "The broker ended (signal 9) and is started again." in said
    assert said.rstrip().endswith("Stopped.")


def child_of(parent: int, word: str) -> int:
    """The child whose command holds `word` (a worker's, not the scheduler's)."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = (path / "stat").read_text().rpartition(")")[2].split()
            command = (path / "cmdline").read_text()
        except OSError:
            continue
        if int(status[1]) == parent and word in command and "beat" not in command.split("\0"):
            return int(path.name)
    raise LookupError(word)
