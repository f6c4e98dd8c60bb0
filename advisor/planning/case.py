"""One question on its way to an answer, and the solved form of it; what the rows of a result are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from advisor.catalog.stock import Stock
from advisor.demand.plan import Plan
from advisor.demand.sites import Site
from advisor.planning.machines import Spec, spec_in
from advisor.planning.problem import Translation
from optimizer.account import Account
from optimizer.problem import Owned, Problem
from optimizer.result import Outcome
from optimizer.result import Plan as Decisions
from providers import Offer
from providers.rates import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The plan, the prices it was read with, and what they became. `now` is what prices age against."""

    plan: Plan
    catalogue: Stock
    translation: Translation
    now: datetime
    max_age_hours: int
    rates_from: Mapping[str, Origin] = field(default_factory=dict)  # of rates the plan does not state itself

    @property
    def problem(self) -> Problem:
        return self.translation.problem

    def site(self, key: str) -> Site:
        """The plan's site of an optimizer's site key."""
        return next(site for site in self.plan.capacity.sites if site.name == key)

    def rate(self, currency: str | None) -> Decimal:
        """Worth of one unit in the plan's currency; the translation has refused what has none."""
        rate = self.plan.rate(currency)
        if rate is None:
            raise LookupError(f"no rate for {currency}, though the plan was translated")
        return rate

    def owned_name(self, key: str) -> str:
        """What an owned entry is called in results: its offer's name, or that of its server."""
        owned = next(owned for owned in self.problem.owned if owned.key == key)
        if owned.server is not None:
            return owned.server.key
        return key.rpartition(" (owned ")[0]

    def owned(self, key: str) -> Owned:
        """The owned entry of a key."""
        return next(owned for owned in self.problem.owned if owned.key == key)

    def offer(self, offer_id: str) -> Offer | None:
        """An offer of the catalogue, used by the model or only named as owned; None for the plan's own."""
        known = self.translation.offers.get(offer_id)
        if known is not None:
            return known
        return self.catalogue.offer(offer_id)

    def spec_of_offer(self, offer: Offer) -> Spec:
        """The machine of an offer as the plan's filters saw it."""
        spec = spec_in(self.plan, offer)
        return self.translation.specs.get(spec.key, spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A case with a verified answer.

    With scenarios `account` is their expectation, `futures` has each of them on its own, and `decisions` are
    those of `shown`, the future that comes nearest to the plan's own figures.
    """

    case: Case
    outcome: Outcome
    decisions: Decisions
    account: Account
    futures: tuple["Solved", ...] = ()
    nearest: int = 0

    @property
    def shown(self) -> "Solved":
        """One future whose hours are shown; the answer itself where nothing is uncertain."""
        return self.futures[self.nearest] if self.futures else self
