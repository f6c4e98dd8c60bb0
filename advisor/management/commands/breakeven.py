"""`breakeven FILE`: build against buy without a plan."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.breakeven.parse import parse_question
from advisor.breakeven.tables import lines
from advisor.breakeven.work import answer
from advisor.demand.problems import PlanError
from advisor.demand.yaml_loading import MAX_BYTES
from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand
from advisor.management.output import Target


class Command(AdvisorCommand):
    uses_database = False
    help = "Build against buy: break-even hours, months and utilisation, NPV and IRR. See docs/breakeven.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="what building and buying cost, YAML or JSON")
        parser.add_argument("--json", metavar="FILE", help="write the answer; - is standard output")

    def run(self, **options: Any) -> None:
        path = Path(options["file"])
        target = Target(options["json"], option="--json", inputs=[path]) if options["json"] else None
        try:
            found = answer(parse_question(_read(path), source=str(path)))
        except PlanError as error:
            first, *details = error.lines()
            raise BadInput(first, details) from error
        if target is not None:
            target.write(found.as_json())
        if target is None or not target.is_stdout:
            self.stdout.write("\n".join(lines(found)))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one more than is read, so that the parser can say so
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: cannot be read: {reason}") from error
