"""Prepares .venv with nothing but the standard library; run by `make`, before anything is installed.

    python3 advisor/bootstrap.py [--dev]

A stamp inside .venv says for which requirements and which Python it was completed, so a second run takes
a fraction of a second, and a half-finished, outdated or broken environment is repaired.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "quartermaster.json"
OLDEST_PYTHON = (3, 11)


class CannotPrepare(Exception):
    """One line saying what is missing and what to do."""


def prepare(root: Path, *, dev: bool) -> bool:
    """Make `root`/.venv ready; True when there was something to do. Raises CannotPrepare."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise CannotPrepare(
            f"Python 3.11 or newer is needed; {sys.executable} is {found}. Try PYTHON=python3.11"
        )
    venv, python = root / ".venv", root / ".venv" / "bin" / "python"
    wanted = _fingerprint(root, dev=dev)
    runs = _runs(python, wanted["python"])
    if runs and _is_complete(venv, python, root, wanted):
        return False
    if not runs:
        _create(venv)
    (venv / STAMP).unlink(missing_ok=True)
    _install(python, root / ("requirements-dev.txt" if dev else "requirements.txt"))
    (venv / STAMP).write_text(json.dumps(wanted), encoding="utf-8")
    return True


def _fingerprint(root: Path, *, dev: bool) -> dict[str, str]:
    names = ["requirements.txt", "requirements-dev.txt"] if dev else ["requirements.txt"]
    digests = {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in names}
    return {"python": ".".join(map(str, sys.version_info[:2])), **digests}


def _runs(python: Path, version: str) -> bool:
    """Whether the environment's interpreter starts and is of the wanted version."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  our own words
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def _is_complete(venv: Path, python: Path, root: Path, wanted: dict[str, str]) -> bool:
    """Whether the stamp covers what is wanted and every pinned package is still there in its version."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if any(stamp.get(name) != value for name, value in wanted.items()):
        return False
    code = (
        "import sys, importlib.metadata as m\n"
        "for pin in sys.argv[1:]:\n"
        "    name, _, version = pin.partition('==')\n"
        "    assert m.version(name) == version\n"
    )
    pins = _pins(root / max(wanted.keys() - {"python"}, key=len))
    done = subprocess.run([python, "-c", code, *pins], capture_output=True, timeout=60, check=False)  # noqa: S603  our own words
    return done.returncode == 0


def _pins(requirements: Path) -> list[str]:
    """`name==version` of every line that holds on every platform (lines with a `;` marker may not)."""
    lines = (line.split("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    pins = (line.partition("==") for line in lines if "==" in line and ";" not in line)
    return [f"{name.partition('[')[0]}=={version}" for name, _, version in pins]


def _create(venv: Path) -> None:
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        _say("the environment in .venv does not work any more: making it anew")
        shutil.rmtree(venv)
    _say("making .venv (once)")
    done = subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if done.returncode != 0:
        shutil.rmtree(venv, ignore_errors=True)
        raise CannotPrepare(
            f"{sys.executable} -m venv failed; on Debian install python3-venv. "
            f"It said: {' '.join((done.stdout + done.stderr).split())[:300]}"
        )


def _install(python: Path, requirements: Path) -> None:
    """With uv, which takes a third of the time; with pip where uv cannot be had."""
    _say(f"installing {requirements.name}")
    pip: list[str | Path] = [python, "-m", "pip", "-qq", "--disable-pip-version-check", "install"]
    if _call([*pip, _uv_pin(requirements)]):
        uv = python.parent / "uv"
        # compiled here: where Python may not write bytecode, every start would be three times slower
        options: list[str | Path] = ["--quiet", "--compile-bytecode", "--python", python, "-r", requirements]
        if _call([uv, "pip", "install", *options]):
            return
    _say("uv cannot be used here: installing with pip, which takes longer")
    if not _call([*pip, "--compile", "-r", requirements]):
        raise CannotPrepare("the packages could not be installed; see above, then run the same command again")


def _uv_pin(requirements: Path) -> str:
    dev = requirements.parent / "requirements-dev.txt"
    return next((pin for pin in _pins(dev) if pin.startswith("uv==")), "uv") if dev.exists() else "uv"


def _call(command: Sequence[str | Path]) -> bool:
    try:
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603  our own words
    except OSError:
        return False


def _say(text: str) -> None:
    print(f"quartermaster: {text}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    folder = os.open(ROOT, os.O_RDONLY)  # two `make` at once would spoil each other's environment
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        prepare(ROOT, dev="--dev" in arguments)
    except CannotPrepare as error:
        print(error, file=sys.stderr)
        return 3
    finally:
        os.close(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
