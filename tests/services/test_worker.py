"""A real worker on a real Redis: the task beat sends is found, run, and safe to run twice."""

import sys
from pathlib import Path

import pytest
from redis import Redis

from advisor.celery import SCHEDULE, app
from tests.conftest import require
from tests.processes import manage, running, wait_for

pytestmark = pytest.mark.redis
DATABASE_NUMBER = 13  # of Redis, away from the one a person may use


@pytest.fixture
def settings_of_worker(tmp_path: Path) -> dict[str, str]:
    require("redis")
    broker = f"redis://127.0.0.1:6379/{DATABASE_NUMBER}"
    Redis.from_url(broker).flushdb()
    given = {"ADVISOR_HOME": str(tmp_path), "REDIS_URL": broker, "SECRET_KEY": "s" * 60}
    assert manage("migrate", "-v0", **given).returncode == 0
    return given


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)
    assert all(entry["options"]["expires"] < entry["schedule"] for entry in SCHEDULE.values())


def test_a_worker_loads_the_embedded_prices_once_however_often_it_is_told(
    settings_of_worker: dict[str, str], tmp_path: Path
) -> None:
    celery = [sys.executable, "-m", "celery", "-A", "advisor.celery"]
    log = tmp_path / "worker.log"
    worker = [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "-l", "INFO"]
    with running(log, *worker, **settings_of_worker):
        for _ in range(2):
            send = manage(
                "shell",
                "--no-imports",
                "-c",
                "import advisor.celery; from advisor.tasks import load_embedded_prices as t; t.delay()",
                **settings_of_worker,
            )
            assert send.returncode == 0, send.stderr
        wait_for(lambda: log.read_text().count(" succeeded in ") == 2, seconds=60, why=log.read_text)
    assert "'catalogue version 1'" in log.read_text()
    assert "'already current'" in log.read_text()
    exported = manage("export_prices", **settings_of_worker)
    assert len(exported.stdout.splitlines()) > 1500
