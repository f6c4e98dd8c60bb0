"""Sums of the verified account as rows of a result."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from advisor.planning.bill import Bill
from advisor.planning.case import Solved
from advisor.planning.result_rows import KindBeyond, KindTotal, MonthKind, MonthTotals, Totals
from optimizer.account import Line

KG_PER_TONNE = 1000.0
ROUNDING = 1e-12
_CENT = Decimal("0.01")
_ORDER = (
    "self_hosted",
    "site",
    "owned",
    "reserved",
    "spend_commitment",
    "capacity_block",
    "partner",
    "on_demand",
    "spot",
)


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
        risk_charge=account.risk_charge,
        lock_in=account.owed,
        lock_in_npv=account.owed_npv,
        bill_total=f"{bill.total.quantize(_CENT, ROUND_HALF_EVEN):f}",
        by_month=tuple(_months(solved)),
        by_kind=tuple(_kinds(solved)),
        beyond=tuple(_beyond(solved)),
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
            by_kind=tuple(_month_kinds(solved, month)),
        )


def _kind(line: Line) -> str:
    """A site's opening and its people are one kind."""
    return "site" if line.kind == "staff" else line.kind


def _month_kinds(solved: Solved, month: int) -> Iterator[MonthKind]:
    """Cash of a month by kind; the charge on carbon is a kind without cash."""
    account, factor = solved.account, solved.case.problem.horizon.factor(month)
    cash: dict[str, float] = defaultdict(float)
    for line in account.lines:
        cash[_kind(line)] += line.by_month[month]
    for kind in _ORDER:
        if cash[kind]:
            yield MonthKind.model_validate({"kind": kind, "cash": cash[kind], "npv": cash[kind] * factor})
    if account.carbon_charge[month]:
        yield MonthKind(kind="carbon", cash=0.0, npv=account.carbon_charge[month] * factor)


def _beyond(solved: Solved) -> Iterator[KindBeyond]:
    """What of each kind's npv lies in no month: owed after the horizon, less credits."""
    factor = solved.case.problem.horizon.factor
    npv: dict[str, float] = defaultdict(float)
    size: dict[str, float] = defaultdict(float)
    for line in solved.account.lines:
        within = sum(amount * factor(month) for month, amount in enumerate(line.by_month))
        npv[_kind(line)] += line.npv - within
        size[_kind(line)] += abs(line.npv) + abs(within)
    for kind in _ORDER:
        if abs(npv[kind]) > ROUNDING * size[kind]:
            yield KindBeyond.model_validate({"kind": kind, "npv": npv[kind]})
    if solved.account.risk_charge:
        yield KindBeyond(kind="risk", npv=solved.account.risk_charge)


def _kinds(solved: Solved) -> Iterator[KindTotal]:
    """Lines by kind; a site's opening and its people are one kind; charges on carbon and risk are no cash."""
    account = solved.account
    npv: dict[str, float] = defaultdict(float)
    cash: dict[str, float] = defaultdict(float)
    for line in account.lines:
        kind = _kind(line)
        npv[kind] += line.npv
        cash[kind] += line.cash
    for kind in _ORDER:
        if npv[kind] or cash[kind]:
            yield KindTotal.model_validate({"kind": kind, "npv": npv[kind], "cash": cash[kind]})
    factor = solved.case.problem.horizon.factor
    charge = sum(amount * factor(month) for month, amount in enumerate(account.carbon_charge))
    if charge:
        yield KindTotal(kind="carbon", npv=charge, cash=0.0)
    if account.risk_charge:
        yield KindTotal(kind="risk", npv=account.risk_charge, cash=0.0)
