"""Spend commitments of an answer in the words of a provider's bill."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from advisor.planning.case import Solved
from advisor.planning.pools import FIRM
from advisor.planning.spend import SpendTerms, term_cash
from optimizer.billing.order import STAGES
from optimizer.billing.terms import Kind, SpendPlan
from optimizer.spend import Commitment
from providers import Offer


class Spend:
    """What is committed to providers whose order is known; `machine_of` names the machine of an offer."""

    def __init__(self, solved: Solved, machine_of: Callable[[Offer], str]) -> None:
        self._case = solved.case
        self._machine_of = machine_of
        plans = self._case.translation.spend
        self.made = [one for one in solved.decisions.commitments if plans[one.plan].provider in STAGES]

    @property
    def options(self) -> set[str]:
        """Names of the plans in results."""
        return {one.plan for one in self.made}

    def plans(self, month: int) -> list[SpendPlan]:
        """Commitments in force in a month; those that are owned beside them, though nobody pays for them."""
        owned = [
            Commitment(plan=plan.key, start=-1, per_hour=plan.owned_in(month))
            for plan in self._case.problem.spend_plans
            if plan.provider in STAGES and plan.owned_in(month)
        ]
        return [self._plan(one) for one in (*owned, *(c for c in self.made if self._is_active(c, month)))]

    def paid(self, month: int) -> Decimal:
        """What is due in a month, whatever is used."""
        return sum((term_cash(self._terms(one), one, month) for one in self.made), Decimal(0))

    def _is_active(self, made: Commitment, month: int) -> bool:
        return made.start <= month < made.start + self._terms(made).term.months

    def _terms(self, made: Commitment) -> SpendTerms:
        return self._case.translation.spend[made.plan]

    def _plan(self, made: Commitment) -> SpendPlan:
        terms = self._terms(made)
        return SpendPlan(
            id=f"{made.plan} from month {made.start}",
            provider=terms.provider,
            kind=_kind(terms),
            per_hour=Decimal(made.per_hour),
            family=terms.machines.removesuffix(".*").casefold() if terms.is_narrow else "",
            region=terms.region.casefold() if terms.is_narrow else "",
            rates=self._rates(terms),
        )

    def _rates(self, terms: SpendTerms) -> Mapping[str, Decimal]:
        """By name of a row of usage: an offer by the hour, or the reserved machines of a kind at work."""
        rate = self._case.rate(terms.currency)
        found = {option: offer.price_per_hour * rate for option, offer in terms.rates.items()}
        firm = {
            f"{FIRM}{self._machine_of(offer)}": offer.price_per_hour * rate for offer in terms.rates.values()
        }
        return firm | found


def _kind(terms: SpendTerms) -> Kind:
    if terms.provider != "aws":
        return Kind.SAVINGS_PLAN if terms.provider == "azure" else Kind.FLEXIBLE_CUD
    if terms.is_narrow:
        return Kind.EC2_SP
    return Kind.SAGEMAKER_SP if "sagemaker" in terms.family.casefold() else Kind.COMPUTE_SP
