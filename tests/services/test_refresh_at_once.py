"""Processes that refresh and publish at once, on both databases: one after the other, nothing twice."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import require
from tests.processes import ROOT, environment, manage

SERVER = "postgres://postgres@127.0.0.1:5432"
SCRIPT = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
import django
django.setup()
from datetime import UTC, datetime, timedelta
from advisor.catalog import publication, services, writing
from advisor.catalog.services import publish
from advisor.refresh import work
from advisor.refresh.services import refresh_now
from tests.advisor.fake_source import FakeSource
from tests.factories import make_offer
publication.PART = writing.PART = services.PART = 20  # everything is written in parts
seen = datetime.now(UTC) - timedelta(hours=1)
offers = [make_offer(provider="lambda", region=f"r-{n}", observed_at=seen) for n in range(200)]
asked = []
class Source(FakeSource):
    def fetch(self, folder):
        asked.append(1)
        yield from super().fetch(folder)
work.build = lambda name: Source(offers)
job = refresh_now("gpuhunt")
mine = [make_offer(provider=f"p-{sys.argv[1]}", region=f"r-{n}") for n in range(100)]
publish(mine, source=f"import:{sys.argv[1]}", label=sys.argv[1])
print(json.dumps({"job": str(job.pk), "state": job.state, "asked": len(asked)}))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings of a new, migrated database that is gone afterwards."""
    settings = {"ADVISOR_HOME": str(tmp_path), "SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "localhost"}
    if request.param == "sqlite":
        assert manage("migrate", "-v0", **settings).returncode == 0
        yield settings
        return
    require("postgresql")
    name = f"quartermaster_refresh_{os.getpid()}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            settings["DATABASE_URL"] = f"{SERVER}/{name}"
            done = manage("migrate", "-v0", **settings)
            assert done.returncode == 0, done.stderr
            yield settings
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_refreshes_and_imports_at_once(given: dict[str, str]) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(number)],
            cwd=ROOT,
            env=environment(**given),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    said = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    answers = [json.loads(out) for out, _ in said]
    assert {answer["state"] for answer in answers} == {"succeeded"}
    assert sum(answer["asked"] for answer in answers) == len({answer["job"] for answer in answers})
    exported = manage("export_prices", **given).stdout.splitlines()
    assert len(exported) == 1 + 200 + 3 * 100
    look = (
        "from advisor.models import *; print(*CatalogueVersion.everything.values_list('number', flat=True))"
    )
    numbers = manage("shell", "--no-imports", "-c", look, **given).stdout.split()
    assert [int(number) for number in numbers] == [1, 2, 3, 4]
