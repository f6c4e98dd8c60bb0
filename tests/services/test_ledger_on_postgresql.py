"""The tests of the ledger and of refreshes that run on SQLite, once more on a real PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import require
from tests.processes import ROOT, environment

pytestmark = pytest.mark.postgres
FILES = ("test_ledger_properties.py", "test_refresh.py", "test_refresh_faults.py", "test_refresh_commands.py")


def test_ledger_and_refreshes_hold_there_too(tmp_path: Path) -> None:
    require("postgresql")
    given = {
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:5432/quartermaster_ledger_{os.getpid()}",
        "ADVISOR_MODE": "embedded",
        "ADVISOR_HOME": str(tmp_path),
        "LEDGER_EXAMPLES": "25",
    }
    words = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--timeout", "200"]
    files = [f"tests/advisor/{name}" for name in FILES]
    done = subprocess.run(
        [sys.executable, *words, *files],
        cwd=ROOT,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
