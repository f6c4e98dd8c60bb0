"""`sweep PLAN`: one plan worked out many times with something changed, on the processes of this machine."""

import os
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from advisor.catalog.files import later_words
from advisor.catalog.moments import AS_OF, moment
from advisor.database import database_files
from advisor.demand.parse import parse_plan
from advisor.demand.problems import PlanError
from advisor.demand.surroundings import RateInForce
from advisor.demand.yaml_loading import decode
from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand
from advisor.management.book_option import price_book
from advisor.management.counting import CountingLine
from advisor.management.inputs import plan_inputs
from advisor.management.output import Target
from advisor.management.plan_options import number, prices_asked, rate_words, rates_asked, stopped_by_hand
from advisor.management.sweep_options import design_asked, whole
from advisor.planning.plan_files import files_beside, plan_comes_first, read_plan, refusal
from advisor.planning.prices import with_book
from advisor.planning.words import stamp
from advisor.runs.services import GAPS
from advisor.sweeps.design import KINDS, Design
from advisor.sweeps.drivers import DRIVERS
from advisor.sweeps.local import Side, work_out
from advisor.sweeps.outcome import SWEEP_GAP, SWEEP_TIME_LIMIT_SECONDS, Question
from advisor.sweeps.report import SweepReport, point_out, summary_of
from advisor.sweeps.services import TIME_LIMITS_SECONDS
from advisor.sweeps.summary_text import lines_of
from advisor.sweeps.table import csv_of
from advisor.sweeps.variations import Variation, plan_data

_MOST_WORKERS = 256


