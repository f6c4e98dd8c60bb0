"""Exchange rates in words and as JSON: always with their day and their source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from advisor.catalog.words import count
from advisor.rates.in_force import age_days, is_stale, rates_in_force
from advisor.rates.services import Taken
from providers.rates import Origin, ReferenceRates


def named(source: str) -> str:
    """A source as a page names it: an address by its host."""
    return "; ".join((urlsplit(one).hostname or one).removeprefix("www.") for one in source.split("; "))


def figure(rate: Decimal) -> str:
    """Six significant digits, as a plan would have them; never with an exponent."""
    return f"{Decimal(f'{rate:.6g}'):f}"


def could_be_written(currency: str, plan_currency: str, rates: ReferenceRates) -> str | None:
    """The line that a plan without a rate could have, with the day and source of the rate in force:
    `exchange_rates: {EUR: 1.1172}  # ecb.europa.eu, 2026-10-30`. None where there is no such rate."""
    held = rates.rates_to_usd
    if currency not in held or plan_currency not in held:
        return None
    origin = rates.origin(currency, plan_currency)
    worth = figure(rates.rate(currency, to=plan_currency))
    return f"exchange_rates: {{{currency}: {worth}}}  # {named(origin.source)}, {origin.observed_on}"


def age_words(observed_on: date, *, today: date | None = None) -> str:
    """`today`, `1 day old`, `12 days old`."""
    days = age_days(observed_on, today=today)
    return f"{count(days, 'day')} old" if days else "today"


def told(taken: Taken, what: str) -> list[str]:
    """What a command says of rates it took in."""
    stored = taken.stored
    origin = f"{count(len(stored.rates), 'rate')} of {stored.observed_on} ({stored.source})"
    if not taken.is_new:
        lines = [f"{what}: {origin} had been taken in before; nothing changed."]
    elif len(taken.in_force) == len(stored.rates):
        lines = [f"{what}: {origin} taken in, all in force."]
    else:
        rest = f"{len(taken.in_force)} in force: of the others there are newer"
        lines = [f"{what}: {origin} taken in, {rest}."]
    if taken.left_out:
        lines.append(f"Left out, as nobody is billed in them: {', '.join(taken.left_out)}.")
    if is_stale(stored.observed_on):
        lines.append(f"They are {age_words(stored.observed_on)}, and so marked stale.")
    return lines


def rates_json(as_of: datetime | None = None, *, today: date | None = None) -> dict[str, Any]:
    """The rates in force as JSON: what one unit costs in US dollars, each with its day and its source.

    Ages are those of `today`, by default of the moment asked for. The dollar itself is left out.
    """
    rates = rates_in_force(as_of)
    day = today or (as_of.date() if as_of else None)
    items = [_item(code, rates, day) for code in sorted(rates.rates_to_usd) if code != "USD"]
    return {
        "base": "USD",
        "observed_on": rates.observed_on.isoformat(),
        "source": rates.source,
        "rates": items,
    }


def _item(code: str, rates: ReferenceRates, today: date | None) -> dict[str, Any]:
    origin = rates.origin(code)
    return {
        "currency": code,
        "usd_per_unit": float(rates.rates_to_usd[code]),
        "observed_on": origin.observed_on.isoformat(),
        "source": origin.source,
        "age_days": age_days(origin.observed_on, today=today),
        "stale": is_stale(origin.observed_on, today=today),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RateGroup:
    """Rates of one day and source."""

    origin: Origin
    source: str
    link: str  # of the source; empty where it has no address
    age: str
    stale: bool
    rates: Sequence[tuple[str, str]]


def groups(rates: ReferenceRates) -> list[RateGroup]:
    """Rates in force by day and source, the newest first; the dollar, which all are told in, is left out."""
    found: dict[Origin, list[tuple[str, str]]] = {}
    for code, rate in sorted(rates.rates_to_usd.items()):
        if code != "USD":
            found.setdefault(rates.origin(code), []).append((code, f"{rate:.6g}"))
    newest_first = sorted(found.items(), key=lambda item: (item[0].observed_on, len(item[1])), reverse=True)
    return [
        RateGroup(
            origin=origin,
            source=named(origin.source),
            link=origin.source if origin.source.startswith("https://") else "",
            age=age_words(origin.observed_on),
            stale=is_stale(origin.observed_on),
            rates=held,
        )
        for origin, held in newest_first
    ]
