"""The bill in decimals, from counts and prices as the price list and the plan state them.

Nothing here reads the optimizer's money: an error in turning prices into the model's floats would show as a
bill that differs from the verified account.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from advisor.errors import AdvisorError
from advisor.planning.bill_sites import bill_sites
from advisor.planning.case import Case, Solved
from advisor.planning.covered import Covered
from advisor.planning.hours import HOURS_PER_MONTH, overlap_hours, slice_hours
from advisor.planning.ledger import Ledger
from advisor.planning.options import window_of
from advisor.planning.spend import term_cash
from optimizer.account import Account
from optimizer.result import Plan as Decisions
from providers import Offer

TOLERANCE = 1e-6
"""Largest relative difference between the bill and the verified account."""


class BillDisagrees(AdvisorError):
    """The bill and the verified account differ: an error of ours, so there is no answer to show."""

    code = "bill_disagrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Payments in the plan's currency. `cash` and `capex` have one entry per month of the plan; `owed` is
    what is paid after it; `by_option` is the cash within the plan of each option or site."""

    cash: tuple[Decimal, ...]
    capex: tuple[Decimal, ...]
    owed: Decimal
    by_option: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum(self.cash, Decimal(0))


def make_bill(solved: Solved) -> Bill:
    """Everything paid for the decisions of an answer. Raises BillDisagrees where the account says else."""
    case, decisions = solved.case, solved.decisions
    ledger = Ledger(months=case.plan.months)
    _elastic(case, decisions, ledger)
    _reservations(case, decisions, ledger)
    _commitments(case, decisions, ledger)
    _blocks(case, decisions, ledger)
    bill_sites(case, decisions, ledger)
    bill = Bill(
        cash=tuple(ledger.cash), capex=tuple(ledger.capex), owed=ledger.owed, by_option=dict(ledger.by_option)
    )
    _compare(bill, solved.account)
    return bill


def _elastic(case: Case, decisions: Decisions, ledger: Ledger) -> None:
    """By the hour what no commitment covers; a partner's fee in each month in which it is used."""
    covered = Covered(decisions)
    pieces = {piece.index: piece for piece in decisions.slices}
    partners = case.translation.partners
    used: dict[str, set[int]] = defaultdict(set)
    for run in decisions.runs:
        source = partners.get(run.option) or case.translation.offers.get(run.option)
        if source is None:
            continue  # an own server at work, see bill_sites
        piece = pieces[run.slice]
        price = source.price_per_hour * case.rate(source.currency)
        charged = run.quantity - Decimal(covered.machines(run.option, run.slice))
        ledger.pay(run.option, piece.month, charged * slice_hours(piece) * price)
        if run.quantity:
            used[run.option].add(piece.month)
    for option, partner in partners.items():
        for month in used[option]:
            ledger.pay(option, month, partner.fixed_per_month * case.rate(partner.currency))


def _reservations(case: Case, decisions: Decisions, ledger: Ledger) -> None:
    """Upfront at the start, the hourly charge in each month of the term, used or not."""
    for bought in decisions.reserved:
        offer = _offer(case, bought.option)
        rate = case.rate(offer.currency) * bought.quantity
        ledger.pay(bought.option, bought.start, (offer.upfront or Decimal(0)) * rate)
        for month in range(bought.start, bought.start + (offer.term_months or 0)):
            ledger.pay(bought.option, month, offer.price_per_hour * HOURS_PER_MONTH * rate)


def _commitments(case: Case, decisions: Decisions, ledger: Ledger) -> None:
    """Money committed to: in every month of the term, used or not; its part upfront at the start."""
    for made in decisions.commitments:
        terms = case.translation.spend[made.plan]
        for month in range(made.start, made.start + terms.term.months):
            ledger.pay(made.plan, month, term_cash(terms, made, month))


def _blocks(case: Case, decisions: Decisions, ledger: Ledger) -> None:
    """Every hour of the window, in the month it lies in."""
    for bought in decisions.blocks:
        offer = _offer(case, bought.option)
        rate = case.rate(offer.currency) * bought.quantity
        window = window_of(case.plan, offer)
        for month in range(math.floor(window.start), math.ceil(window.end)):
            ledger.pay(bought.option, month, offer.price_per_hour * overlap_hours(window, month) * rate)


def _offer(case: Case, key: str) -> Offer:
    return case.translation.offers[key]


def _compare(bill: Bill, account: Account) -> None:
    """Month by month and in sum, relative to the largest month: a difference is never spread thin."""
    pairs = [("cash", m, float(b), a) for m, (b, a) in enumerate(zip(bill.cash, account.cash, strict=True))]
    pairs += [
        ("capex", m, float(b), a) for m, (b, a) in enumerate(zip(bill.capex, account.capex, strict=True))
    ]
    pairs.append(("owed", -1, float(bill.owed), account.owed))
    largest = max((abs(amount) for _, _, *both in pairs for amount in both), default=0.0)
    for what, month, billed, added in pairs:
        if abs(billed - added) > TOLERANCE * max(abs(billed), abs(added), largest * TOLERANCE):
            where = "after the plan" if month < 0 else f"of month {month}"
            raise BillDisagrees(
                "The bill and the verified account differ; no answer is shown.",
                [f"{what} {where}: the bill says {billed:,.6f}, the account {added:,.6f}"],
            )
