"""What all commands share: our errors become exit codes and plain lines on stderr, never a traceback."""

import sys
from abc import abstractmethod
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, OperationalError, ProgrammingError, connection

from advisor.errors import AdvisorError, BadInput, DatabaseUnavailable
from providers.errors import ProviderError

MIGRATE = "Run `python manage.py migrate` (or `make run`, which does it)."


class AdvisorCommand(BaseCommand):
    """Subclasses write `run(**options)`; `uses_database` says whether a missing database is an error."""

    requires_system_checks = ()  # they cost half a second and belong to `check`
    uses_database = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if getattr(self, "_called_from_command_line", False):
            setattr(parser, "error", _usage_error(parser))  # noqa: B010  argparse has no hook for the order
        return parser

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if self.uses_database and not options.get("prices"):
                require_database()
            self.run(**options)
        except (AdvisorError, ProviderError, DatabaseError) as error:
            self.fail(error)
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            sys.stderr.close()
            raise SystemExit(0) from None

    @abstractmethod
    def run(self, **options: Any) -> None:
        """Do the work; raise an AdvisorError for everything a person can act on."""

    def fail(self, error: Exception) -> NoReturn:
        known = error if isinstance(error, AdvisorError) else translate(error)
        first, *details = known.lines()
        self.stderr.write(first)
        for line in details:
            self.stderr.write(f"  {line}")
        raise SystemExit(known.exit_code) from error


def translate(error: Exception) -> AdvisorError:
    """Errors of lower layers in our words."""
    if isinstance(error, OperationalError | ProgrammingError):
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if "no such table" in text or "does not exist" in text or "no such column" in text:
            return DatabaseUnavailable(f"The database has not been prepared: {text}.", [MIGRATE])
        return DatabaseUnavailable(f"The database cannot be used: {text}.")
    return AdvisorError(str(error) or type(error).__name__)


def require_database() -> None:
    """Refuse a database file that is not there: SQLite would create an empty one on the first question."""
    if connection.vendor != "sqlite":
        return
    name = str(connection.settings_dict["NAME"])
    if "memory" in name or Path(name).is_file():
        return
    raise DatabaseUnavailable(f"There is no database at {name}.", [MIGRATE])


def moment(text: str) -> datetime:
    """`2026-11-22` (the end of that day) or `2026-11-22T08:30`; UTC unless an offset is given."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--as-of {text}: write a date as 2026-11-22 or a time as 2026-11-22T08:30") from None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _usage_error(parser: ArgumentParser) -> Callable[[str], NoReturn]:
    def refuse(message: str) -> NoReturn:
        parser.exit(2, f"{message}\n{parser.format_usage()}")

    return refuse