class Command(AdvisorCommand):
    uses_database = False  # without --prices it does, but first the plan is read
    help = "Work out a plan many times: what moves its cost, how it is spread, or how alternatives compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "plan", nargs="+", metavar="PLAN", help="plan file; further ones are compared with it"
        )
        parser.add_argument("--kind", required=True, metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("--drivers", metavar="NAMES", help=f"sensitivity: some of {','.join(DRIVERS)}")
        parser.add_argument("--factors", metavar="LIST", help="sensitivity: for example 0.5,0.8,1.25,2")
        parser.add_argument("--step", metavar="X", help="sensitivity: 1 - X and 1 + X; default 0.2")
        parser.add_argument("--draws", metavar="N", help="monte_carlo: how many; default 100")
        parser.add_argument(
            "--seed", metavar="N", help="monte_carlo: the same gives the same draws; default 1"
        )
        parser.add_argument("--demand-sigma", metavar="X", help="monte_carlo: default 0.25")
        parser.add_argument("--price-sigma", metavar="X", help="monte_carlo: default 0.15")
        parser.add_argument(
            "--case", action="append", default=[], metavar="TEXT", help="comparison: 'name: path = value; …'"
        )
        parser.add_argument(
            "--prices", nargs="+", action="extend", metavar="FILE", help="exactly these price files"
        )
        parser.add_argument("--price-book", metavar="FILE", help="agreed prices instead of list prices")
        parser.add_argument("--as-of", metavar="DATE", help=AS_OF)
        parser.add_argument("--gap", default=SWEEP_GAP, metavar="X", help="of each plan; default 0.005")
        parser.add_argument(
            "--time-limit", default=SWEEP_TIME_LIMIT_SECONDS, metavar="S", help="of each plan; default 60"
        )
        parser.add_argument("--workers", metavar="N", help="processes; default one for each core")
        parser.add_argument("--json", metavar="FILE", help="write the report; - is standard output")
        parser.add_argument("--csv", metavar="FILE", help="write the plans as a table; - is standard output")

    def run(self, **options: Any) -> None:
        paths = [Path(name) for name in options["plan"]]
        texts = [read_plan(path) for path in paths]
        inputs = [one for path, data in zip(paths, texts, strict=True) for one in plan_inputs(path, data)]
        targets = _targets(options, inputs)
        design = design_asked(options, len(paths) - 1)
        gap = number(options["gap"], "--gap", least=GAPS[0], most=GAPS[1], example="0.005")
        least, most = TIME_LIMITS_SECONDS
        limit = number(options["time_limit"], "--time-limit", least=least, most=most, example="60")
        workers = _workers(options["workers"])
        try:
            questions = _questions(options, paths, texts, gap, limit)
            words = rate_words(options["prices"], None)
            names = [_name(*pair, words) for pair in zip(paths, questions, strict=True)]
        except PlanError as error:
            raise refusal(error.problems, error.source) from error
        sides = _sides(design, questions, names)
        connections.close_all()  # processes must not share them
        begin = time.perf_counter()
        with CountingLine(sys.stderr, len(sides)) as told, stopped_by_hand():
            points = work_out(questions[0], sides, workers=min(workers, len(sides)), told=told)
        report = _report(options["kind"], design, questions, names, points, time.perf_counter() - begin)
        for option, target in targets.items():
            target.write(report.as_json() if option == "json" else csv_of(points))
        if not any(target.is_stdout for target in targets.values()):
            self.stdout.write("\n".join(lines_of(report)))
        if left_out := later_words(questions[0].stock):
            self.stderr.write(left_out)


def _targets(options: dict[str, Any], plans: list[Path]) -> dict[str, Target]:
    """Where the report goes; never over what it is made from."""
    prices = [*map(Path, options["prices"] or []), *map(Path, filter(None, [options["price_book"]]))]
    named = {name: options[name] for name in ("json", "csv") if options[name]}
    if len(set(named.values())) < len(named):
        raise BadInput(f"--json, --csv {named['csv']}: name two files, or only one")
    inputs = [*plans, *prices, *database_files()]
    return {name: Target(file, option=f"--{name}", inputs=inputs) for name, file in named.items()}


def _questions(
    options: dict[str, Any], paths: list[Path], texts: list[bytes], gap: float, limit: float
) -> list[Question]:
    """One for each plan file, all with the same prices."""
    as_of = moment(options["as_of"]) if options["as_of"] else None
    now, files = as_of or datetime.now(UTC), options["prices"]
    with plan_comes_first(paths[0], rate_words(files, as_of)):
        prices, rates = prices_asked(files, as_of), rates_asked(files, as_of)
        book = price_book(options["price_book"])
    if book is not None:
        prices = with_book(prices, book, now.date())
    return [
        Question(
            text=decode(data, source=str(path)),
            stock=prices.catalogue,
            version=prices.version,
            now=now,
            max_age_hours=settings.PRICE_MAX_AGE_HOURS,
            gap=gap,
            time_limit_seconds=limit,
            rates=rates,
            read_file=files_beside(path),
        )
        for path, data in zip(paths, texts, strict=True)
    ]


def _name(path: Path, question: Question, words: RateInForce) -> str:
    """The name of the plan. Raises PlanError for one with problems, before any is begun."""
    plan = parse_plan(
        question.text.encode(),
        source=str(path),
        read_file=question.read_file,
        known_accelerators=set(question.stock.accelerators),
        rate_in_force=words,
    )
    return plan.name


def _sides(design: Design, questions: list[Question], names: list[str]) -> list[Side]:
    own: list[Side] = [(one, None) for one in design.variations(plan_data(questions[0].text))]
    others = zip(names[1:], questions[1:], strict=True)
    return own + [(Variation(label=name), asked) for name, asked in others]


def _workers(text: str | None) -> int:
    if text is None:
        return max(
            1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        )
    return int(number(whole(text, "--workers"), "--workers", least=1, most=_MOST_WORKERS, example="2"))


def _report(
    kind: Any, design: Design, questions: list[Question], names: list[str], points: Any, seconds: float
) -> SweepReport:
    more = {"plans": names[1:]} if kind == "comparison" else {}
    return SweepReport(
        kind=kind,
        name=names[0],
        options=asdict(design) | more,
        as_of=stamp(questions[0].stock.as_of) or "",
        catalogue_version=questions[0].version,
        gap_asked=questions[0].gap,
        time_limit_seconds=questions[0].time_limit_seconds,
        seconds=seconds,
        summary=summary_of(kind, points),
        points=[point_out(point) for point in points],
    )
