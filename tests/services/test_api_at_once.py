"""One key sent many times at once starts one run, on a file of SQLite and on PostgreSQL."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import require
from tests.processes import manage

SERVER = "postgres://postgres@127.0.0.1:5432"
AT_ONCE = """
import json, threading
from django.db import connection
from advisor.catalog.embedded import load_embedded
from advisor.jobs import queue
from advisor.models import Job, Run
from tests.advisor.api_calls import Caller, with_token
from tests.people import make_member, make_plan

queue.send = lambda *args, **more: True
load_embedded()
user = make_member()
ask = with_token(user)
ask.get("/me", headers={"Host": "localhost"})
body = {"plan_id": str(make_plan(user).pk)}
together, answers = threading.Barrier(6), []

def start():
    together.wait()
    headers = {"Idempotency-Key": "at-once", "Host": "localhost"}
    answer = Caller(key=ask.key).post("/runs", body, headers=headers, secure=True)
    answers.append((answer.status, answer.json.get("id")))
    connection.close()

threads = [threading.Thread(target=start) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"answers": answers, "runs": Run.objects.count(), "jobs": Job.objects.count()}))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[dict[str, str]]:
    """Settings of a new, migrated database that is gone afterwards."""
    given = {"ADVISOR_HOME": str(tmp_path), "SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "localhost,testserver"}
    if request.param == "sqlite":
        assert manage("migrate", "-v0", **given).returncode == 0
        yield given
        return
    require("postgresql")
    name = f"quartermaster_api_{worker_id}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        given["DATABASE_URL"] = f"{SERVER}/{name}"
        done = manage("migrate", "-v0", **given)
        assert done.returncode == 0, done.stderr
        yield given
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_same_key_at_once_starts_one_run(database: dict[str, str]) -> None:
    done = manage("shell", "--no-imports", "-c", AT_ONCE, **database)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert sorted(status for status, _ in said["answers"]) == [200] * 5 + [202], done.stderr
    assert len({run for _, run in said["answers"]}) == said["runs"] == said["jobs"] == 1
