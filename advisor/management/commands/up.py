"""`up`: everything a person needs on one machine, started by one command (`make run`)."""

import http.client
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from advisor.embedded.broker import broker_command, wait_for_broker
from advisor.embedded.home import HOST
from advisor.embedded.instance import ensure_secret_key, require_free_port, take_folder
from advisor.embedded.supervisor import Supervisor
from advisor.env import env_secret
from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand


class Command(AdvisorCommand):
    help = "Prepare everything and run the site, its worker, its schedule and its broker on this machine."
    uses_database = False  # it makes one

    def run(self, **_options: Any) -> None:
        if not settings.EMBEDDED:
            raise BadInput(
                "`up` is the embedded mode; DATABASE_URL or ADVISOR_MODE asks for production.",
                ["In production run gunicorn, celery worker and celery beat; see compose.yaml."],
            )
        require_free_port(settings.PORT)
        lock = take_folder(settings.ADVISOR_HOME)
        if not env_secret("SECRET_KEY"):
            settings.SECRET_KEY = ensure_secret_key(settings.SECRET_KEY_FILE)
        supervisor = Supervisor(self._say, _environment())
        try:
            self._start(supervisor)
        except KeyboardInterrupt:  # before the signals were taken over
            pass
        finally:
            supervisor.stop()
            lock.close()
        self._say("\nStopped.")

    def _start(self, supervisor: Supervisor) -> None:
        if settings.EMBEDDED_BROKER:
            folder = settings.ADVISOR_HOME / "broker"
            supervisor.start("broker", broker_command(settings.BROKER_SOCKET, folder))
            wait_for_broker(settings.BROKER_SOCKET)
        call_command("prepare", stdout=self.stdout, stderr=self.stderr)
        connections.close_all()
        for name, command in _commands().items():
            # beat holds nothing that could be lost, and may not hear SIGTERM while its broker is gone
            orphaned = signal.SIGKILL if name == "scheduler" else signal.SIGTERM
            supervisor.start(name, command, orphaned=orphaned)
        supervisor.stop_on_signals()
        if supervisor.wait_until(_answers):
            self._say(f"\nServing at http://{HOST}:{settings.PORT}/  (Ctrl-C stops)")
            self._say("A link that signs you in: .venv/bin/python manage.py sign_in_link")
            supervisor.wait_until(lambda: False)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _commands() -> dict[str, list[str]]:
    python = sys.executable
    # as root, as in a container, Celery would warn at every start
    calm = ["-W", "ignore:You're running the worker with superuser privileges"]
    celery = [python, *calm, "-m", "celery", "--quiet", "-A", "advisor.celery"]
    bind = f"{HOST}:{settings.PORT}"
    web = f"--bind {bind} --workers 1 --worker-class gthread --threads 8 --graceful-timeout 5"
    quiet = "--log-level warning --no-control-socket"
    work = "--concurrency 2 --queues default,solve,sweep --without-gossip --without-mingle"
    return {
        "web": [python, "-m", "gunicorn", "advisor.wsgi:application", *web.split(), *quiet.split()],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--hostname", "embedded@%h", *work.split()],
        "scheduler": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
    }


def _environment() -> dict[str, str]:
    """What the children need to be the same instance; a worker that is stopped hands its tasks back."""
    return {
        "ADVISOR_HOME": str(settings.ADVISOR_HOME),
        "PORT": str(settings.PORT),
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "REMAP_SIGTERM": "SIGQUIT",
    }


def _answers() -> bool:
    connection = http.client.HTTPConnection(HOST, settings.PORT, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
