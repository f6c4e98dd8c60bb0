"""Replies of a source, read once: which offers are new, which say what we know, which are no offers."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from advisor.catalog.fingerprint import fingerprint
from advisor.catalog.pricing import effective_price_per_hour
from advisor.catalog.services import is_newer
from advisor.refresh.known import Known, KnownRow
from advisor.refresh.secrets import without_secrets
from providers.base import Refused
from providers.offers import Offer, Purchase
from providers.rates import ReferenceRates

REFUSED_KEPT = 50
_TOLD_EVERY = 2000


class Group(NamedTuple):
    """What prices are compared within: one machine on one set of terms, over all its places."""

    provider: str
    instance_type: str
    purchase: str
    terms: str
    currency: str  # empty where the price could be converted to USD


class Taken(NamedTuple):
    """The offer that stands for its key. `offer` is None where the ledger says just the same already."""

    offer_id: str
    offer: Offer | None
    known: KnownRow | None
    group: Group
    price: float  # effective, per hour, in USD or in the group's currency
    stated_price: Decimal  # as it is billed, in its own currency
    region: str
    observed_at: datetime | None


@dataclass(slots=True)
class Staged:
    """What was read. `seen` counts every row the source's reader said something about."""

    known: Known
    seen: int = 0
    refused: int = 0
    first_refused: list[dict[str, str]] = field(default_factory=list)
    taken: dict[str, Taken] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """Offers by provider."""
        return Counter(one.group.provider for one in self.taken.values())

    def refuse(self, where: str, reason: str) -> None:
        self.refused += 1
        if len(self.first_refused) < REFUSED_KEPT:
            self.first_refused.append({"where": where[:300], "reason": without_secrets(reason)[:500]})


def stage(
    found: Iterable[Offer | Refused],
    known: Known,
    *,
    rates: ReferenceRates,
    latest: datetime,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Staged:
    """Read everything. An offer stated later than `latest` is refused: it would pass for fresh until then.

    Of two offers of one key the one stated later counts, else the cheaper one; the other is refused.
    `progress` hears how many rows were read, and may raise to stop.
    """
    staged = Staged(known=known)
    groups: dict[tuple[str, ...], Group] = {}
    usd = {currency: float(rate) for currency, rate in rates.rates_to_usd.items()}
    for one in found:
        staged.seen += 1
        if staged.seen % _TOLD_EVERY == 0:
            progress(staged.seen)
        if isinstance(one, Refused):
            staged.refuse(one.where, one.reason)
        elif one.observed_at is not None and one.observed_at > latest:
            staged.refuse(one.offer_id, f"observed_at {one.observed_at.isoformat()} lies in the future")
        else:
            _take(one, staged, usd, groups)
    progress(staged.seen)
    return staged


def _take(
    offer: Offer, staged: Staged, usd: Mapping[str, float], groups: dict[tuple[str, ...], Group]
) -> None:
    offer_id = offer.offer_id
    key = offer_id.casefold()
    before = staged.taken.get(key)
    if before is not None:
        staged.refuse(offer_id, "stated twice; the later statement is taken, else the cheaper one")
        if not _wins(offer, before):
            return
    known = staged.known.row(offer.provider, offer_id)
    rate = usd.get(offer.currency)
    terms = terms_of(offer)
    named = (
        offer.provider,
        offer.instance_type,
        offer.purchase._value_,
        terms,
        "" if rate else offer.currency,
    )
    group = groups.get(named)
    if group is None:  # one object for all places: they are many
        group = groups[named] = Group(*named)
    price = effective_price_per_hour(offer) if offer.upfront else offer.price_per_hour
    is_known = known is not None and _says_the_same(offer, known)
    staged.taken[key] = Taken(
        offer_id,
        None if is_known else offer,
        known,
        group,
        float(price) * (rate or 1.0),
        offer.price_per_hour,
        offer.region,
        offer.observed_at,
    )


def _wins(offer: Offer, before: Taken) -> bool:
    """Whether an offer takes the place of one of the same key that came before it."""
    if offer.observed_at != before.observed_at:
        return before.observed_at is None or (
            offer.observed_at is not None and offer.observed_at > before.observed_at
        )
    return offer.price_per_hour < before.stated_price


def _says_the_same(offer: Offer, known: KnownRow) -> bool:
    """Whether nothing is to be written: the row says it already, or another source said it later."""
    if known.is_ours:
        return not known.is_doubtful and known.fingerprint == fingerprint(offer)
    return is_newer(known.observed_at, offer)


def terms_of(offer: Offer) -> str:
    if offer.purchase is Purchase.RESERVED:
        return f"{offer.term_months}m-{offer.payment}"
    return offer.commitment_family or ""
