"""`manage.py up` as a person meets it: it starts, says where, starts again quickly, and stops when told."""

import os
import signal
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.browser.conftest import STORE
from tests.processes import free_port, manage, running, wait_for


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything has been loaded and solved before."""
    folder = tmp_path_factory.mktemp("up")
    for words in (["migrate", "-v0"], ["import_prices"], ["shell", "--no-imports", "-c", STORE]):
        assert manage(*words, ADVISOR_HOME=str(folder)).returncode == 0
    return folder


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_quickly_answers_and_stops_cleanly(home: Path, end: signal.Signals) -> None:
    port, log = free_port(), home / "log"
    begin = time.monotonic()
    with running(log, sys.executable, "manage.py", "up", ADVISOR_HOME=str(home), PORT=str(port)) as process:
        wait_for(lambda: "Serving at" in log.read_text(), seconds=60, why=log.read_text)
        assert time.monotonic() - begin < 5
        assert f"Serving at http://127.0.0.1:{port}/" in log.read_text()
        assert "81 k USD NPV over 2 months" in log.read_text()
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        os.killpg(process.pid, end)  # as Ctrl-C does: to all processes of the terminal
        assert process.wait(20) == 0
    said = log.read_text()
    assert said.rstrip().endswith("Stopped.")
    assert "Traceback" not in said
    assert "rror" not in said


def test_a_fresh_folder_is_prepared_and_a_second_instance_refused(tmp_path: Path) -> None:
    home, log, port = tmp_path / "new", tmp_path / "log", free_port()
    with running(log, sys.executable, "manage.py", "up", ADVISOR_HOME=str(home), PORT=str(port)):
        wait_for(lambda: "Serving at" in log.read_text(), seconds=120, why=log.read_text)
        assert "Loaded the embedded price list" in log.read_text()
        assert oct((home / "secret_key").stat().st_mode)[-3:] == "600"
        same_folder = manage("up", ADVISOR_HOME=str(home), PORT=str(free_port()))
        assert same_folder.returncode == 2
        assert "already runs from" in same_folder.stderr
        same_port = manage("up", ADVISOR_HOME=str(tmp_path / "other"), PORT=str(port))
        assert same_port.returncode == 2
        assert same_port.stderr.startswith(f"Port {port} of 127.0.0.1 cannot be used")
        assert not (tmp_path / "other").exists() or not list((tmp_path / "other").iterdir())
