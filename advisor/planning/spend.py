"""Spend commitments of a price list as plans to spend under, with the rates of the machines they cover."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.demand.plan import Plan
from advisor.planning.hours import HOURS_PER_MONTH
from advisor.planning.machines import cloud_carbon_kg_per_hour, spec_in
from advisor.planning.options import Option, window_of
from advisor.planning.spend_owned import owned_money
from optimizer.billing.sizes import family_of
from optimizer.problem import Elastic
from optimizer.spend import Commitment, SpendPlan
from optimizer.timegrid import Window
from providers import Offer
from providers.offers import Payment, Term, stated_term

EVERY = "*"
UPFRONT = {Payment.NONE: Decimal(0), Payment.PARTIAL: Decimal("0.5"), Payment.ALL: Decimal(1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendTerms:
    """A plan as the price list has it. `region` and `machines` are `*`, but of an EC2 Instance plan."""

    key: str
    provider: str
    family: str
    region: str
    machines: str  # pattern of instance types, for example p5.*
    term: Term
    currency: str
    rates: Mapping[str, Offer]  # by name of the offer by the hour that is covered

    @property
    def is_narrow(self) -> bool:
        """Whether it is bound to one machine family in one region."""
        return self.machines != EVERY


def term_cash(terms: SpendTerms, made: Commitment, month: int) -> Decimal:
    """What a commitment costs in one month, plan currency: its part upfront at the start, the rest hourly."""
    upfront = UPFRONT[terms.term.payment]
    hourly = Decimal(made.per_hour) * HOURS_PER_MONTH
    active = made.start <= month < made.start + terms.term.months
    paid = hourly * (1 - upfront) if active else Decimal(0)
    return paid + (hourly * terms.term.months * upfront if month == made.start else Decimal(0))


@dataclass(frozen=True, slots=True)
class Spending:
    """Plans for the optimizer, what they are in the price list, and machines that only they pay for."""

    plans: tuple[SpendPlan, ...]
    terms: Mapping[str, SpendTerms]
    covered_only: tuple[Elastic, ...]


def spending_of(plan: Plan, rates: Sequence[Offer], options: Sequence[Option]) -> Spending:
    """The plans that some rates describe. A machine without an offer on demand runs under plans only.

    Rates that no longer, or not yet, hold while the plan runs are not looked at.
    """
    windows = {rate.offer_id: window_of(plan, rate) for rate in rates}
    rates = [rate for rate in rates if windows[rate.offer_id].overlap(0.0, plan.months) > 0]
    on_demand: dict[str, list[Elastic]] = defaultdict(list)
    for option in options:
        if isinstance(option, Elastic) and not option.spot and not option.partner:
            on_demand[option.machine.key].append(option)
    only: dict[str, Elastic] = {}
    for offer in sorted(rates, key=lambda rate: rate.offer_id):
        machine = spec_in(plan, offer).key
        if machine not in on_demand and machine not in only:
            only[machine] = _covered_only(plan, offer)
    covered = {**on_demand, **{machine: [elastic] for machine, elastic in only.items()}}
    found = [
        _terms(group, {e.key: o for o in group for e in covered[spec_in(plan, o).key]})
        for group in _groups(rates)
    ]
    terms = _named(found)
    by_key = {elastic.key: elastic for group in covered.values() for elastic in group}
    owned = owned_money(plan, [one.key for one in terms])
    plans = tuple(_plan(plan, one, by_key, owned.get(one.key, ())) for one in terms)
    return Spending(plans, {one.key: one for one in terms}, tuple(only.values()))


def _covered_only(plan: Plan, offer: Offer) -> Elastic:
    """A machine that can be had under plans alone; it goes by the name of one of its rates."""
    return Elastic(
        key=offer.offer_id,
        machine=spec_in(plan, offer).for_model(cloud_carbon_kg_per_hour(offer)),
        price_per_hour=0.0,
        max_quantity=offer.max_quantity,
        covered_only=True,
    )


def _groups(rates: Iterable[Offer]) -> list[list[Offer]]:
    """Rates of one plan each: of one family, term and currency; of EC2 Instance plans also in one region
    and of one machine family, to which these are bound."""
    groups: dict[tuple[str, ...], list[Offer]] = defaultdict(list)
    for offer in rates:
        term = offer.spend_term
        if term is not None:
            family = offer.commitment_family or ""
            scope = (offer.region, _machines(offer)) if is_narrow(family) else (EVERY, EVERY)
            terms = (f"{term.months:03d}", term.payment.value, offer.currency)
            groups[offer.provider, family, *scope, *terms].append(offer)
    return [groups[key] for key in sorted(groups)]


def is_narrow(family: str) -> bool:
    """Whether a plan of this family is an EC2 Instance plan."""
    return "ec2-sp" in family.casefold()


def _machines(offer: Offer) -> str:
    """`p5.*` of p5.48xlarge: AWS's machine family is what stands before the last dot."""
    family = family_of(offer.instance_type)
    return f"{family}.*" if family else offer.instance_type


def _terms(group: Sequence[Offer], rates: Mapping[str, Offer]) -> SpendTerms:
    first = group[0]
    family, term = first.commitment_family or "", first.spend_term
    if term is None:
        raise ValueError(f"{first.offer_id} has no term")
    region, machines = (first.region, _machines(first)) if is_narrow(family) else (EVERY, EVERY)
    key = f"{first.provider}/{region}/{machines}/spend_commitment/{family}"
    if stated_term(family) != term:
        key = f"{key}/{term.months}m-{term.payment.value}"
    return SpendTerms(
        key=key,
        provider=first.provider,
        family=family,
        region=region,
        machines=machines,
        term=term,
        currency=first.currency,
        rates=rates,
    )


def _named(found: Sequence[SpendTerms]) -> list[SpendTerms]:
    """Names that are alike end in the currency, which then is what differs."""
    count: dict[str, int] = defaultdict(int)
    for one in found:
        count[one.key] += 1
    return [replace(one, key=f"{one.key}/{one.currency}") if count[one.key] > 1 else one for one in found]


def _plan(
    plan: Plan, terms: SpendTerms, covered: Mapping[str, Elastic], owned: tuple[float, ...]
) -> SpendPlan:
    rate = plan.rate(terms.currency)
    if rate is None:
        raise LookupError(f"the plan has no exchange rate for {terms.currency}")
    windows = [window_of(plan, offer) for offer in terms.rates.values()]
    prices = {key: float(offer.price_per_hour * rate) for key, offer in terms.rates.items()}
    if terms.provider == "azure":  # where on demand is cheaper, it takes that from the commitment
        prices = {
            key: price if covered[key].covered_only else min(price, covered[key].price_per_hour)
            for key, price in prices.items()
        }
    return SpendPlan(
        key=terms.key,
        provider=terms.provider,
        term_months=terms.term.months,
        rates=prices,
        upfront_fraction=float(UPFRONT[terms.term.payment]),
        narrow=terms.is_narrow,
        window=Window(max(w.start for w in windows), min(w.end for w in windows)),
        owned_per_hour=owned,
    )
