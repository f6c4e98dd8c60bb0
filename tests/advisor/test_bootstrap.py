"""Setting up .venv: when there is something to do, and what a broken one leads to."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from advisor import bootstrap

RUNTIME = "alpha==1.0\n    # via beta\nbeta[extra]==2.1  # odd\ngamma==3 ; sys_platform == 'win32'\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose packages are played: creating and installing only leave traces in `done`."""
    (tmp_path / "requirements.txt").write_text(RUNTIME)
    (tmp_path / "requirements-dev.txt").write_text(RUNTIME + "uv==0.1\n")
    monkeypatch.setattr(bootstrap, "_create", lambda venv: make_venv(tmp_path, venv))
    monkeypatch.setattr(bootstrap, "_install", lambda _python, file: trace(tmp_path, file.name))
    return tmp_path


def trace(root: Path, what: str) -> None:
    with (root / "done").open("a") as file:
        file.write(what + "\n")


def make_venv(root: Path, venv: Path, installed: str = "alpha==1.0\nbeta==2.1") -> None:
    """An interpreter that answers as the one of a complete environment would."""
    trace(root, "create")
    python = venv / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    (root / "installed").write_text(installed)
    python.write_text(
        f'#!/bin/sh\nshift\ncase "$1" in *version_info*) echo {version}; exit;; esac\nshift\n'
        f'for pin in "$@"; do grep -qx "$pin" {root}/installed || exit 1; done\n'
    )
    python.chmod(0o755)


def done(root: Path) -> list[str]:
    return (root / "done").read_text().split() if (root / "done").exists() else []


def test_the_first_time_everything_is_made_and_the_second_time_nothing(root: Path) -> None:
    assert bootstrap.prepare(root, dev=False)
    assert done(root) == ["create", "requirements.txt"]
    assert not bootstrap.prepare(root, dev=False)
    assert done(root) == ["create", "requirements.txt"]


def test_changed_requirements_are_installed_into_the_same_environment(root: Path) -> None:
    bootstrap.prepare(root, dev=False)
    (root / "requirements.txt").write_text(RUNTIME.replace("alpha==1.0", "beta==2.1"))
    assert bootstrap.prepare(root, dev=False)
    assert done(root) == ["create", "requirements.txt", "requirements.txt"]


def test_what_tests_need_includes_what_running_needs(root: Path) -> None:
    bootstrap.prepare(root, dev=True)
    (root / "installed").write_text("alpha==1.0\nbeta==2.1\nuv==0.1")
    assert not bootstrap.prepare(root, dev=True)
    assert not bootstrap.prepare(root, dev=False)
    assert done(root) == ["create", "requirements-dev.txt"]


def test_running_alone_does_not_satisfy_tests(root: Path) -> None:
    bootstrap.prepare(root, dev=False)
    assert bootstrap.prepare(root, dev=True)
    assert done(root)[-1] == "requirements-dev.txt"


def test_a_package_that_went_missing_is_installed_again(root: Path) -> None:
    bootstrap.prepare(root, dev=False)
    (root / "installed").write_text("alpha==1.0\nbeta==2.0")
    assert bootstrap.prepare(root, dev=False)


@pytest.mark.parametrize("stamp", ["", "{", '{"python": "3.11"}'])
def test_an_environment_that_was_never_completed_is_completed(root: Path, stamp: str) -> None:
    bootstrap.prepare(root, dev=False)
    (root / ".venv" / bootstrap.STAMP).write_text(stamp)
    assert bootstrap.prepare(root, dev=False)
    assert done(root)[-1] == "requirements.txt"


def test_an_interpreter_that_is_gone_or_older_means_a_new_environment(root: Path) -> None:
    bootstrap.prepare(root, dev=False)
    python = root / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\necho 3.9\n")
    assert bootstrap.prepare(root, dev=False)
    python.unlink()
    assert bootstrap.prepare(root, dev=False)
    assert done(root).count("create") == 3


def test_an_interrupted_installation_leaves_no_stamp(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_python: Path, _file: Path) -> None:
        raise bootstrap.CannotPrepare("no network")

    monkeypatch.setattr(bootstrap, "_install", fail)
    with pytest.raises(bootstrap.CannotPrepare):
        bootstrap.prepare(root, dev=False)
    assert not (root / ".venv" / bootstrap.STAMP).exists()


def test_the_stamp_names_python_and_the_digest_of_each_list(root: Path) -> None:
    bootstrap.prepare(root, dev=False)
    stamp = json.loads((root / ".venv" / bootstrap.STAMP).read_text())
    assert stamp == {
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "requirements.txt": hashlib.sha256(RUNTIME.encode()).hexdigest(),
    }


def test_a_python_that_is_too_old_is_refused_plainly(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (9, 0))
    with pytest.raises(bootstrap.CannotPrepare, match=r"Python 3\.11 or newer is needed"):
        bootstrap.prepare(root, dev=False)


def test_pip_is_used_where_uv_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text(RUNTIME)
    (tmp_path / "requirements-dev.txt").write_text("uv==0.1\n")
    calls: list[list[str]] = []

    def play(command: list[object]) -> bool:
        calls.append([str(word) for word in command])
        return "uv==0.1" not in calls[-1]

    monkeypatch.setattr(bootstrap, "_call", play)
    bootstrap._install(tmp_path / "bin" / "python", tmp_path / "requirements.txt")
    assert calls[0][-1] == "uv==0.1"
    assert calls[-1][-3:] == ["--compile", "-r", str(tmp_path / "requirements.txt")]
    monkeypatch.setattr(bootstrap, "_call", lambda _command: False)
    with pytest.raises(bootstrap.CannotPrepare, match="could not be installed"):
        bootstrap._install(tmp_path / "bin" / "python", tmp_path / "requirements.txt")


def test_every_requirement_is_pinned_exactly() -> None:
    root = bootstrap.ROOT
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line.split("#")[0].strip() for line in (root / name).read_text().splitlines()]
        assert [line for line in lines if line and "==" not in line] == []
    runtime, dev = (set(bootstrap._pins(root / n)) for n in ("requirements.txt", "requirements-dev.txt"))
    assert runtime <= dev
