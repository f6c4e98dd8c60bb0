"""Two answers side by side: what differs in them, and what differed in the question."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from advisor.models import Organisation, Run
from advisor.planning.result import Result
from advisor.planning.result_rows import Purchase
from advisor.planning.summary import BASELINES, KINDS, terms
from advisor.planning.words import MISSING, amount, count, money, percent, proof
from advisor.plans.diff import DiffLine, diff_lines
from advisor.runs.queries import result_of
from advisor.web.run_charts import month_lines
from advisor.web.run_list import comparable_runs
from advisor.web.run_words import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure of both runs; `change` is b less a and empty where the two cannot be subtracted."""

    name: str
    a: str
    b: str
    change: str = ""
    fraction: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPurchase:
    name: str
    terms: str
    state: Literal["only A", "only B", "changed", "same"]
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
    return context | comparison(runs[0], runs[1])


def comparison(run_a: Run, run_b: Run) -> dict[str, Any]:
    """All tables of the page. Figures in different currencies are not subtracted."""
    a, b = result_of(run_a), result_of(run_b)
    together = a.currency == b.currency
    return {
        "result_a": a,
        "result_b": b,
        "together": together,
        "headline": _headline(a, b, together),
        "kinds": _kinds(a, b, together),
        "purchases": changed_purchases(a, b, together),
        "unit_costs": _unit_costs(a, b),
        "baselines": _baselines(a, b, together),
        "chart": month_lines("A", a, "B", b),
        "question": _question(run_a, run_b, a, b),
        "diff": _diff(run_a, run_b),
        "same_text": run_a.version.sha256 == run_b.version.sha256,
    }


def _headline(a: Result, b: Result, together: bool) -> list[Compared]:
    sums: tuple[tuple[str, str], ...] = (
        ("Net present value", "npv"),
        ("Cash", "cash"),
        ("Capex", "capex"),
        ("Opex", "opex"),
        ("Still owed at the end", "lock_in"),
    )
    rows = [
        _compared(name, _total(a, field), _total(b, field), money, together, _unit(a, b))
        for name, field in sums
    ]
    carbon = _compared(
        "Carbon", _total(a, "carbon_tonnes"), _total(b, "carbon_tonnes"), amount, True, "t CO₂e"
    )
    return [*rows, carbon]


def _total(result: Result, field: str) -> float | None:
    return None if result.totals is None else getattr(result.totals, field)


def _unit(a: Result, b: Result) -> str:
    return a.currency if a.currency == b.currency else f"{a.currency} | {b.currency}"


def _compared(
    name: str,
    a: float | None,
    b: float | None,
    words: Callable[[float], str],
    together: bool,
    unit: str = "",
) -> Compared:
    """Both figures; the difference where both are there and in one unit."""
    change = fraction = ""
    if together and a is not None and b is not None:
        change = signed(b - a, words)
        fraction = signed((b - a) / abs(a), percent) if a else ""
    return Compared(
        name=name,
        a=MISSING if a is None else words(a),
        b=MISSING if b is None else words(b),
        change=change,
        fraction=fraction,
        unit=unit,
    )


def signed(figure: float, words: Callable[[float], str]) -> str:
    """`+1,200`, `−3 %`; what rounds to nothing has no sign."""
    text = words(abs(figure))
    if text == words(0.0):
        return text
    return f"{'+' if figure > 0 else '−'}{text}"


def _kinds(a: Result, b: Result, together: bool) -> list[Compared]:
    costs: list[dict[str, float]] = [
        {row.kind: row.npv for row in one.totals.by_kind} if one.totals else {} for one in (a, b)
    ]
    return [
        _compared(KINDS.get(kind, kind), costs[0].get(kind), costs[1].get(kind), money, together)
        if kind in costs[0] and kind in costs[1]
        else _one_sided(kind, costs[0].get(kind), costs[1].get(kind), together)
        for kind in _in_order(costs)
    ]


def _one_sided(kind: str, a: float | None, b: float | None, together: bool) -> Compared:
    """A kind that only one answer uses: the other spends nothing on it."""
    change = signed((b or 0.0) - (a or 0.0), money) if together else ""
    return Compared(
        name=KINDS.get(kind, kind),
        a=MISSING if a is None else money(a),
        b=MISSING if b is None else money(b),
        change=change,
    )


