"""Payments, credits and emissions of one line of the account, month by month."""

from collections import defaultdict
from dataclasses import dataclass, field

from ..account import Line
from ..problem import EndOfHorizon
from .facts import Facts

ByMonth = dict[int, float]


def _empty() -> ByMonth:
    return defaultdict(float)


@dataclass(slots=True, kw_only=True)
class Tally:
    """One line while it is added up. Months at or after the horizon hold what is owed after it.

    `uncharged`: what is owed then where the plan is not charged for it (going concern).
    """

    kind: str
    option: str
    start: int = 0
    months: int = 0
    quantity: int = 0
    instance_hours: float = 0.0
    commitment_per_hour: float | None = None  # of a commitment to spend
    capex: ByMonth = field(default_factory=_empty)
    opex: ByMonth = field(default_factory=_empty)
    uncharged: ByMonth = field(default_factory=_empty)
    credit: ByMonth = field(default_factory=_empty)
    carbon_kg: ByMonth = field(default_factory=_empty)

    def paid(self, month: int) -> float:
        """Payments of a month, credits not counted."""
        return self.capex[month] + self.opex[month]

    def due(self, month: int, amount: float, facts: Facts) -> None:
        """A payment that falls due: charged within the horizon, and after it where the plan runs off."""
        charged = month < facts.months or facts.problem.horizon.end is EndOfHorizon.RUN_OFF
        (self.opex if charged else self.uncharged)[month] += amount

    def owed(self, facts: Facts) -> ByMonth:
        """What falls due after the horizon, charged or not."""
        months = {month for month in (*self.opex, *self.uncharged) if month >= facts.months}
        return {month: self.opex[month] + self.uncharged[month] for month in sorted(months)}

    def line(self, facts: Facts) -> Line:
        """The sums."""
        due = self.capex.keys() | self.opex.keys()
        npv = sum(self.paid(month) * facts.factor(month) for month in sorted(due))
        npv -= sum(amount * facts.factor(month) for month, amount in self.credit.items())
        return Line(
            kind=self.kind,
            option=self.option,
            start=self.start,
            months=self.months,
            quantity=self.quantity,
            instance_hours=self.instance_hours,
            commitment_per_hour=self.commitment_per_hour,
            npv=npv,
            cash=sum(self.paid(month) for month in range(facts.months)),
            capex=sum(self.capex.values(), 0.0),
            owed=sum(self.owed(facts).values(), 0.0),
            credit=sum(self.credit.values(), 0.0),
            carbon_kg=sum(self.carbon_kg.values(), 0.0),
            by_month=tuple(self.paid(month) for month in range(facts.months)),
        )
