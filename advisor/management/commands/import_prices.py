"""`import_prices FILE`: a price file into the catalogue, whole or not at all."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.catalog.embedded import load_embedded
from advisor.catalog.files import read_file, refused_lines
from advisor.catalog.services import Published, Scope, publish
from advisor.management.base import AdvisorCommand


class Command(AdvisorCommand):
    help = "Take a price file into the catalogue, whole or not at all. Without FILE: the embedded price list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="CSV in the contract's columns")
        parser.add_argument(
            "--label", default="", help="what to call this publication; default: the file's name"
        )
        parser.add_argument(
            "--skip-bad-rows", action="store_true", help="take the good rows, list the bad ones"
        )
        parser.add_argument(
            "--replace-providers",
            action="store_true",
            help="the file is all there is of its providers: their other offers end now",
        )

    def run(self, **options: Any) -> None:
        if options["file"] is None:
            done = load_embedded()
            if done is None:
                self.stdout.write("The embedded price list is already in the catalogue.")
            else:
                self._say("the embedded price list", done)
            return
        path = Path(options["file"])
        prices = read_file(
            path,
            now=datetime.now(UTC),
            skip_bad_rows=options["skip_bad_rows"],
            advice="`--skip-bad-rows` takes the other rows.",
        )
        providers = frozenset(offer.provider for offer in prices.offers)
        done = publish(
            prices.offers,
            source=f"import:{path.name}"[:200],
            label=(options["label"] or path.name)[:200],
            scope=Scope(providers=providers if options["replace_providers"] else frozenset()),
        )
        self._say(str(path), done)
        if prices.refused:
            self.stderr.write(f"{prices.refused_count} bad rows were left out:")
            for line in refused_lines(prices):
                self.stderr.write(f"  {line}")

    def _say(self, what: str, done: Published) -> None:
        self.stdout.write(
            f"{what}: {done.added} offers added, {done.changed} changed, {done.removed} ended, "
            f"{done.unchanged} unchanged; catalogue version {done.version}."
        )
