"""A bill as JSON, with every digit, and as tables for a terminal."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from advisor.billing.request import BillRequest
from advisor.catalog.words import MISSING
from advisor.planning.text_tables import Column, table
from optimizer.billing import Bill, CommitmentBill

SHOWN_LINES = 40
_DIGITS = re.compile(r'"\\u0000([^"\\]+)\\u0000"')


def as_json(bill: Bill, request: BillRequest) -> str:
    """The answer as docs/bill.md describes it. Figures are JSON numbers that hold the whole decimal."""
    payload = {
        "schema": 1,
        "currency": request.currency,
        "hours": request.length,
        "total": bill.total,
        "on_demand": bill.on_demand,
        "all_on_demand": bill.all_on_demand,
        "saving": bill.saving,
        "commitments": [_commitment(row) for row in bill.commitments],
        "lines": [
            {
                "id": line.id,
                "hour": line.hour,
                "quantity_on_demand": line.quantity_on_demand,
                "on_demand_charge": line.on_demand_charge,
                "covered": [
                    {"commitment": cover.commitment, "quantity": cover.quantity, "charge": cover.charge}
                    for cover in line.covered
                ],
            }
            for line in bill.lines
        ],
    }
    text = json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False, default=_marked)
    return _DIGITS.sub(r"\1", text) + "\n"


def _marked(figure: object) -> str:
    """A decimal between NULs, which no name can hold: the marks and quotes are taken off in the text."""
    if not isinstance(figure, Decimal):
        raise TypeError(f"{type(figure).__name__} in a bill")
    return f"\0{plain(figure)}\0"


def plain(figure: Decimal) -> str:
    """All digits, no power of ten, no zeros at the end."""
    return _cut(f"{figure:f}") if figure else "0"


def _cut(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _commitment(row: CommitmentBill) -> dict[str, Any]:
    return {
        "id": row.id,
        "charged": row.charged,
        "used": row.used,
        "unused": row.unused,
        "quantity_used": row.quantity_used,
        "quantity_unused": row.quantity_unused,
    }


def tables(bill: Bill, request: BillRequest) -> list[str]:
    """What people read: the sums, the commitments, and each row of usage over all hours."""
    hours = f"{request.length:,} hour{'' if request.length == 1 else 's'}"
    lines = [
        f"{_money(bill.total)} {request.currency} for {hours}: {_money(bill.on_demand)} on demand, "
        f"{_money(bill.total - bill.on_demand)} for commitments.",
        f"Without commitments it would be {_money(bill.all_on_demand)} {request.currency}.",
    ]
    if request.commitments:
        lines += ["", "Commitments", *_commitments(bill, request)]
    if request.usage:
        lines += ["", "Usage", *_usage(bill, request)]
    return lines


def _commitments(bill: Bill, request: BillRequest) -> list[str]:
    rows = bill.commitments
    return table(
        [
            Column(title="commitment", cells=[row.id for row in rows]),
            Column(title="kind", cells=[f"{row.provider} {row.kind}" for row in request.commitments]),
            Column(title="charged", cells=[_money(row.charged) for row in rows], is_figure=True),
            Column(title="used", cells=[_money(row.used) for row in rows], is_figure=True),
            Column(title="unused", cells=[_money(row.unused) for row in rows], is_figure=True),
            Column(title="use", cells=[_share(row) for row in rows], is_figure=True),
        ]
    )


def _share(row: CommitmentBill) -> str:
    """How much of it was used: by instances where it counts them, else by money."""
    used, unused = row.used, row.unused
    if row.quantity_used is not None and row.quantity_unused is not None:
        used, unused = row.quantity_used, row.quantity_unused
    return f"{used / (used + unused):.0%}".replace("%", " %") if used + unused else MISSING


def _usage(bill: Bill, request: BillRequest) -> list[str]:
    left = dict.fromkeys((row.id for row in request.usage), Decimal(0))
    charged, covered = dict(left), dict(left)
    by: dict[str, dict[str, None]] = {name: {} for name in left}
    for line in bill.lines:
        left[line.id] += line.quantity_on_demand
        charged[line.id] += line.on_demand_charge
        covered[line.id] += sum((cover.quantity for cover in line.covered), Decimal(0))
        by[line.id] |= dict.fromkeys(cover.commitment for cover in line.covered)
    names = list(left)[:SHOWN_LINES]
    shown = table(
        [
            Column(title="row", cells=names),
            Column(
                title="used", cells=_figures(left[name] + covered[name] for name in names), is_figure=True
            ),
            Column(title="covered", cells=_figures(covered[name] for name in names), is_figure=True),
            Column(title="on demand", cells=_figures(left[name] for name in names), is_figure=True),
            Column(title="charge on demand", cells=[_money(charged[name]) for name in names], is_figure=True),
            Column(title="covered by", cells=[", ".join(by[name]) or MISSING for name in names]),
        ]
    )
    more = len(left) - len(names)
    return [*shown, *([f"  and {more:,} more rows (--json has all)"] if more else [])]


def _figures(quantities: Iterable[Decimal]) -> list[str]:
    return [_cut(f"{quantity:,.4f}") for quantity in quantities]


def _money(amount: Decimal) -> str:
    """Cents, or as many decimals as a small amount needs to be told from nothing."""
    return f"{amount:,.2f}" if not amount or abs(amount) >= Decimal("0.01") else f"{amount:.2g}"
