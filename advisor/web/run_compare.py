"""Two answers side by side as tables of words: what differs in them, and what differed in the question."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from advisor.models import Organisation, Run
from advisor.planning.commitment_words import is_commitment, per_hour, plan_name
from advisor.planning.compare import Comparison, Pair, compare_results
from advisor.planning.exchange import rate_words
from advisor.planning.result import Purchase, Result
from advisor.planning.summary import BASELINES, KINDS, terms
from advisor.planning.words import MISSING, amount, count, four_digits, gap_asked, money, percent, proof
from advisor.plans.diff import diff_lines
from advisor.runs.queries import result_of
from advisor.web.run_charts import month_lines
from advisor.web.run_list import comparable_runs
from advisor.web.run_words import minutes

_WORDS = {"fraction": proof, "t CO2e": amount, "months": amount}  # of units that are no money


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure of both runs; `change` is b less a, empty where the two cannot be subtracted."""

    name: str
    a: str
    b: str
    change: str = ""
    fraction: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRow:
    """Something that only one buys, or both in another number; `change` is in money."""

    state: str
    name: str
    terms: str
    a: str
    b: str
    a_npv: str
    b_npv: str
    change: str


def compare_context(organisation: Organisation, runs: list[Run], *, too_many: bool) -> dict[str, Any]:
    """The choice of runs, and the comparison where two with an answer are chosen."""
    context: dict[str, Any] = {"others": comparable_runs(organisation), "too_many": too_many}
    context |= dict(zip(("a", "b"), runs, strict=False))
    missing = [run for run in runs if not run.status]
    context["missing"] = missing
    if len(runs) < 2 or missing:
        return context
    if runs[0].pk == runs[1].pk:
        return context | {"same": True}
    return context | _comparison(runs[0], runs[1])


def _comparison(run_a: Run, run_b: Run) -> dict[str, Any]:
    a, b = result_of(run_a), result_of(run_b)
    found = compare_results(a, b)
    mixed = f"{a.currency} and {b.currency}" if found.incomparable else ""
    same_text = run_a.version.sha256 == run_b.version.sha256
    return {
        "result_a": a,
        "result_b": b,
        "incomparable": found.incomparable,
        "headline": [_row(pair, _title(pair.name), mixed=mixed) for pair in found.headline],
        "kinds": [_row(pair, KINDS.get(pair.name, pair.name), mixed=mixed) for pair in found.kinds],
        "purchases": purchase_rows(found),
        "unit_costs": [_row(pair, pair.name, four_digits) for pair in found.unit_costs],
        "baselines": _baselines(a, b),
        "warnings": [("A", found.warnings_only_a), ("B", found.warnings_only_b)],
        "chart": month_lines("A", a, "B", b),
        "question": _question(run_a, run_b, a, b),
        "diff": () if same_text else diff_lines(run_a.version.text, run_b.version.text),
        "same_text": same_text,
    }


def _title(name: str) -> str:
    return "Net present value" if name == "npv" else f"{name[:1].upper()}{name[1:]}"


def _row(pair: Pair, name: str, words: Callable[[float], str] | None = None, *, mixed: str = "") -> Compared:
    """A pair in words; a gap is told as proofs are, what is no money with its decimals.

    `mixed` is the unit of money in two currencies, which is said once and not in every row.
    """
    words = words or _WORDS.get(pair.unit, money)
    return Compared(
        name=name,
        a=MISSING if pair.a is None else words(pair.a),
        b=MISSING if pair.b is None else words(pair.b),
        change="" if pair.difference is None else signed(pair.difference, words),
        fraction="" if pair.fraction is None or pair.unit == "fraction" else signed(pair.fraction, percent),
        unit="" if pair.unit in ("fraction", "months", mixed) else pair.unit,
    )


def signed(figure: float, words: Callable[[float], str]) -> str:
    """`+1,200`, `−3 %`; what rounds to nothing has no sign."""
    text = words(abs(figure))
    if text == words(0.0):
        return text
    return f"{'+' if figure > 0 else '−'}{text}"


def purchase_rows(found: Comparison) -> list[PurchaseRow]:
    """What only A buys, what only B buys, what both buy in another number."""
    together = not found.incomparable
    return [
        *(_purchase("only A", row, None, together) for row in found.only_a),
        *(_purchase("only B", None, row, together) for row in found.only_b),
        *(_purchase("changed", change.a, change.b, together) for change in found.changed),
    ]


def _purchase(state: str, a: Purchase | None, b: Purchase | None, together: bool) -> PurchaseRow:
    some = a or b
    if some is None:
        raise LookupError("a purchase of neither run")
    difference = (b.npv if b else 0.0) - (a.npv if a else 0.0)
    return PurchaseRow(
        state=state,
        name=plan_name(some)
        if is_commitment(some)
        else f"{some.instance_type}, {some.provider} {some.region}",
        terms=f"{terms(some)}, from {some.start}",
        a=_held(a),
        b=_held(b),
        a_npv=MISSING if a is None else money(a.npv),
        b_npv=MISSING if b is None else money(b.npv),
        change=signed(difference, money) if together else "",
    )


def _held(row: Purchase | None) -> str:
    if row is None:
        return MISSING
    if is_commitment(row):
        return f"{per_hour(row)} for {count(row.months, 'month')}"
    at_most = "up to " if row.quantity_unit == "machines_at_once" else ""
    return f"{at_most}×{row.quantity:,} for {count(row.months, 'month')}"


def _baselines(a: Result, b: Result) -> list[Compared]:
    mine = {row.name: row.npv for row in a.baselines}
    theirs = {row.name: row.npv for row in b.baselines}
    rows = []
    for name in dict.fromkeys([*mine, *theirs]):
        one, other = mine.get(name), theirs.get(name)
        both = a.currency == b.currency and one is not None and other is not None
        difference = other - one if both and one is not None and other is not None else None
        pair = Pair(
            name=BASELINES.get(name, name),
            unit="",
            a=one,
            b=other,
            difference=difference,
            fraction=difference / abs(one) if difference is not None and one else None,
        )
        rows.append(_row(pair, pair.name))
    return rows


def _question(run_a: Run, run_b: Run, a: Result, b: Result) -> list[Compared]:
    """What was asked, and with which prices."""
    rates = [", ".join(rate_words(row, one.currency) for row in one.exchange_rates) for one in (a, b)]
    rows = [
        ("Prices as of, UTC", *(f"{run.as_of:%Y-%m-%d %H:%M}" for run in (run_a, run_b))),
        ("Catalogue", *(f"version {run.catalogue_version}" for run in (run_a, run_b))),
        ("Exchange rates", *(text or MISSING for text in rates)),
        ("Months", *(f"{one.start}, {count(one.months, 'month')}" for one in (a, b))),
        ("Gap asked", *(gap_asked(run.gap_asked) for run in (run_a, run_b))),
        ("Longest search", *(minutes(run.time_limit_seconds) for run in (run_a, run_b))),
        ("Time for explanations", *(minutes(run.explain_seconds) for run in (run_a, run_b))),
        ("Comparisons", *("yes" if run.baselines else "no" for run in (run_a, run_b))),
    ]
    return [
        Compared(name=name, a=left, b=right, change="" if left == right else "differs")
        for name, left, right in rows
    ]
