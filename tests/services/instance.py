"""An instance made of real processes, in either mode, and its tables as they are on disk."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

from tests.conftest import require
from tests.processes import ROOT, environment, free_port, manage, wait_for

SERVER = "postgres://postgres@127.0.0.1:5432"
QUICK = {"JOB_LEASE_SECONDS": "2", "JOB_WATCH_SECONDS": "1", "JOB_RESEND_SECONDS": "3"}
START = """
from advisor.models import Plan
from advisor.runs.services import Ask, start_run
plan = Plan.objects.first()
for _ in range({count}):
    ask = Ask(baselines=False, explain_seconds=0.0)
    start_run(plan.versions.first(), organisation=plan.organisation, user=None, ask=ask)
"""
WORKER = [
    *(sys.executable, "-m", "celery", "-A", "advisor.celery", "worker", "--queues", "default,solve,sweep"),
    *("--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
]


@dataclass(kw_only=True)
class Instance:
    """Settings of an instance, its log, and its processes by name."""

    given: dict[str, str]
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        address = self.given.get("DATABASE_URL", "")
        if address:
            with psycopg.connect(address, autocommit=True) as server:
                return server.execute(query.encode()).fetchall()
        with sqlite3.connect(self.folder / "quartermaster.sqlite3", timeout=20) as file:
            return file.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.given["DATABASE_URL"], autocommit=True) as server:
            server.execute(statement.encode())

    def start_runs(self, count: int) -> None:
        done = manage("shell", "--no-imports", "-c", START.format(count=count), **self.given)
        assert done.returncode == 0, done.stderr

    def states(self) -> dict[str, int]:
        return dict(self.rows("SELECT state, count(*) FROM advisor_job GROUP BY state"))

    def start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(**self.given),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """SIGKILL to the process alone: what becomes of its children is its own affair."""
        process = self.processes.pop(name)
        process.kill()
        process.wait(10)

    def said(self) -> str:
        logs = [path.read_text(errors="replace")[-3000:] for path in self.folder.glob("*.log")]
        return f"{self.states()}\n" + "\n".join(logs)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


@contextmanager
def production(folder: Path, name: str) -> Iterator[Instance]:
    """PostgreSQL and a Redis of its own that writes to disk, as in compose.yaml; prepared, no worker."""
    require("postgresql")
    require("redis")
    database, port = f"quartermaster_{name}_{os.getpid()}", free_port()
    given = {
        **QUICK,
        "ADVISOR_MODE": "production",
        "ADVISOR_HOME": str(folder),
        "DATABASE_URL": f"{SERVER}/{database}",
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghij",
        "ALLOWED_HOSTS": "localhost",
    }
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        instance = Instance(given=given, folder=folder)
        try:
            start_redis(instance)
            done = manage("prepare", **given)
            assert done.returncode == 0, done.stderr
            yield instance
        finally:
            instance.stop()
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def start_redis(instance: Instance) -> None:
    """As compose.yaml does, on the loopback address."""
    program = shutil.which("redis-server") or "redis-server"
    port = instance.given["REDIS_URL"].rpartition(":")[2].partition("/")[0]
    options = f"--bind 127.0.0.1 --port {port} --appendonly yes --appendfsync everysec --save"
    command = [
        program,
        *options.split(),
        "",
        "--maxmemory-policy",
        "noeviction",
        "--dir",
        str(instance.folder),
    ]
    instance.start("redis", [*command, "--dir", str(instance.folder)])
    client = Redis(port=int(port))
    until = time.monotonic() + 10
    while True:
        try:
            client.ping()
            return
        except RedisError:
            assert time.monotonic() < until, instance.said()
            time.sleep(0.05)


def wait_until_done(instance: Instance, count: int, seconds: float) -> None:
    def done() -> bool:
        return instance.states() == {"succeeded": count}

    wait_for(done, seconds=seconds, why=instance.said)
