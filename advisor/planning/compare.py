"""Two results side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from advisor.planning.exchange import rate_words
from advisor.planning.result import Purchase, Result, ResultWarning

LEAST_MONEY = 0.005  # an hour: a smaller difference between commitments is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One figure of both. `difference` is b − a, `fraction` the same relative to a; None: not comparable."""

    name: str
    unit: str
    a: float | None
    b: float | None
    difference: float | None
    fraction: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityChange:
    """The same offer from the same month on, in another number."""

    a: Purchase
    b: Purchase

    @property
    def difference(self) -> float:
        """Machines more in b; of a spend commitment money an hour."""
        if self.a.commitment_per_hour is not None and self.b.commitment_per_hour is not None:
            more = self.b.commitment_per_hour - self.a.commitment_per_hour
            return more if abs(more) >= LEAST_MONEY else 0.0
        return self.b.quantity - self.a.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Something both rest on that differs, in words."""

    name: str
    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs. `incomparable` says why money has no differences; empty where it has.

    `kinds` and `unit_costs` have all rows of both; the other sequences only what differs.
    """

    incomparable: str
    headline: tuple[Pair, ...]
    only_a: tuple[Purchase, ...]
    only_b: tuple[Purchase, ...]
    changed: tuple[QuantityChange, ...]
    kinds: tuple[Pair, ...]
    unit_costs: tuple[Pair, ...]
    prices: tuple[Basis, ...]
    warnings_only_a: tuple[ResultWarning, ...]
    warnings_only_b: tuple[ResultWarning, ...]


class _Key(NamedTuple):
    offer: str
    start: str
    nth: int


def compare_results(a: Result, b: Result) -> Comparison:
    """Both results side by side; money is subtracted only within one currency."""
    same = a.currency == b.currency
    bought_a, bought_b = _keyed(a.purchases), _keyed(b.purchases)
    both = [key for key in bought_a if key in bought_b]
    changed = [QuantityChange(a=bought_a[key], b=bought_b[key]) for key in both]
    return Comparison(
        incomparable="" if same else f"One is in {a.currency}, the other in {b.currency}.",
        headline=_headline(a, b),
        only_a=tuple(row for key, row in bought_a.items() if key not in bought_b),
        only_b=tuple(row for key, row in bought_b.items() if key not in bought_a),
        changed=tuple(change for change in changed if change.difference),
        kinds=_kinds(a, b),
        unit_costs=_unit_costs(a, b),
        prices=_prices(a, b),
        warnings_only_a=_only(a.warnings, b.warnings),
        warnings_only_b=_only(b.warnings, a.warnings),
    )


def _pair(name: str, unit_a: str, unit_b: str, a: float | None, b: float | None) -> Pair:
    """Figures of different units stand side by side, but have no difference."""
    comparable = a is not None and b is not None and unit_a == unit_b
    difference = b - a if comparable and a is not None and b is not None else None
    return Pair(
        name=name,
        unit=unit_a if unit_a == unit_b else f"{unit_a} and {unit_b}",
        a=a,
        b=b,
        difference=difference,
        fraction=difference / abs(a) if difference is not None and a else None,
    )


def _headline(a: Result, b: Result) -> tuple[Pair, ...]:
    rows = [_pair("npv", a.currency, b.currency, a.objective_npv, b.objective_npv)]
    for name, title in (
        ("cash", "cash"),
        ("capex", "capex"),
        ("opex", "opex"),
        ("lock_in", "still owed after the plan"),
        ("residual", "worth at the end"),
    ):
        one, other = (None if r.totals is None else getattr(r.totals, name) for r in (a, b))
        rows.append(_pair(title, a.currency, b.currency, one, other))
    carbon = [None if r.totals is None else r.totals.carbon_tonnes for r in (a, b)]
    rows.append(_pair("emissions", "t CO2e", "t CO2e", *carbon))
    rows.append(_pair("months", "months", "months", float(a.months), float(b.months)))
    rows.append(_pair("proven gap", "fraction", "fraction", a.gap, b.gap))
    return tuple(rows)


def _kinds(a: Result, b: Result) -> tuple[Pair, ...]:
    """npv by kind; a kind that only one has costs the other nothing."""
    costs: list[dict[str, float] | None] = [
        {row.kind: row.npv for row in r.totals.by_kind} if r.totals is not None else None for r in (a, b)
    ]
    names = list(dict.fromkeys(kind for known in costs for kind in known or ()))

    def cost(known: Mapping[str, float] | None, kind: str) -> float | None:
        return None if known is None else known.get(kind, 0.0)

    return tuple(
        _pair(kind, a.currency, b.currency, cost(costs[0], kind), cost(costs[1], kind)) for kind in names
    )


def _unit_costs(a: Result, b: Result) -> tuple[Pair, ...]:
    rows_a, rows_b = ({row.workload: row for row in r.unit_costs} for r in (a, b))
    pairs = []
    for name in dict.fromkeys([*rows_a, *rows_b]):
        one, other = rows_a.get(name), rows_b.get(name)
        known = [row for row in (one, other) if row is not None]
        pairs.append(
            _pair(
                name,
                known[0].unit,
                known[-1].unit,
                one.npv_per_unit if one is not None else None,
                other.npv_per_unit if other is not None else None,
            )
        )
    return tuple(pairs)


def _prices(a: Result, b: Result) -> tuple[Basis, ...]:
    rates = [", ".join(rate_words(row, r.currency) for row in r.exchange_rates) for r in (a, b)]
    rows = (
        ("catalogue version", a.catalogue.version, b.catalogue.version),
        ("prices as of", a.catalogue.as_of, b.catalogue.as_of),
        ("oldest price", a.catalogue.oldest_price or "unknown", b.catalogue.oldest_price or "unknown"),
        ("exchange rates", rates[0] or "none", rates[1] or "none"),
        ("currency", a.currency, b.currency),
    )
    return tuple(Basis(name=name, a=one, b=other) for name, one, other in rows if one != other)


def _keyed(purchases: Iterable[Purchase]) -> dict[_Key, Purchase]:
    """By offer and month; the same again is told apart by its position."""
    found: dict[_Key, Purchase] = {}
    for row in purchases:
        nth = sum(1 for key in found if (key.offer, key.start) == (row.offer, row.start))
        found[_Key(row.offer, row.start, nth)] = row
    return found


def _only(rows: Iterable[ResultWarning], others: Iterable[ResultWarning]) -> tuple[ResultWarning, ...]:
    known = {(row.code, row.message) for row in others}
    return tuple(row for row in rows if (row.code, row.message) not in known)
