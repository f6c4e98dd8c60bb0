"""A stored result as rows for a page: every figure is the stored one, only rounded."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from advisor.catalog import words as catalogue_words
from advisor.catalog.pricing import hours_of
from advisor.planning.commitment_words import is_commitment, per_hour, plan_name
from advisor.planning.result import Result
from advisor.planning.result_rows import Purchase
from advisor.planning.savings import saving_words
from advisor.planning.summary import BASELINES, KINDS, baseline_note, terms
from advisor.planning.words import MISSING, amount, four_digits, money, percent

_WEB = re.compile(r"https?://", re.IGNORECASE)  # a price file may hold any text as its source


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
    npv_value: float
    price: str
    price_value: float | None
    upfront: str
    source_currency: str
    source_url: str
    age: str
    age_then: str
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """`after`: what is owed after the plan less the value left, part of npv; empty where no kind has any."""

    name: str
    npv: str
    share: str
    after: str
    cash: str
    is_total: bool = False


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
        ("Opex", totals.opex),
        ("Value left at the end", totals.residual),
        ("Still owed at the end", totals.lock_in),
    )
    rows = [Figure(name=name, amount=money(figure), unit=result.currency) for name, figure in sums]
    return [*rows, Figure(name="Carbon", amount=amount(totals.carbon_tonnes), unit="t CO₂e")]


def purchase_rows(result: Result, *, now: datetime, max_age_hours: int) -> list[PurchaseRow]:
    """One row for each purchase; prices age against `now` and are stale beyond `max_age_hours`.

    `age_then` is the age at the moment whose prices the answer uses.
    """
    as_of = datetime.fromisoformat(result.catalogue.as_of)
    return [_purchase_row(row, result.currency, now, as_of, max_age_hours) for row in result.purchases]


def _purchase_row(
    row: Purchase, currency: str, now: datetime, as_of: datetime, max_age_hours: int
) -> PurchaseRow:
    hours = _hours(row, now)
    then = _hours(row, as_of)
    stale = row.price_state == "stale" or (hours is not None and hours > max_age_hours)
    return PurchaseRow(
        number=_number(row, currency),
        machine=plan_name(row) if is_commitment(row) else row.instance_type,
        accelerators=_accelerators(row),
        where=row.provider if row.region == "*" else f"{row.provider} {row.region}",
        country=MISSING if row.country == "*" else row.country,
        terms=terms(row),
        start=row.start,
        months=str(row.months),
        npv=money(row.npv),
        npv_value=row.npv,
        price=_price(row.price_per_hour),
        price_value=row.price_per_hour,
        upfront="" if not row.upfront else money(row.upfront),
        source_currency=row.source_currency,
        source_url=row.source_url if row.source_url and _WEB.match(row.source_url) else "",
        age=_age(row, hours, stale=stale),
        age_then=_age(row, then, stale=False),
        is_stale=stale,
    )


def _number(row: Purchase, currency: str) -> str:
    """Machines; of a spend commitment money an hour."""
    if is_commitment(row):
        return per_hour(row, currency)
    return f"{'≤ ' if row.quantity_unit == 'machines_at_once' else ''}{row.quantity:,}"


def _price(figure: float | None) -> str:
    """Per machine-hour: two decimals, more for what costs little."""
    return MISSING if figure is None else f"{figure:,.{2 if abs(figure) >= 10 else 4}f}"


def _accelerators(row: Purchase) -> str:
    if row.accelerator is None or row.accelerator_count is None:
        return MISSING
    return f"{row.accelerator_count:g} × {row.accelerator}"


def _hours(row: Purchase, now: datetime) -> Decimal | None:
    """Age of the price; None for the plan's own figures and where nobody said."""
    if row.site is not None or row.partner is not None or row.price_observed_at is None:
        return None
    return hours_of(now - datetime.fromisoformat(row.price_observed_at))


def _age(row: Purchase, hours: Decimal | None, *, stale: bool) -> str:
    if row.site is not None or row.partner is not None:
        return "your figure"
    return catalogue_words.age(hours, stale=stale)


def kind_rows(result: Result) -> list[KindRow]:
    """Kinds of capacity and what they come to together; none for an impossible plan."""
    totals = result.totals
    if totals is None or not totals.by_kind:
        return []
    after: dict[str, float] = {row.kind: row.npv for row in totals.beyond}
    after.pop("risk", None)  # that charge is not later

    def row(name: str, npv: float, later: float | None, cash: float, *, is_total: bool = False) -> KindRow:
        return KindRow(
            name=name,
            npv=money(npv),
            share=percent(npv / totals.npv) if totals.npv else MISSING,
            after=money(later) if after else "",
            cash=money(cash),
            is_total=is_total,
        )

    kinds = totals.by_kind
    rows = [row(KINDS.get(k.kind, k.kind), k.npv, after.get(k.kind), k.cash) for k in kinds]
    return [*rows, row("together", totals.npv, sum(after.values()), totals.cash, is_total=True)]


def baseline_rows(result: Result) -> list[BaselineRow]:
    return [
        BaselineRow(
            name=BASELINES.get(row.name, row.name.replace("_", " ")),
            npv=money(row.npv),
            saved=MISSING if saved is None else saved.npv,
            fraction=MISSING if saved is None else saved.fraction,
            note=baseline_note(row),
        )
        for row, saved in ((row, saving_words(row)) for row in result.baselines)
    ]


def unit_cost_rows(result: Result) -> list[Figure]:
    """What a unit of each workload's output costs, four digits that tell something."""
    return [
        Figure(name=row.workload, amount=four_digits(row.npv_per_unit), unit=row.unit)
        for row in result.unit_costs
    ]