def _in_order(parts: Iterable[Iterable[str]]) -> list[str]:
    """Names of all parts, each once, in the order they come."""
    return list(dict.fromkeys(name for part in parts for name in part))


def changed_purchases(a: Result, b: Result, together: bool) -> list[ChangedPurchase]:
    """What is bought in both, by offer and start; what is the same comes last."""
    rows: list[tuple[int, ChangedPurchase]] = []
    mine, theirs = _by_key(a), _by_key(b)
    for key in _in_order((mine, theirs)):
        one, other = mine.get(key), theirs.get(key)
        row = _changed(one, other, together)
        rows.append((["only A", "only B", "changed", "same"].index(row.state), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _by_key(result: Result) -> dict[str, Purchase]:
    """Purchases by offer and start; several of one key cannot be (start, offer and term are one row)."""
    found: dict[str, Purchase] = {}
    for number, row in enumerate(result.purchases):
        key = f"{row.offer} {row.start}"
        found[key if key not in found else f"{key} {number}"] = row
    return found


def _changed(one: Purchase | None, other: Purchase | None, together: bool) -> ChangedPurchase:
    some = one or other
    if some is None:
        raise LookupError("a purchase of neither run")
    state: Literal["only A", "only B", "changed", "same"]
    if one is None:
        state = "only B"
    elif other is None:
        state = "only A"
    else:
        same = (one.quantity, one.months, money(one.npv)) == (other.quantity, other.months, money(other.npv))
        state = "same" if same else "changed"
    difference = (other.npv if other else 0.0) - (one.npv if one else 0.0)
    return ChangedPurchase(
        name=f"{some.instance_type}, {some.provider} {some.region}",
        terms=f"{terms(some)}, from {some.start}",
        state=state,
        a=_held(one),
        b=_held(other),
        a_npv=MISSING if one is None else money(one.npv),
        b_npv=MISSING if other is None else money(other.npv),
        change=signed(difference, money) if together else "",
    )


def _held(row: Purchase | None) -> str:
    if row is None:
        return MISSING
    at_most = "≤ " if row.quantity_unit == "machines_at_once" else ""
    return f"{at_most}{row.quantity:,} for {count(row.months, 'month')}"


def _unit_costs(a: Result, b: Result) -> list[Compared]:
    mine = {(row.workload, row.unit): row.npv_per_unit for row in a.unit_costs}
    theirs = {(row.workload, row.unit): row.npv_per_unit for row in b.unit_costs}
    keys = list(dict.fromkeys([*mine, *theirs]))
    return [_compared(key[0], mine.get(key), theirs.get(key), _four_digits, True, key[1]) for key in keys]


def _four_digits(figure: float) -> str:
    return f"{figure:,.4g}"


def _baselines(a: Result, b: Result, together: bool) -> list[Compared]:
    mine = {row.name: row.npv for row in a.baselines}
    theirs = {row.name: row.npv for row in b.baselines}
    return [
        _compared(BASELINES.get(name, name), mine.get(name), theirs.get(name), money, together)
        for name in _in_order((mine, theirs))
    ]


def _question(run_a: Run, run_b: Run, a: Result, b: Result) -> list[Compared]:
    """What was asked, and with which prices."""
    rows = [
        ("Prices as of, UTC", *(f"{run.as_of:%Y-%m-%d %H:%M}" for run in (run_a, run_b))),
        ("Catalogue", *(f"version {run.catalogue_version}" for run in (run_a, run_b))),
        ("Months", *(f"{one.start}, {count(one.months, 'month')}" for one in (a, b))),
        ("Currency", a.currency, b.currency),
        ("Gap asked", *(proof(run.gap_asked) for run in (run_a, run_b))),
        ("Gap proven", *(MISSING if one.gap is None else proof(one.gap) for one in (a, b))),
        ("Longest search", *(duration(run.time_limit_seconds) for run in (run_a, run_b))),
        ("Comparisons", *("yes" if run.baselines else "no" for run in (run_a, run_b))),
    ]
    return [
        Compared(name=name, a=left, b=right, change="" if left == right else "differs")
        for name, left, right in rows
    ]


def _diff(run_a: Run, run_b: Run) -> tuple[DiffLine, ...]:
    return diff_lines(run_a.version.text, run_b.version.text)
