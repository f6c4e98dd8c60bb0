"""A real site started by `manage.py up`, and a real browser."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CHROMIUM, require
from tests.processes import free_port, manage, running, wait_for

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A played recommendation: what the page shows is tested here, not the solver.
STORE = """
import hashlib
from advisor.models import Recommendation
from advisor.web import example
from tests.advisor.results import make_result
text = example._text()
Recommendation.objects.create(name="A small team", plan_text=text, status="optimal", catalogue_version=1,
    plan_sha256=hashlib.sha256(text.encode()).hexdigest(), result=make_result())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    address: str
    pid: int
    log: Path
    home: Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    require("chromium")
    home = tmp_path_factory.mktemp("home")
    for words in (["migrate", "-v0"], ["import_prices"], ["shell", "--no-imports", "-c", STORE]):
        done = manage(*words, ADVISOR_HOME=str(home))
        assert done.returncode == 0, done.stderr
    port, log = free_port(), home / "log"
    with running(log, sys.executable, "manage.py", "up", ADVISOR_HOME=str(home), PORT=str(port)) as process:
        wait_for(lambda: "Serving at" in log.read_text(), seconds=60, why=log.read_text)
        yield Site(address=f"http://127.0.0.1:{port}", pid=process.pid, log=log, home=home)


@pytest.fixture(scope="session")
def chromium() -> str:
    require("chromium")
    return CHROMIUM
