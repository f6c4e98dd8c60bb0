"""The catalogue on a real PostgreSQL: the same answers as on SQLite, and one publisher at a time."""

import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from providers.offers import Purchase
from providers.pricefile import read_price_file, write_price_file
from tests.conftest import require
from tests.factories import make_cpu_offer, make_offer
from tests.processes import ROOT, environment, manage

pytestmark = pytest.mark.postgres
SERVER = "postgres://postgres@127.0.0.1:5432"


@pytest.fixture
def database(worker_id: str) -> Iterator[dict[str, str]]:
    """Settings of a new, migrated database that is gone afterwards."""
    require("postgresql")
    name = f"quartermaster_test_{worker_id}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        given = {"DATABASE_URL": f"{SERVER}/{name}", "SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "localhost"}
        done = manage("migrate", "-v0", **given)
        assert done.returncode == 0, done.stderr
        yield given
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_both_databases_give_the_same_answers(database: dict[str, str], tmp_path: Path) -> None:
    embedded = {"ADVISOR_HOME": str(tmp_path)}
    assert manage("migrate", "-v0", **embedded).returncode == 0
    answers = []
    for given in (database, embedded):
        assert manage("import_prices", **given).returncode == 0
        found = manage("cheapest", "A100:8", "--residency", "EU", "US", "--json", "-", **given)
        answer = json.loads(found.stdout)
        answer["catalogue"].pop("as_of")
        for offer in answer["offers"]:
            offer.pop("age_hours")
        answers.append((answer, manage("export_prices", **given).stdout))
    assert answers[0] == answers[1]
    assert answers[0][0]["total"] > 20


def test_two_publishers_at_once_both_succeed_one_after_the_other(
    database: dict[str, str], tmp_path: Path
) -> None:
    processes = []
    for index in range(4):
        file = tmp_path / f"{index}.csv"
        file.write_text(
            write_price_file([make_offer(zone=f"z{index}"), make_cpu_offer(vcpus=Decimal(index + 1))])
        )
        processes.append(
            subprocess.Popen(
                [sys.executable, "manage.py", "import_prices", str(file)],
                cwd=ROOT,
                env=environment(**database),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0], said
    exported = manage("export_prices", **database).stdout.splitlines()
    assert len(exported) == 1 + 4 + 1  # header, one machine per zone, one CPU machine whoever came last
    with psycopg.connect(database["DATABASE_URL"]) as connection:
        numbers = connection.execute("SELECT number FROM advisor_catalogueversion ORDER BY number").fetchall()
        assert numbers == [(1,), (2,), (3,), (4,)]


def test_a_search_uses_its_index(database: dict[str, str]) -> None:
    manage("import_prices", **database)
    with psycopg.connect(database["DATABASE_URL"]) as connection:
        connection.execute("ANALYZE advisor_offerrow")
        plan = connection.execute(
            "EXPLAIN SELECT price_per_hour FROM advisor_offerrow "
            "WHERE closed_in_id IS NULL AND accelerator = 'H100'"
        ).fetchall()
    assert "rows_by_accelerator" in str(plan)


def test_the_longest_names_a_price_file_allows_are_stored_whole(
    database: dict[str, str], tmp_path: Path
) -> None:
    long = {
        name: name[0] * 200
        for name in ("region", "zone", "instance_type", "accelerator", "commitment_family")
    }
    offer = make_offer(
        provider="p" * 64,
        purchase=Purchase.SPEND_COMMITMENT,
        price_per_hour=Decimal("0." + "1234567890" * 9),
        note="n" * 2000,
        source_url="https://example.org/" + "u" * 1900,
        **long,
    )
    file = tmp_path / "long.csv"
    file.write_text(write_price_file([offer]))
    done = manage("import_prices", str(file), **database)
    assert done.returncode == 0, done.stderr
    exported = manage("export_prices", **database).stdout
    assert read_price_file(exported.encode(), source="x").offers == (offer,)
