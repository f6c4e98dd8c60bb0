"""The explanations of a recommendation as text for a terminal."""

from collections.abc import Iterator

from advisor.planning.explain.trials import COST_NOT_REACHED
from advisor.planning.explain_words import (
    FACTORS,
    bought_words,
    case_note,
    change_words,
    difference_words,
    entering_words,
    even_words,
    rule_note,
    rule_words,
    signed_money,
    undecided_words,
)
from advisor.planning.result import Result
from advisor.planning.result_explain import SensitivityCase
from advisor.planning.result_rows import Conflict
from advisor.planning.text_tables import Column, bullet, paragraph, table
from advisor.planning.unreached import unreached
from advisor.planning.words import MISSING, money


def explained(result: Result) -> Iterator[str]:
    """All parts there are; nothing where explanations were not asked for."""
    rows = result.explanations
    if rows is None:
        return
    yield from _why(result)
    yield from _rules(result)
    yield from _binding(result)
    yield from _even(result)
    yield from _alternatives(result)
    yield from _sensitivity(result)
    yield from more_time(result, rows.seconds_allowed)


def _rules(result: Result) -> Iterator[str]:
    rows = result.explanations.rules if result.explanations else ()
    if not rows:
        return
    yield ""
    yield "What each rule costs"
    yield from table(
        [
            Column(title="", cells=[row.rule for row in rows]),
            Column(title=f"without it {result.currency}", cells=[money(r.npv) for r in rows], is_figure=True),
            Column(
                title=f"it costs {result.currency}", cells=[rule_words(row) for row in rows], is_figure=True
            ),
            Column(title="", cells=[rule_note(row) for row in rows]),
        ]
    )


def _binding(result: Result) -> Iterator[str]:
    for row in result.binding or ():
        step = f" (from {row.step:,.6g} more)" if row.step else ""
        saved = f"{row.saving_per_unit_relaxed:,.4g} {result.currency}"
        yield from bullet(f"{row.limit}: one more {row.unit} saves {saved}{step}")


def _why(result: Result) -> Iterator[str]:
    rows = result.explanations.why if result.explanations else ()
    if not rows:
        return
    yield ""
    yield "Why or why not"
    for row in rows:
        yield from bullet(f"{row.offer}: {entering_words(row, result.currency)}")


def _even(result: Result) -> Iterator[str]:
    own = next((row for row in result.baselines if row.name == "all_self_hosted"), None)
    words = even_words(result.build_vs_buy)
    if words and not (own is not None and own.status == "not_defined"):
        yield ""
        yield "Own servers or cloud"
        for sentence in words:
            yield from bullet(sentence)


def _alternatives(result: Result) -> Iterator[str]:
    rows = result.explanations.alternatives if result.explanations else ()
    if not rows:
        return
    yield ""
    yield "Other ways"
    for row in rows:
        yield from bullet(f"{row.words}: {difference_words(row, result.currency)}{bought_words(row)}")


def _sensitivity(result: Result) -> Iterator[str]:
    rows = result.explanations.sensitivity if result.explanations else ()
    if not rows:
        return
    every = [(row.factor, case) for row in rows for case in (row.low, row.high)]
    cases = [(factor, case) for factor, case in every if case.npv is not None]
    missing = [f"{FACTORS[factor]} {change_words(factor, c)}" for factor, c in every if c.npv is None]
    yield ""
    yield "If a figure were different"
    if cases:
        yield from table(
            [
                Column(
                    title="", cells=[f"{FACTORS[factor]} {change_words(factor, c)}" for factor, c in cases]
                ),
                Column(
                    title=f"NPV {result.currency}", cells=[money(c.npv) for _, c in cases], is_figure=True
                ),
                Column(title="change", cells=[_change(c) for _, c in cases], is_figure=True),
                Column(title="purchases kept", cells=[money(c.kept_npv) for _, c in cases], is_figure=True),
                Column(title="", cells=[case_note(c) for _, c in cases]),
            ]
        )
    if missing:
        yield from bullet(f"no plan can hold, or not reached in time: {', '.join(missing)}")


def _change(case: SensitivityCase) -> str:
    return MISSING if case.difference_npv is None else signed_money(case.difference_npv)


def more_time(result: Result, seconds_allowed: float | None = None) -> Iterator[str]:
    """What the time for explanations did not reach, once, and how to ask for more."""
    found = unreached(result)
    if not found.is_open:
        return
    words = []
    if found.missing:
        seconds = f" in {seconds_allowed:g} s" if seconds_allowed else ""
        words.append(
            f"{found.reached} of {found.asked} explanations were worked out{seconds}; the time for them did "
            f"not reach: {found.words()}."
        )
    if found.undecided:
        words.append(undecided_words(found.undecided))
    yield ""
    yield from paragraph(f"{' '.join(words)} Ask for more time with --explain-time.")


def way_out(row: Conflict, currency: str) -> Iterator[str]:
    """What the plan costs once a limit gives way."""
    if row.cost_of_relaxation is not None:
        note = f" ({row.cost_note})" if row.cost_note else ""
        yield f"    with that the plan costs {money(row.cost_of_relaxation)} {currency}{note}"
    elif row.cost_note and row.cost_note != COST_NOT_REACHED:
        yield f"    what that costs: {row.cost_note}"
