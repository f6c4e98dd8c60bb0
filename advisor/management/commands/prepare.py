"""`prepare`: everything a new or updated installation needs before its processes start."""

from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from advisor.catalog.embedded import load_embedded
from advisor.management.base import AdvisorCommand


class Command(AdvisorCommand):
    help = "Prepare the database, load the embedded prices, and make the first administrator."
    uses_database = False  # it makes one

    def run(self, **_options: Any) -> None:
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            self._say("Preparing the database ...")
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        loaded = load_embedded()
        if loaded is not None:
            self._say(
                f"Loaded the embedded price list: {loaded.added + loaded.changed:,} offers new or changed."
            )
        self._people()

    def _people(self) -> None:
        from advisor.accounts.links import sign_in_link  # these need the tables
        from advisor.accounts.services import ensure_administrator
        from advisor.plans.first import start_with_example
        from advisor.schedule import ensure_schedule

        ensure_schedule()
        administrator = ensure_administrator()
        if administrator is None:
            return
        start_with_example(administrator)
        self._say(f"Made the first administrator, {administrator.get_username()}. It has no password yet.")
        self._say(f"Sign in with this link, once, within 24 hours:\n  {sign_in_link(administrator)}")
        self._say("Another one: python manage.py sign_in_link")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
