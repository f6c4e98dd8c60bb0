"""One embedded instance on one machine: its folder, its lock, its secret and its port."""

import fcntl
import os
import secrets
import socket
from pathlib import Path
from typing import IO

from advisor.embedded.home import HOST
from advisor.errors import AdvisorError, BadInput


class FolderUnusable(AdvisorError):
    """ADVISOR_HOME cannot be made or written."""


def take_folder(folder: Path) -> IO[str]:
    """Make the folder and lock it for this process; the lock is gone when the returned file is closed.

    Raises FolderUnusable, and BadInput when another process runs from the same folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise FolderUnusable(
            f"{folder} cannot be written: {error.strerror}", ["Set ADVISOR_HOME to a folder that can."]
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise BadInput(
            f"Quartermaster already runs from {folder} (process {holder}).",
            ["Stop it first, or set ADVISOR_HOME and PORT for a second one."],
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def ensure_secret_key(file: Path) -> str:
    """The instance's own secret, made at the first start and readable by its owner only."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="utf-8").strip()
    secret = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(secret)
    return secret


def require_free_port(port: int) -> None:
    """Raises BadInput when something else listens there: better said now than after the solving."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise BadInput(
                f"Port {port} of {HOST} cannot be used: {error.strerror}.",
                [f"Choose another one: PORT={port + 1 if port < 65535 else 8080} make run"],
            ) from error
