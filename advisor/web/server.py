"""gunicorn inside `manage.py up`: one process tree, started and stopped together."""

from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # ships no types

HOST = "127.0.0.1"


class EmbeddedServer(BaseApplication):  # type: ignore[misc]  # its base is untyped
    """Serves the site on the loopback address until it is told to stop; then
    `stopped` is called. `ready` is called when it listens."""

    def __init__(self, *, port: int, ready: Callable[[], None], stopped: Callable[[], None]) -> None:
        self._port = port
        self._ready = ready
        self._stopped = stopped
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"{HOST}:{self._port}",
            "workers": 1,
            "threads": 8,
            "worker_class": "gthread",
            "loglevel": "warning",
            "graceful_timeout": 5,
            "control_socket_disable": True,  # it lives in the home folder: two instances would collide
            "when_ready": lambda _server: self._ready(),
            "on_exit": lambda _server: self._stopped(),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()
