"""Where an embedded instance keeps what is not in its database."""

import hashlib
import os
import tempfile
from pathlib import Path

HOST = "127.0.0.1"  # an embedded instance is for the people of one machine
_LONGEST_SOCKET = 100  # bytes; the kernel allows 107


def broker_socket(home: Path) -> Path:
    """The broker's socket: in the instance's folder, or in a private one where that path is too long."""
    usual = home / "broker" / "socket"
    if len(os.fsencode(usual)) <= _LONGEST_SOCKET:
        return usual
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"quartermaster-{os.getuid()}-{name}" / "socket"
