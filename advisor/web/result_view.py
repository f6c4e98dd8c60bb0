"""A stored result as rows for a page: every figure is the stored one, only rounded."""

from dataclasses import dataclass
from datetime import datetime

from advisor.catalog import words as catalogue_words
from advisor.catalog.pricing import hours_of
from advisor.planning.result import Result
from advisor.planning.result_rows import Purchase
from advisor.planning.summary import BASELINES, KINDS, terms
from advisor.planning.words import MISSING, amount, money, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    name: str
    amount: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRow:
    number: str
    machine: str
    accelerators: str
    where: str
    country: str
    terms: str
    start: str
    months: str
    npv: str
    age: str
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    name: str
    npv: str
    share: str
    cash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    name: str
    npv: str
    saved: str
    fraction: str
    note: str


def figures(result: Result) -> list[Figure]:
    """The headline sums, each with its unit; none for an impossible plan."""
    totals = result.totals
    if totals is None:
        return []
    sums = (
        ("Net present value", totals.npv),
        ("Cash", totals.cash),
        ("Capex", totals.capex),
        ("Still owed at the end", totals.lock_in),
    )
    rows = [Figure(name=name, amount=money(figure), unit=result.currency) for name, figure in sums]
    return [*rows, Figure(name="Carbon", amount=amount(totals.carbon_tonnes), unit="t CO₂e")]


def purchase_rows(result: Result, *, now: datetime) -> list[PurchaseRow]:
    """One row for each purchase; prices age against `now`."""
    return [
        PurchaseRow(
            number=f"{'≤ ' if row.quantity_unit == 'machines_at_once' else ''}{row.quantity:,}",
            machine=row.instance_type,
            accelerators=_accelerators(row),
            where=f"{row.provider} {row.region}",
            country=row.country,
            terms=terms(row),
            start=row.start,
            months=str(row.months),
            npv=money(row.npv),
            age=_age(row, now),
            is_stale=row.price_state == "stale",
        )
        for row in result.purchases
    ]


def _accelerators(row: Purchase) -> str:
    if row.accelerator is None or row.accelerator_count is None:
        return MISSING
    return f"{row.accelerator_count:g} × {row.accelerator}"


def _age(row: Purchase, now: datetime) -> str:
    if row.site is not None or row.partner is not None:
        return "your figure"
    if row.price_observed_at is None:
        return MISSING
    age = hours_of(now - datetime.fromisoformat(row.price_observed_at))
    return catalogue_words.age(age, stale=row.price_state == "stale")


def kind_rows(result: Result) -> list[KindRow]:
    totals = result.totals
    if totals is None:
        return []
    return [
        KindRow(
            name=KINDS.get(row.kind, row.kind.replace("_", " ")),
            npv=money(row.npv),
            share=percent(row.npv / totals.npv) if totals.npv else MISSING,
            cash=money(row.cash),
        )
        for row in totals.by_kind
    ]


def baseline_rows(result: Result) -> list[BaselineRow]:
    return [
        BaselineRow(
            name=BASELINES.get(row.name, row.name.replace("_", " ")),
            npv=money(row.npv),
            saved=money(row.regret_npv),
            fraction=MISSING if row.regret_fraction is None else percent(row.regret_fraction),
            note=row.note or ("" if row.npv is not None else row.status.replace("_", " ")),
        )
        for row in result.baselines
    ]
