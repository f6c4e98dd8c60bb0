"""What the page of a run shows of the explanations: every figure is the stored one, only rounded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from advisor.planning.explain_words import (
    FACTORS,
    against_words,
    case_note,
    change_words,
    difference_words,
    entering_words,
    rule_note,
    rule_words,
    signed_money,
)
from advisor.planning.result import Result
from advisor.planning.result_explain import Alternative, RulePrice
from advisor.planning.unreached import out_of_time
from advisor.planning.words import MISSING, four_digits, money
from advisor.web import run_charts


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRow:
    """One line of a table: a name, a note under it, figures."""

    name: str
    note: str
    cells: tuple[str, ...]
    items: tuple[str, ...] = ()


def explain_context(result: Result) -> dict[str, Any]:
    """All parts there are; each is empty in a result without explanations."""
    rules = result.explanations.rules if result.explanations else ()
    alternatives = result.explanations.alternatives if result.explanations else ()
    return {
        "why_rows": _why(result),
        "rule_rows": _rules(rules),
        "rules_out_of_time": sum(map(out_of_time, rules)),
        "binding_rows": _binding(result),
        "alternative_rows": _alternatives(alternatives, result.currency),
        "alternatives_out_of_time": sum(map(out_of_time, alternatives)),
        "sensitivity_rows": _sensitivity(result),
        "not_reached": _not_reached(result),
        "tornado": run_charts.tornado(result),
    }


def _why(result: Result) -> list[tuple[str, str]]:
    rows = result.explanations.why if result.explanations else ()
    return [(row.offer, entering_words(row, result.currency)) for row in rows]


def _rules(rows: Iterable[RulePrice]) -> list[ExplainRow]:
    return [
        ExplainRow(name=row.rule, note=rule_note(row), cells=(money(row.npv), rule_words(row)))
        for row in rows
        if not out_of_time(row)
    ]


def _binding(result: Result) -> list[ExplainRow]:
    return [
        ExplainRow(
            name=row.limit,
            note=f"found with {four_digits(row.step)} more" if row.step else "",
            cells=(f"{four_digits(row.saving_per_unit_relaxed)} {result.currency}", row.unit),
        )
        for row in result.binding or ()
    ]


def _alternatives(rows: Iterable[Alternative], currency: str) -> list[ExplainRow]:
    return [
        ExplainRow(
            name=row.words,
            note="" if row.status == "proven" else difference_words(row, currency),
            cells=(money(row.npv), against_words(row)),
            items=tuple(
                f"{bought.quantity} × {bought.offer} from {bought.start}"
                for bought in sorted(row.purchases, key=lambda bought: -bought.npv)
                if row.npv is not None  # else it may be far from what would be bought
            ),
        )
        for row in rows
        if not out_of_time(row)
    ]


def _sensitivity(result: Result) -> list[ExplainRow]:
    rows = result.explanations.sensitivity if result.explanations else ()
    return [
        ExplainRow(
            name=f"{FACTORS[row.factor]} {change_words(row.factor, case)}",
            note=case_note(case),
            cells=(
                money(case.npv),
                MISSING if case.difference_npv is None else signed_money(case.difference_npv),
                money(case.kept_npv),
            ),
        )
        for row in rows
        for case in (row.low, row.high)
        if case.npv is not None
    ]


def _not_reached(result: Result) -> str:
    """`capex −20 %, capex +20 %`: what has no cost, for whatever reason."""
    rows = result.explanations.sensitivity if result.explanations else ()
    cases = [(row.factor, case) for row in rows for case in (row.low, row.high) if case.npv is None]
    return ", ".join(f"{FACTORS[factor]} {change_words(factor, case)}" for factor, case in cases)
