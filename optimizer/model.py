"""The PuLP problem under construction: rows by name, with an optional slack for each limit.

Rows are given as dictionaries (variable -> coefficient), the fast way into PuLP. With `relax`, every row
that belongs to a named limit gets that limit's slack, so that a clash between limits can be found and sized.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulp

from .problem import Horizon
from .variables import Variables

MONEY = 1e-3  # money inside the model is in thousands, see MODEL.md

Terms = dict[pulp.LpVariable, float]


@dataclass(slots=True)
class Slack:
    """How far one limit is exceeded, in `unit` times `scale`."""

    variable: pulp.LpVariable
    unit: str
    scale: float


@dataclass(slots=True)
class Model:
    """Collects rows and cost terms; `slacks` is filled only when limits may be relaxed."""

    horizon: Horizon
    relax: bool = False
    lp: pulp.LpProblem = field(default_factory=lambda: pulp.LpProblem("plan", pulp.LpMinimize))
    cost: dict[str, Terms] = field(default_factory=dict)
    constant: float = 0.0
    slacks: dict[str, Slack] = field(default_factory=dict)
    share_rows: dict[tuple[str, int], int] = field(default_factory=dict)  # (limit, month) -> row
    rows: int = 0
    nonzeros: int = 0

    def at_most(self, terms: Mapping[pulp.LpVariable, float], right: float, limit: str = "") -> None:
        """Row: sum of terms <= right."""
        self._add(dict(terms), pulp.LpConstraintLE, right, limit, -1.0)

    def at_least(self, terms: Mapping[pulp.LpVariable, float], right: float, limit: str = "") -> None:
        """Row: sum of terms >= right."""
        self._add(dict(terms), pulp.LpConstraintGE, right, limit, 1.0)

    def equal(self, terms: Mapping[pulp.LpVariable, float], right: float, limit: str = "") -> None:
        """Row: sum of terms == right; a relaxed equality may fall short of it."""
        self._add(dict(terms), pulp.LpConstraintEQ, right, limit, right or 1.0)

    def slack(self, limit: str, unit: str, scale: float, v: Variables, high: float | None = None) -> None:
        """Declare the slack of a limit before its rows; nothing happens unless limits may be relaxed."""
        if self.relax and limit not in self.slacks:
            self.slacks[limit] = Slack(v.real(high), unit, scale)

    def pay(self, term: str, variable: pulp.LpVariable, money: float) -> None:
        """Add `money` (plan currency, present worth) per unit of `variable` to a named cost term."""
        if money:
            terms = self.cost.setdefault(term, {})
            terms[variable] = terms.get(variable, 0.0) + money * MONEY

    def _add(self, terms: Terms, sense: int, right: float, limit: str, slack: float) -> None:
        if limit in self.slacks:
            terms[self.slacks[limit].variable] = slack
        row = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, f"r{self.rows}", right)
        self.lp.addConstraint(row)
        self.rows += 1
        self.nonzeros += len(terms)


def add_term(terms: Terms, variable: pulp.LpVariable, coefficient: float) -> None:
    """Accumulate into a row's terms."""
    terms[variable] = terms.get(variable, 0.0) + coefficient
