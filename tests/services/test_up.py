"""`manage.py up` as a person meets it: it starts, says where and how to sign in, starts again, and stops."""

import os
import re
import signal
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.processes import free_port, manage, running, wait_for

UP = (sys.executable, "manage.py", "up")


def status(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().status


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything has been prepared before."""
    folder = tmp_path_factory.mktemp("up")
    key = {"SECRET_KEY": "x" * 50, "ADVISOR_HOME": str(folder)}
    assert manage("prepare", **key).returncode == 0
    return folder


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_quickly_answers_and_stops_cleanly(home: Path, end: signal.Signals) -> None:
    port, log = free_port(), home / "up.log"
    begin = time.monotonic()
    with running(log, *UP, ADVISOR_HOME=str(home), PORT=str(port)) as process:
        wait_for(lambda: "Serving at" in log.read_text(), seconds=60, why=log.read_text)
        assert time.monotonic() - begin < 15  # 3 s on an idle machine
        assert f"Serving at http://127.0.0.1:{port}/" in log.read_text()
        assert "first administrator" not in log.read_text()
        assert [status(port, path) for path in ("/healthz", "/", "/sign-in")] == [200, 200, 200]
        os.killpg(process.pid, end)  # as Ctrl-C does: to all processes of the terminal
        assert process.wait(30) == 0
    said = log.read_text()
    assert said.rstrip().endswith("Stopped.")
    assert "Traceback" not in said
    assert "rror" not in said


def test_a_fresh_folder_is_prepared_and_a_second_instance_refused(tmp_path: Path) -> None:
    home, log, port = tmp_path / "new", tmp_path / "log", free_port()
    with running(log, *UP, ADVISOR_HOME=str(home), PORT=str(port)):
        wait_for(lambda: "Serving at" in log.read_text(), seconds=120, why=log.read_text)
        said = log.read_text()
        assert "Loaded the embedded price list" in said
        link = re.search(rf"http://127\.0\.0\.1:{port}(/sign-in/\S+)", said)
        assert link is not None
        assert status(port, link[1]) == 200
        assert oct((home / "secret_key").stat().st_mode)[-3:] == "600"
        again = manage("sign_in_link", ADVISOR_HOME=str(home), PORT=str(port))
        assert status(port, again.stdout.strip().partition(str(port))[2]) == 200
        unknown = manage("sign_in_link", "admn", ADVISOR_HOME=str(home))
        assert (unknown.returncode, unknown.stderr.strip()) == (
            2,
            "USERNAME 'admn': there is no such person; did you mean admin?",
        )
        same_folder = manage("up", ADVISOR_HOME=str(home), PORT=str(free_port()))
        assert same_folder.returncode == 2
        assert "already runs from" in same_folder.stderr
        same_port = manage("up", ADVISOR_HOME=str(tmp_path / "other"), PORT=str(port))
        assert same_port.returncode == 2
        assert same_port.stderr.startswith(f"Port {port} of 127.0.0.1 cannot be used")
        assert not (tmp_path / "other").exists() or not list((tmp_path / "other").iterdir())


def test_killed_hard_it_takes_everything_with_it_and_starts_again(home: Path) -> None:
    port, log = free_port(), home / "up.log"
    with running(log, *UP, ADVISOR_HOME=str(home), PORT=str(port)) as process:
        wait_for(lambda: "Serving at" in log.read_text(), seconds=60, why=log.read_text)
        process.kill()
        process.wait(10)
        wait_for(lambda: not processes_of(home), seconds=30, why=lambda: str(processes_of(home)))
    with running(log, *UP, ADVISOR_HOME=str(home), PORT=str(port)):
        wait_for(lambda: "Serving at" in log.read_text(), seconds=60, why=log.read_text)
        assert status(port, "/healthz") == 200


def processes_of(home: Path) -> list[str]:
    """Commands of living processes that belong to the instance in `home`."""
    mark, found = f"ADVISOR_HOME={home}".encode(), []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (path / "environ").read_bytes().split(b"\0"):
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found
