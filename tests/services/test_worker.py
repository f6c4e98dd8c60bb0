"""The schedule: its tasks exist, an operator's changes stay, and beat sends what a worker does."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.celery import SCHEDULE, app
from advisor.schedule import ensure_schedule
from tests.processes import wait_for
from tests.services.instance import WORKER, Instance, production

BEAT = [sys.executable, "-m", "celery", "-A", "advisor.celery", "beat", "--pidfile=", "--max-interval", "1"]


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)
    assert all(entry["expires_minutes"] < entry["minutes"] for entry in SCHEDULE.values())


@pytest.mark.django_db
def test_the_schedule_is_made_once_and_what_an_operator_changed_stays() -> None:
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    assert ensure_schedule() == len(SCHEDULE)
    entry = PeriodicTask.objects.get(name="Load embedded prices")
    assert (entry.task, entry.interval.every, entry.expire_seconds) == (
        "advisor.load_embedded_prices",
        60,
        1800,
    )
    entry.enabled = False
    entry.interval = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.HOURS)
    entry.save()
    assert ensure_schedule() == 0
    entry.refresh_from_db()
    assert (entry.enabled, entry.interval.every) == (False, 5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Instance]:
    with production(tmp_path, "beat") as instance:
        yield instance


@pytest.mark.postgres
@pytest.mark.redis
def test_beat_sends_what_the_database_says_and_a_worker_does_it(server: Instance) -> None:
    server.execute(
        "UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds' WHERE every = 60"
    )
    server.execute("UPDATE django_celery_beat_periodictask SET last_run_at = now() - interval '1 hour'")
    server.execute("DELETE FROM advisor_offerrow")
    server.execute("UPDATE advisor_catalogueversion SET digest = ''")
    server.start("worker", WORKER)
    server.start("beat", BEAT)
    loaded = "SELECT count(*) FROM advisor_offerrow"
    wait_for(lambda: server.rows(loaded)[0][0] > 4000, seconds=60, why=server.said)
    versions = server.rows("SELECT count(*) FROM advisor_catalogueversion")[0][0]
    ran = "SELECT total_run_count FROM django_celery_beat_periodictask WHERE name = 'Load embedded prices'"
    wait_for(lambda: server.rows(ran)[0][0] >= 1, seconds=240, why=server.said)
    assert server.rows("SELECT count(*) FROM advisor_catalogueversion") == [(versions,)]  # once is enough
