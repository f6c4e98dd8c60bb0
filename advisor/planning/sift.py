"""Which offers of a price list a plan can use, and why the others are left out."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from advisor.demand.plan import Plan
from advisor.planning.machines import serving, spec_in
from advisor.planning.options import Option, option_of, window_of
from advisor.planning.result_rows import ResultWarning
from advisor.planning.tiers import with_tiers
from advisor.planning.words import listed
from providers import Offer, PriceState, Purchase

REASONS = {
    "long_commitment": "commitments longer than limits.commitment_months_max allows",
    "spend_without_term": "spend commitments whose term neither the row nor its commitment_family states",
    "block_without_window": "capacity blocks without published dates; book them by hand",
    "block_outside_plan": "capacity blocks whose window does not begin within the plan",
    "reservation_only": "no price without a reservation",
    "too_old": "prices older than price_max_age_hours, or of unknown age",
    "stale": "prices older than PRICE_MAX_AGE_HOURS, or of unknown age (stale_prices: refuse)",
    "marked_stale": "prices marked stale by their source (stale_prices: refuse)",
}
NAMED = ("spend_without_term",)
EXPECTED = ("long_commitment", "block_outside_plan")  # left out because the plan says so


class Sifted:
    """Offers as the plan sees them: used, or left out for a reason that is counted."""

    def __init__(self, plan: Plan, now: datetime | None, max_age_hours: int | None = None) -> None:
        self.plan = plan
        self.options: list[Option] = []
        self.rates: list[Offer] = []  # of spend commitments
        self.usable: dict[str, Offer] = {}
        self.unrated: dict[str, Offer] = {}
        self.considered = 0
        self.left_out: Counter[str] = Counter()
        self.named: list[str] = []  # of those left out, rows that a warning names
        self.oldest = _oldest_usable(plan, now, max_age_hours)

    def take(self, offer: Offer) -> None:
        """Sort one offer in."""
        if not self.plan.capacity.admits(offer) or not serving(self.plan, spec_in(self.plan, offer)):
            return
        self.considered += 1
        if reason := self._unusable(offer):
            self.left_out[reason] += 1
            if reason in NAMED:
                self.named.append(offer.offer_id)
            return
        rate = self.plan.rate(offer.currency)
        if rate is None:
            self.unrated.setdefault(offer.currency, offer)
            return
        self.usable[offer.offer_id] = offer
        if offer.purchase is Purchase.SPEND_COMMITMENT:
            self.rates.append(offer)
        else:
            self.options.append(option_of(self.plan, offer, rate))

    def put_in_order(self) -> None:
        """By offer id, so that the order of a price list decides nothing; volume tiers know each other."""
        self.options = with_tiers(self.options, self.usable)
        self.usable = dict(sorted(self.usable.items()))

    def _unusable(self, offer: Offer) -> str:
        """Key of the reason why the plan cannot use the offer; empty when it can."""
        if self.oldest is not None and (offer.observed_at is None or offer.observed_at < self.oldest):
            return "stale" if self.plan.price_max_age_hours is None else "too_old"
        if self.plan.stale_prices == "refuse" and offer.state is PriceState.STALE:
            return "marked_stale"
        longest = self.plan.limits.commitment_months_max
        if offer.purchase is Purchase.SPEND_COMMITMENT:
            term = offer.spend_term
            if term is None:
                return "spend_without_term"
            return "long_commitment" if longest is not None and term.months > longest else ""
        if offer.purchase is Purchase.RESERVED:
            return "long_commitment" if longest is not None and (offer.term_months or 0) > longest else ""
        if offer.purchase is Purchase.CAPACITY_BLOCK:
            if offer.available_from is None or offer.available_until is None:
                return "block_without_window"
            start = window_of(self.plan, offer).start
            return "" if 0 <= start < self.plan.months else "block_outside_plan"
        return "reservation_only" if offer.state is PriceState.RESERVATION_ONLY else ""

    def warnings(self) -> Iterator[ResultWarning]:
        """One sentence for each reason that left offers out."""
        for reason, count in sorted(self.left_out.items()):
            severity = "info" if reason in EXPECTED else "warning"
            noun = "offer" if count == 1 else "offers"
            names = f" ({listed(self.named)})" if reason in NAMED else ""
            message = f"{count} {noun} left out: {REASONS[reason]}{names}."
            yield ResultWarning(code=f"left_out_{reason}", severity=severity, message=message)


def _oldest_usable(plan: Plan, now: datetime | None, max_age_hours: int | None) -> datetime | None:
    """Prices observed before this moment are left out; None: no price is for its age.

    `max_age_hours` is PRICE_MAX_AGE_HOURS, the limit of a plan that refuses stale prices and names none.
    """
    hours: float | int | None = plan.price_max_age_hours
    if hours is None and plan.stale_prices == "refuse":
        hours = max_age_hours
    if now is None or hours is None:
        return None
    try:
        return now - timedelta(hours=hours)
    except OverflowError:  # a limit before the year 1
        return datetime.min.replace(tzinfo=now.tzinfo)
