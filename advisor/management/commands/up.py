"""`up`: everything a person needs on one machine, started by one command (`make run`)."""

import gc
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from advisor.catalog.embedded import load_embedded
from advisor.env import env_secret
from advisor.errors import AdvisorError, BadInput
from advisor.management.base import AdvisorCommand
from advisor.web.instance import ensure_secret_key, require_free_port, take_folder


class Command(AdvisorCommand):
    help = "Prepare the database, load the embedded prices, solve the example and serve the site."
    uses_database = False  # it makes one

    def run(self, **_options: Any) -> None:
        if not settings.EMBEDDED:
            raise BadInput(
                "`up` is the embedded mode; DATABASE_URL or ADVISOR_MODE asks for production.",
                ["In production run gunicorn, celery worker and celery beat; see compose.yaml."],
            )
        try:
            self._up()
        except KeyboardInterrupt:  # before the server took over; stopping it is how `up` ends
            self.stdout.write("\nStopped.")

    def _up(self) -> None:
        require_free_port(settings.PORT)
        lock = take_folder(settings.ADVISOR_HOME)
        if not env_secret("SECRET_KEY"):
            settings.SECRET_KEY = ensure_secret_key(settings.SECRET_KEY_FILE)
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            self._say("Preparing the database ...")
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        loaded = load_embedded()
        if loaded is not None:
            self._say(
                f"Loaded the embedded price list: {loaded.added + loaded.changed:,} offers new or changed."
            )
        self._show_example()
        self._serve()
        lock.close()

    def _show_example(self) -> None:
        from advisor.planning.summary import summary
        from advisor.web.example import PLAN, ensure_example

        try:
            answer = ensure_example()
        except AdvisorError as error:  # the site is of use without it
            answer = None
            self.stderr.write(error.message)
        if answer is None:
            self._say(f"No recommendation for {PLAN} could be worked out.")
            return
        self._say(f"\nThe recommendation for {PLAN}\n")
        self._say("\n".join(summary(answer.result, now=datetime.now(UTC))))

    def _serve(self) -> None:
        from advisor.web.server import HOST, EmbeddedServer

        connections.close_all()  # a worker must not share a connection with its parent
        gc.freeze()
        address = f"http://{HOST}:{settings.PORT}/"
        EmbeddedServer(
            port=settings.PORT,
            ready=lambda: self._say(f"\nServing at {address}  (Ctrl-C stops)"),
            stopped=lambda: self._say("\nStopped."),
        ).run()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
