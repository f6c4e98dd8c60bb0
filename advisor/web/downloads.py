"""Parts of a stored result as CSV for a spreadsheet: all figures as stored, their units in the titles."""

import csv
import io
from collections.abc import Callable, Iterator

from advisor.csv_cells import Cell, as_text
from advisor.errors import NotFound
from advisor.planning.result import Purchase, Result

Lines = Iterator[tuple[Cell, ...]]


def csv_of(result: Result, table: str) -> str:
    """The lines of one table with a title row; unknown is empty. Raises NotFound for a table there is not.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are numbers.
    """
    if table not in TABLES:
        raise NotFound(f"There is no such table: {', '.join(TABLES)}.")
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # lines end in CR LF, so that a CR within a text is quoted
    for line in TABLES[table](result):
        writer.writerow([as_text(value) for value in line])
    return out.getvalue()


def _purchases(result: Result) -> Lines:
    money = result.currency
    yield (
        "offer", "provider", "region", "country", "instance_type", "accelerator", "accelerators_per_machine",
        "site", "partner", "purchase", "term_months", "payment", "start", "months", "quantity (machines)",
        "quantity_unit", "machine_hours", f"npv ({money})", f"cash ({money})",
        "price_per_machine_hour (source_currency)", "upfront_per_machine (source_currency)",
        "source_currency", "source_url", "price_observed_at (UTC)", "price_state",
        f"commitment_per_hour ({money})",
    )  # fmt: skip
    for row in result.purchases:
        yield (
            row.offer, row.provider, row.region, row.country, row.instance_type, row.accelerator,
            row.accelerator_count, row.site, row.partner, row.purchase, row.term_months, row.payment,
            row.start, row.months, _machines(row), row.quantity_unit, row.instance_hours, row.npv, row.cash,
            row.price_per_hour, row.upfront, row.source_currency, row.source_url, row.price_observed_at,
            row.price_state, row.commitment_per_hour,
        )  # fmt: skip


def _machines(row: Purchase) -> int | None:
    """None for money committed to, so that nobody adds it to machines."""
    return row.quantity if row.commitment_per_hour is None else None


def _months(result: Result) -> Lines:
    money = result.currency
    months = result.totals.by_month if result.totals is not None else ()
    kinds = list(dict.fromkeys(part.kind for row in months for part in row.by_kind if part.kind != "carbon"))
    yield (
        "month", f"cash ({money})", f"capex ({money})", f"opex ({money})", "carbon (t CO2e)",
        f"carbon_charge ({money})", *(f"cash of {kind} ({money})" for kind in kinds),
    )  # fmt: skip
    for row in months:
        cash = {part.kind: part.cash for part in row.by_kind}
        parts = (cash.get(kind, 0.0) for kind in kinds)  # a kind that is absent from a month costs nothing
        yield (row.month, row.cash, row.capex, row.opex, row.carbon_tonnes, row.carbon_charge, *parts)


def _usage(result: Result) -> Lines:
    yield (
        "workload",
        "offer",
        "month",
        "machine_hours",
        "delivered (units of the workload)",
        "spot",
        "commitment",
    )
    for row in result.usage:
        spot = "true" if row.spot else "false"
        yield (
            row.workload,
            row.offer,
            row.month,
            row.instance_hours,
            row.delivered_units,
            spot,
            row.commitment,
        )


def _baselines(result: Result) -> Lines:
    money = result.currency
    yield (
        "strategy", "status", f"npv ({money})", "proven_gap (fraction)", f"costs_more_by ({money})",
        "costs_more_by (fraction of its npv)", "note",
    )  # fmt: skip
    for row in result.baselines:
        yield (row.name, row.status, row.npv, row.gap, row.regret_npv, row.regret_fraction, row.note)


def _unit_costs(result: Result) -> Lines:
    yield ("workload", "unit", "npv_per_unit", "cash_per_unit")
    for row in result.unit_costs:
        yield (row.workload, row.unit, row.npv_per_unit, row.cash_per_unit)


TITLES = {
    "purchases": "Purchases",
    "months": "Cost by month",
    "usage": "Use by month",
    "baselines": "Simple strategies",
    "unit-costs": "Unit costs",
}
"""What pages call the tables."""
TABLES: dict[str, Callable[[Result], Lines]] = {
    "purchases": _purchases,
    "months": _months,
    "usage": _usage,
    "baselines": _baselines,
    "unit-costs": _unit_costs,
}
