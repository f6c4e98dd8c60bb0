"""Files a command writes: checked before the work, written whole after it, never over an input."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from advisor.errors import BadInput


class Target:
    """`-` is standard output; a file appears complete or not at all; a device or pipe is written to.

    A symbolic link stays one: the file it leads to is written.
    """

    def __init__(self, name: str, *, option: str, inputs: Iterable[Path] = ()) -> None:
        """Raises BadInput, before any work is done, for a file that cannot be written or is an input."""
        self.is_stdout = name == "-"
        self._path = Path(name)
        if self.is_stdout:
            return
        try:
            self._check(f"{option} {name}", inputs)
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name too long, a NUL
            reason = getattr(error, "strerror", None) or error
            raise BadInput(f"{option} {name!r}: cannot be written: {reason}") from error

    def _check(self, what: str, inputs: Iterable[Path]) -> None:
        if self._path.is_dir():
            raise BadInput(f"{what}: is a folder; name a file")
        if any(_same(self._path, path) for path in inputs):
            raise BadInput(f"{what}: is an input of this command; name another file")
        self._is_special = self._path.exists() and not self._path.is_file()
        if self._is_special:
            if not os.access(self._path, os.W_OK):
                raise BadInput(f"{what}: cannot be written")
            return
        self._path = self._path.resolve()
        folder = self._path.parent
        if not folder.is_dir():
            raise BadInput(f"{what}: there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise BadInput(f"{what}: the folder {folder} cannot be written")

    def write(self, text: str) -> None:
        if self.is_stdout:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        try:
            if self._is_special:
                with self._path.open("w", encoding="utf-8") as file:
                    file.write(text)
            else:
                self._replace(text)
        except OSError as error:
            raise BadInput(f"{self._path}: cannot be written: {error.strerror}") from error

    def write_json(self, payload: dict[str, Any]) -> None:
        self.write(json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False) + "\n")

    def _replace(self, text: str) -> None:
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".quartermaster.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, self._path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def _same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file; a file that is not there is compared by its name."""
    if one.resolve() == other.resolve():
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
