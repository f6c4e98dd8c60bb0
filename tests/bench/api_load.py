"""`python -m tests.bench.api_load`: 100 capacity queries a second over HTTP, on SQLite and on PostgreSQL.

Needs the load tool `hey` (a Debian package of this name); PostgreSQL where it is at its usual port.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psycopg
from psycopg import sql

from tests.processes import free_port, manage, running, wait_for

SECONDS, CLIENTS, EACH_PER_SECOND = 20, 4, 25
MOST_MS = 50.0
SERVER = "postgres://postgres@127.0.0.1:5432"
PATH = "/api/v1/offers?q=H100:8&residency=EU"


def main() -> int:
    if shutil.which("hey") is None:
        print("       -    the API under load: not measured, `hey` is not here (apt-get install hey)")
        return 0
    slow = 0
    for kind in ("SQLite", "PostgreSQL"):
        try:
            with tempfile.TemporaryDirectory() as folder, _database(kind, folder) as given:
                slow += not _held(kind, Path(folder), given)
        except psycopg.OperationalError:
            print(f"       -    the API under load on {kind}: not measured, it is not at its usual port")
    return 1 if slow else 0


@contextmanager
def _database(kind: str, folder: str) -> Iterator[dict[str, str]]:
    """Settings of a new database with the embedded prices."""
    given = {
        "ADVISOR_HOME": folder,
        "SECRET_KEY": "only-for-timing-" * 4,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "PUBLIC_CATALOGUE": "1",
    }
    if kind == "SQLite":
        manage("prepare", **given)
        yield given
        return
    name = "quartermaster_load"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        given["DATABASE_URL"] = f"{SERVER}/{name}"
        manage("prepare", **given)
        yield given
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _held(kind: str, folder: Path, given: dict[str, str]) -> bool:
    port, log = free_port(), folder / "log"
    address = f"http://127.0.0.1:{port}{PATH}"
    words = ["-m", "gunicorn", "advisor.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    words += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning"]
    with running(log, sys.executable, *words, **given):
        wait_for(lambda: _answers(address), seconds=60, why=log.read_text)
        load = ["hey", "-z", f"{SECONDS}s", "-c", str(CLIENTS), "-q", str(EACH_PER_SECOND), address]
        said = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    high, middle, rate = (
        float(_figure(said, pattern))
        for pattern in (r"99%+ in ([\d.]+) secs", r"50%+ in ([\d.]+) secs", r"Requests/sec:\s+([\d.]+)")
    )
    statuses = set(re.findall(r"\[(\d+)\]\s+\d+ responses", said))
    held = high * 1000 <= MOST_MS and statuses == {"200"} and "Error distribution" not in said
    print(
        f"{high * 1000:7.1f} ms p99 of {rate:.0f} capacity queries a second over HTTP on {kind}, "
        f"p50 {middle * 1000:.1f} ms (at most {MOST_MS:g} ms), statuses {', '.join(sorted(statuses))}: "
        f"{'held' if held else 'TOO SLOW'}"
    )
    return held


def _figure(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
