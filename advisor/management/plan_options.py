"""Options that `advise` and `sweep` share: prices, moment, effort; and being stopped by hand."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError

from advisor.database import require_database
from advisor.demand.surroundings import RateInForce
from advisor.errors import AdvisorError, BadInput
from advisor.planning.prices import Prices, prices_from_files, prices_from_ledger
from advisor.rates.in_force import rates_in_force, shipped_rates
from advisor.rates.words import could_be_written
from providers.rates import ReferenceRates
from providers.text import shown


class Stopped(AdvisorError):
    """Ctrl-C, as shells count it."""

    exit_code = 130
    code = "stopped"


@contextmanager
def stopped_by_hand() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped("Stopped; no answer is shown.") from None


def prices_asked(files: list[str] | None, as_of: datetime | None) -> Prices:
    """Exactly the files that were named, else the ledger; both as they were known at a moment."""
    if files:
        return prices_from_files([Path(name) for name in files], as_of=as_of)
    require_database()
    return prices_from_ledger(as_of)


def rates_asked(files: list[str] | None, as_of: datetime | None) -> ReferenceRates:
    """The rates in force; beside price files, for which no database is needed, those that ship."""
    if files:
        return shipped_rates()
    require_database()
    return rates_in_force(as_of)


def rate_words(files: list[str] | None, as_of: datetime | None) -> RateInForce:
    """What to say of a currency without a rate; nothing where there is no database: the plan comes first."""

    def words(currency: str, own: str) -> str | None:
        try:
            return could_be_written(currency, own, rates_asked(files, as_of))
        except (AdvisorError, DatabaseError):
            return None

    return words


def number(value: object, option: str, *, least: float, most: float, example: str) -> float:
    """A finite number in a range; argparse's own message would not say what is right."""
    try:
        figure = float(str(value))
    except ValueError:
        figure = math.nan
    if not least <= figure <= most:
        raise BadInput(
            f"{option} {shown(str(value))}: write a number from {least:g} to {most:g}, like {example}"
        )
    return figure
