"""`advise PLAN`: the verified recommendation for a plan, or why there can be none."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from advisor.catalog.moments import AS_OF, moment
from advisor.database import database_files
from advisor.errors import BadInput, NothingFound
from advisor.management.base import AdvisorCommand
from advisor.management.book_option import price_book
from advisor.management.inputs import plan_inputs
from advisor.management.output import Target
from advisor.management.plan_options import number, prices_asked, rate_words, rates_asked, stopped_by_hand
from advisor.management.progress import ProgressLine
from advisor.planning.effort import DEFAULT_GAP, DEFAULT_TIME_LIMIT_SECONDS, Effort, explain_seconds
from advisor.planning.plan_files import plan_comes_first, read_plan
from advisor.planning.prices import Prices, with_book
from advisor.planning.result import Result
from advisor.planning.services import advise_file
from advisor.planning.summary import summary
from providers.rates import ReferenceRates

_PLAN_SUFFIXES = (".yaml", ".yml", ".json")
_WEEK_SECONDS = 7 * 24 * 3600.0


class Command(AdvisorCommand):
    uses_database = False  # without --prices it does, but first the plan is read
    help = "The recommendation for a plan file: what to get, when, what it costs, and how sure that is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "plan", nargs="?", metavar="PLAN", help="plan file, YAML or JSON; see docs/plan-file.md"
        )
        parser.add_argument(
            "--prices", nargs="+", action="extend", metavar="FILE", help="exactly these price files"
        )
        parser.add_argument("--price-book", metavar="FILE", help="agreed prices instead of list prices")
        parser.add_argument("--as-of", metavar="DATE", help=AS_OF)
        parser.add_argument(
            "--gap", default=DEFAULT_GAP, metavar="X", help="relative gap to prove; default 0.001"
        )
        parser.add_argument(
            "--time-limit", default=DEFAULT_TIME_LIMIT_SECONDS, metavar="S", help="seconds; default 300"
        )
        parser.add_argument("--json", metavar="FILE", help="write the result; - is standard output")
        parser.add_argument(
            "--no-baselines", action="store_true", help="leave out the comparison with simple strategies"
        )
        parser.add_argument(
            "--explain-time",
            metavar="S",
            help="seconds for explanations, after the answer; 0: none; default 30, 90 more for each --why, "
            "or the time limit",
        )
        parser.add_argument(
            "--why",
            action="append",
            default=[],
            metavar="OFFER",
            help="explain why this offer is in the plan or not; may be repeated",
        )

    def run(self, **options: Any) -> None:
        path = _plan_path(options)
        # a plan that is not there, and an output over an input, are said before prices are read
        target = _target(options, path, read_plan(path))
        seconds = number(options["time_limit"], "--time-limit", least=0.1, most=_WEEK_SECONDS, example="300")
        effort = Effort(
            gap=number(options["gap"], "--gap", least=0.0, most=0.5, example="0.001"),
            time_limit_seconds=seconds,
            baselines=not options["no_baselines"],
            explain_seconds=_explain_seconds(options["explain_time"], seconds, len(set(options["why"]))),
            why=tuple(options["why"]),
        )
        if effort.why and not effort.explain_seconds:
            raise BadInput("--why needs time to explain: leave out --explain-time 0")
        as_of = moment(options["as_of"]) if options["as_of"] else None
        now = as_of or datetime.now(UTC)
        with plan_comes_first(path, rate_words(options["prices"], as_of)):
            prices = prices_asked(options["prices"], as_of)
            rates = rates_asked(options["prices"], as_of)
            book = price_book(options["price_book"])
        if book is not None:
            prices = with_book(prices, book, now.date())
        result = _advise(path, prices, effort, now, rates)
        if target is not None:
            target.write(result.as_json())
        silent = target is not None and target.is_stdout
        lines = summary(result, now=now)
        if not silent:
            self.stdout.write("\n".join(lines))
        if result.status == "infeasible":
            words = [row.relaxation for row in result.conflicts or ()]
            raise NothingFound(f"{result.name}: no plan can hold all its limits.", words if silent else ())


def _advise(path: Path, prices: Prices, effort: Effort, now: datetime, rates: ReferenceRates) -> Result:
    with ProgressLine(sys.stderr) as progress, stopped_by_hand():
        return advise_file(
            path,
            prices=prices,
            now=now,
            max_age_hours=settings.PRICE_MAX_AGE_HOURS,
            effort=effort,
            notify=progress,
            rates=rates,
        )


def _explain_seconds(asked: object, time_limit_seconds: float, offers: int) -> float:
    if asked is None:
        return min(explain_seconds(offers), time_limit_seconds)
    return number(asked, "--explain-time", least=0.0, most=_WEEK_SECONDS, example="30")


def _plan_path(options: dict[str, Any]) -> Path:
    """The plan, also where it stands after the price files: `advise --prices a.csv plan.yaml`."""
    prices = options["prices"] or []
    if options["plan"] is None and len(prices) > 1 and Path(prices[-1]).suffix in _PLAN_SUFFIXES:
        options["plan"] = prices.pop()
    if options["plan"] is None:
        raise BadInput("PLAN is missing: name a plan file, for example examples/small-team.yaml")
    return Path(options["plan"])


def _target(options: dict[str, Any], plan: Path, data: bytes) -> Target | None:
    """Where the result goes; never over what it is made from."""
    if not options["json"]:
        return None
    prices = [*map(Path, options["prices"] or []), *map(Path, filter(None, [options["price_book"]]))]
    return Target(
        options["json"], option="--json", inputs=[*prices, *plan_inputs(plan, data), *database_files()]
    )
