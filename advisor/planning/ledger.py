"""Payments collected by month, in decimals."""

from collections import defaultdict
from decimal import Decimal


class Ledger:
    """`cash` (capex included) and `capex` by month of the plan; `owed` after it."""

    def __init__(self, *, months: int) -> None:
        self.cash = [Decimal(0)] * months
        self.capex = [Decimal(0)] * months
        self.owed = Decimal(0)
        self.by_option: dict[str, Decimal] = defaultdict(Decimal)

    def pay(self, option: str, month: int, amount: Decimal, *, capex: bool = False) -> None:
        """A payment of `option` at the start of `month`; beyond the plan it is owed."""
        if month >= len(self.cash):
            self.owed += amount
            return
        self.cash[month] += amount
        self.by_option[option] += amount
        if capex:
            self.capex[month] += amount
