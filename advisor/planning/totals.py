"""Sums of the verified account as rows of a result."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from advisor.planning.bill import Bill
from advisor.planning.case import Solved
from advisor.planning.result_rows import KindTotal, MonthTotals, Totals

KG_PER_TONNE = 1000.0
_CENT = Decimal("0.01")
_ORDER = ("self_hosted", "site", "owned", "reserved", "capacity_block", "partner", "on_demand", "spot")


def totals_of(solved: Solved, bill: Bill) -> Totals:
    """Everything in the plan's currency; `bill_total` is the exact one."""
    account = solved.account
    return Totals(
        npv=account.npv,
        cash=sum(account.cash),
        capex=sum(account.capex),
        opex=sum(account.opex),
        residual=account.credit,
        carbon_tonnes=sum(account.carbon_kg) / KG_PER_TONNE,
        carbon_charge=sum(account.carbon_charge),
        lock_in=account.owed,
        lock_in_npv=account.owed_npv,
        bill_total=f"{bill.total.quantize(_CENT, ROUND_HALF_EVEN):f}",
        by_month=tuple(_months(solved)),
        by_kind=tuple(_kinds(solved)),
    )


def _months(solved: Solved) -> Iterator[MonthTotals]:
    account = solved.account
    for month, cash in enumerate(account.cash):
        yield MonthTotals(
            month=solved.case.plan.month_at(month),
            cash=cash,
            capex=account.capex[month],
            opex=account.opex[month],
            carbon_tonnes=account.carbon_kg[month] / KG_PER_TONNE,
            carbon_charge=account.carbon_charge[month],
        )


def _kinds(solved: Solved) -> Iterator[KindTotal]:
    """Lines by kind; a site's opening and its people are one kind; the charge on carbon is no cash."""
    account = solved.account
    npv: dict[str, float] = defaultdict(float)
    cash: dict[str, float] = defaultdict(float)
    for line in account.lines:
        kind = "site" if line.kind == "staff" else line.kind
        npv[kind] += line.npv
        cash[kind] += line.cash
    for kind in _ORDER:
        if npv[kind] or cash[kind]:
            yield KindTotal.model_validate({"kind": kind, "npv": npv[kind], "cash": cash[kind]})
    factor = solved.case.problem.horizon.factor
    charge = sum(amount * factor(month) for month, amount in enumerate(account.carbon_charge))
    if charge:
        yield KindTotal(kind="carbon", npv=charge, cash=0.0)
