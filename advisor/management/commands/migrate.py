"""Django's `migrate`, saying plainly what is wrong with a database that cannot be written."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError

from advisor.database import translate


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            known = translate(error)
            for line in known.lines():
                self.stderr.write(line)
            raise SystemExit(known.exit_code) from error
