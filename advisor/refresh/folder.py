"""Where replies lie while they are read."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LEFT_SECONDS = 24 * 3600  # no refresh takes this long: its folder was left by a worker that was killed


@contextmanager
def temporary_folder(home: Path, source: str) -> Iterator[Path]:
    """A new folder in `home`, gone afterwards; those that killed workers left are cleared away."""
    root = home / "refresh"
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{source}-*"):
        if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=f"{source}-") as name:
        yield Path(name)
