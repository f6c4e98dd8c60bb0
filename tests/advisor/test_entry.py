"""The command line as a whole: a wrong environment, a wrong name and a full disk end in plain words."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT, environment, manage


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PORT", "abc", "PORT='abc': write a whole number, for example 8000"),
        ("ADVISOR_MODE", "zz", "ADVISOR_MODE='zz': write embedded or production"),
        ("PRICE_MAX_AGE_HOURS", "-1", "PRICE_MAX_AGE_HOURS=-1: must be at least 1"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL: write postgres://USER:PASSWORD@HOST:5432/NAME"),
    ],
)
def test_a_wrong_environment_is_one_line_and_ends_with_two(variable: str, value: str, message: str) -> None:
    for command in ("cheapest", "check"):  # one of ours, one of Django's
        done = manage(command, **{variable: value})
        assert (done.returncode, done.stdout, done.stderr) == (2, "", message + "\n")


def test_an_unknown_command_ends_with_two_and_the_nearest_name() -> None:
    done = manage("cheapst")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "Unknown command: 'cheapst'. Did you mean cheapest?"


@pytest.mark.parametrize(
    "words",
    [["schemas", "--print", "result"], ["schemas", "--check"], ["--version"]],
    ids=["more than a buffer", "a line", "Django's own"],
)
def test_output_that_cannot_be_written_is_one_line_and_ends_with_three(words: list[str]) -> None:
    changes = environment()
    del changes["PYTHONUNBUFFERED"]  # as people run it: short output fails only when it is flushed
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=changes,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == "The output cannot be written: No space left on device\n"


@pytest.mark.parametrize("ending", ["| true", "| head -c 1 >/dev/null", ">&-"])
def test_a_reader_that_leaves_or_was_never_there_is_no_error(ending: str) -> None:
    command = f"set -o pipefail; {sys.executable} manage.py schemas --print result {ending}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
