"""A plan as a file, and the files beside it that it may name."""

from collections.abc import Callable
from pathlib import Path

from advisor.errors import BadInput

MAX_BYTES = 16 * 1024 * 1024
"""More is never read; the parser's own, lower limits name what is too large."""


def read_plan(path: Path) -> bytes:
    """The bytes of a plan file. Raises BadInput when there is no such file, or it cannot be read."""
    try:
        return _read(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error


def files_beside(path: Path) -> Callable[[str], bytes]:
    """Reads files named in a plan, relative to the plan's folder; raises OSError."""
    return lambda name: _read(path.parent / name)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)
