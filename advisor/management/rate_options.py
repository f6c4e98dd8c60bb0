"""Options of the commands that take exchange rates in."""

from datetime import date
from pathlib import Path

from django.core.management.base import CommandParser

from advisor.database import database_files
from advisor.errors import BadInput
from advisor.management.output import Target
from providers.text import shown


def add_doubts(parser: CommandParser) -> None:
    parser.add_argument(
        "--despite-doubts",
        action="store_true",
        help="take rates far from those in force, after a person has looked",
    )


def rates_target(name: str | None, inputs: list[Path]) -> Target | None:
    return Target(name, option="--json", inputs=[*inputs, *database_files()]) if name else None


def day_of(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {shown(text)}: write a day as 2026-11-20") from None
