"""What all commands share: our errors become exit codes and plain lines on stderr, never a traceback."""

from abc import abstractmethod
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from advisor.database import require_database, translate
from advisor.errors import AdvisorError
from providers.errors import ProviderError


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
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
            raise SystemExit(130) from None

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


def _usage_error(parser: ArgumentParser) -> Callable[[str], NoReturn]:
    def refuse(message: str) -> NoReturn:
        parser.exit(2, f"{message}\n{parser.format_usage()}")

    return refuse
