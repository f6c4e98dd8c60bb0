"""`set_rate CUR=VALUE --on DATE`: exchange rates typed by hand, for what no file has."""

from typing import Any

from django.core.management.base import CommandParser

from advisor.management.base import AdvisorCommand
from advisor.management.rate_options import add_doubts, day_of, rates_target
from advisor.rates.services import set_rates
from advisor.rates.words import rates_json, told


class Command(AdvisorCommand):
    help = "Set exchange rates by hand: what one unit of a currency costs in US dollars, and on which day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rates", nargs="+", metavar="CUR=VALUE", help="for example AED=0.2723")
        parser.add_argument("--on", required=True, metavar="DATE", help="the day the rate is of: 2026-11-20")
        parser.add_argument("--by", default="", metavar="NAME", help="who says so; shown beside the rate")
        parser.add_argument("--json", metavar="FILE", help="write the rates in force; - is standard output")
        add_doubts(parser)

    def run(self, **options: Any) -> None:
        target = rates_target(options["json"], [])
        taken = set_rates(
            options["rates"],
            on=day_of(options["on"], "--on"),
            by=options["by"],
            despite_doubts=options["despite_doubts"],
        )
        if target is not None:
            target.write_json(rates_json())
        if target is None or not target.is_stdout:
            self.stdout.write("\n".join(told(taken, ", ".join(options["rates"]))))
