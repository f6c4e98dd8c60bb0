"""`bill FILE`: what a provider would charge for given usage and commitments."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.billing.output import as_json, tables
from advisor.billing.parse import parse_request
from advisor.billing.terms import bill_of
from advisor.demand.problems import PlanError
from advisor.demand.yaml_loading import MAX_BYTES
from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand
from advisor.management.output import Target


class Command(AdvisorCommand):
    uses_database = False
    help = "What a provider would charge, hour by hour, for usage and commitments. See docs/bill.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="usage and commitments, YAML or JSON")
        parser.add_argument("--json", metavar="FILE", help="write the bill; - is standard output")

    def run(self, **options: Any) -> None:
        path = Path(options["file"])
        target = Target(options["json"], option="--json", inputs=[path]) if options["json"] else None
        try:
            request = parse_request(_read(path), source=str(path))
        except PlanError as error:
            first, *details = error.lines()
            raise BadInput(first, details) from error
        bill = bill_of(request)
        if target is not None:
            target.write(as_json(bill, request))
        if target is None or not target.is_stdout:
            self.stdout.write("\n".join(tables(bill, request)))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one more than is read, so that the parser can say so
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: cannot be read: {reason}") from error
