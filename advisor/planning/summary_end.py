"""The end of a recommendation as text: what to know before relying on it, and what it rests on."""

from collections.abc import Iterator
from datetime import datetime

from advisor.catalog import words as catalogue_words
from advisor.catalog.pricing import hours_of
from advisor.planning.exchange import rate_words
from advisor.planning.result import Result
from advisor.planning.text_tables import bullet, paragraph
from advisor.planning.words import count


def ending(result: Result, now: datetime) -> Iterator[str]:
    """Warnings, assumptions and the footer; prices age against `now`."""
    yield from _warnings(result)
    yield from _unknown(result)
    yield ""
    yield from _footer(result, now)


def _warnings(result: Result) -> Iterator[str]:
    if not result.warnings:
        return
    yield ""
    yield "Warnings"
    for row in result.warnings:
        mark = {"info": "note: ", "serious": "SERIOUS: "}.get(row.severity, "")
        yield from bullet(mark + row.message)


def _unknown(result: Result) -> Iterator[str]:
    if not result.assumptions:
        return
    yield ""
    yield "What this does not know"
    for sentence in result.assumptions:
        yield from bullet(sentence)


def _footer(result: Result, now: datetime) -> Iterator[str]:
    """Which prices, which exchange rates and which model."""
    catalogue, solver = result.catalogue, result.solver
    oldest = "of unknown age"
    if catalogue.oldest_price is not None:
        age = hours_of(now - datetime.fromisoformat(catalogue.oldest_price))
        oldest = f"the oldest {catalogue_words.old(age)}"
    yield (
        f"Prices as of {catalogue.as_of[:10]}, {oldest}: {count(catalogue.offers_in_catalogue, 'offer')}, "
        f"{catalogue.offers_considered:,} fit the plan, {catalogue.offers_in_model:,} in the model."
    )
    if result.exchange_rates:
        rates = ", ".join(rate_words(row, result.currency) for row in result.exchange_rates)
        whose = "" if any(row.observed_on for row in result.exchange_rates) else " of the plan"
        yield from paragraph(f"Exchange rates{whose}: {rates}")
    size = ", ".join(
        [
            f"{count(solver.columns, 'variable')} ({solver.integers:,} whole)",
            count(solver.rows, "constraint"),
            count(result.time.segments, "load block"),
        ]
    )
    yield f"Model: {size}; {solver.name} {solver.version}."
