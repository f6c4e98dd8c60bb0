"""`import_rates FILE`: exchange rates of the European Central Bank into the database, all or none."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand
from advisor.management.rate_options import add_doubts, day_of, rates_target
from advisor.rates.services import import_rates
from advisor.rates.words import rates_json, told
from providers.ecb import MOST_BYTES
from providers.text import shown


class Command(AdvisorCommand):
    help = (
        "Take in exchange rates from a file of the European Central Bank: eurofxref XML or CSV, also zipped, "
        "or JSON of its data service."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="for example eurofxref-daily.xml")
        parser.add_argument("--on", metavar="DATE", help="that day's rates; default: the file's newest day")
        parser.add_argument("--json", metavar="FILE", help="write the rates in force; - is standard output")
        add_doubts(parser)

    def run(self, **options: Any) -> None:
        path = Path(options["file"])
        target = rates_target(options["json"], [path])
        on = day_of(options["on"], "--on") if options["on"] else None
        taken = import_rates(_read(path), name=path.name, on=on, despite_doubts=options["despite_doubts"])
        if target is not None:
            target.write_json(rates_json())
        if target is None or not target.is_stdout:
            self.stdout.write("\n".join(told(taken, str(path))))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise BadInput(f"{shown(str(path))}: cannot be read: {error}") from error
