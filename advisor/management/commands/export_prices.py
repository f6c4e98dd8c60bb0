"""`export_prices`: the catalogue of a moment as a price file that imports to the same offers."""

from typing import Any

from django.core.management.base import CommandParser

from advisor.catalog.moments import moment
from advisor.catalog.queries import current_offers
from advisor.database import database_files
from advisor.management.base import AdvisorCommand
from advisor.management.output import Target
from providers.pricefile import write_price_file


class Command(AdvisorCommand):
    help = "Write the catalogue as a price file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", metavar="DATE", help="2026-11-22 (end of that day) or 2026-11-22T08:30, UTC"
        )
        parser.add_argument("--out", default="-", metavar="FILE", help="default: standard output")

    def run(self, **options: Any) -> None:
        target = Target(options["out"], option="--out", inputs=database_files())
        as_of = moment(options["as_of"]) if options["as_of"] else None
        catalogue = current_offers(as_of)
        target.write(write_price_file(catalogue.offers))
        if not target.is_stdout:
            self.stderr.write(f"{len(catalogue.offers)} offers of catalogue version {catalogue.version}.")
