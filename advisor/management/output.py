"""Files a command writes: checked before the work, written whole after it."""

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from advisor.errors import BadInput


class Target:
    """`-` is standard output; anything else is a file that appears complete or not at all."""

    def __init__(self, name: str, *, option: str) -> None:
        """Raises BadInput when the file could not be written, before any work is done."""
        self.is_stdout = name == "-"
        self._path = Path(name)
        if self.is_stdout:
            return
        folder = self._path.parent
        if self._path.is_dir():
            raise BadInput(f"{option} {name}: is a folder; name a file")
        if not folder.is_dir():
            raise BadInput(f"{option} {name}: there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise BadInput(f"{option} {name}: the folder {folder} cannot be written")

    def write(self, text: str) -> None:
        if self.is_stdout:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise BadInput(f"{self._path}: cannot be written: {error.strerror}") from error

    def write_json(self, payload: dict[str, Any]) -> None:
        self.write(json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
