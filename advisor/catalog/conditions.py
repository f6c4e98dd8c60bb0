"""The conditions of a search, each with the words it was asked in, so that an empty list can be explained."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache

from advisor.catalog.facts import accelerator_memory_gib, unlikeness
from advisor.catalog.pricing import Pricer, Quote, hours_of
from advisor.catalog.selector import Selector, Span
from advisor.catalog.sources import OfferSource
from advisor.errors import BadInput
from providers.errors import UnknownPlace
from providers.offers import Offer, Purchase
from providers.places import REGIONS, resolve_place
from providers.text import did_you_mean, nearest, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`words` as a person wrote it. `narrow` restricts text columns before any row is read.

    `distance` says how far an offer that fails is from passing; equal for all where nothing says more.
    """

    words: str
    holds: Callable[[Quote], bool]
    narrow: dict[str, Collection[str]] = field(default_factory=dict)
    distance: Callable[[Quote], float] = lambda _quote: 0.0


def selector_conditions(selector: Selector, count: Span | None, pricer: Pricer) -> Iterable[Condition]:
    """Conditions of the short query; `count` is the number asked for, already widened by --at-least."""
    if selector.no_accelerator:
        yield Condition(words="cpu", holds=lambda p: not p.offer.accelerator, narrow={"accelerator": [""]})
    if selector.names is not None:
        names = selector.names
        unlike = cache(lambda name: unlikeness(name, names))
        yield Condition(
            words=selector.named,
            holds=lambda p: p.offer.accelerator in names,
            narrow={"accelerator": names},
            distance=lambda p: unlike(p.offer.accelerator),
        )
    if selector.memory_gib is not None:
        memory = selector.memory_gib
        yield Condition(
            words=f"memory per accelerator {memory} GB",
            holds=lambda p: memory.holds(accelerator_memory_gib(p.offer)),
        )
    if count is not None:
        yield Condition(words=f"{count} accelerators", holds=lambda p: _count_fits(p.offer, count, pricer))


def _count_fits(offer: Offer, count: Span, pricer: Pricer) -> bool:
    if count.holds(offer.accelerator_count):
        return True
    if pricer.pack_to is None or offer.accelerator_count is None or count.low is None:
        return False
    few = offer.accelerator_count < count.low
    return few and (offer.max_quantity is None or pricer.quantity(offer) <= offer.max_quantity)


def purchase_condition(asked: Collection[str]) -> Condition:
    known = [purchase.value for purchase in Purchase]
    wanted = []
    for raw in asked:
        name = raw.strip().lower().replace("-", "_").replace(" ", "_")
        if name not in known:
            hint = did_you_mean(nearest(name, known)) or f"; write one of {', '.join(known)}"
            raise BadInput(f"--purchase {shown(raw)}: unknown purchase option{hint}")
        wanted.append(name)
    options = frozenset(Purchase(name) for name in wanted)
    return Condition(
        words=f"--purchase {','.join(wanted)}",
        holds=lambda p: p.offer.purchase in options,
        narrow={"purchase": wanted},
    )


def residency_condition(asked: Collection[str]) -> Condition:
    countries: set[str] = set()
    for name in asked:
        try:
            countries |= resolve_place(name)
        except UnknownPlace as error:
            raise BadInput(f"--residency {error}") from error
    return Condition(
        words=f"--residency {','.join(asked)}",
        holds=lambda p: p.offer.country in countries,
        narrow={"country": sorted(countries)},
    )


def provider_condition(asked: Collection[str], source: OfferSource) -> Condition:
    known = source.values("provider") | {region.provider for region in REGIONS.values()}
    by_folded = {name.casefold(): name for name in known}
    wanted = []
    for raw in asked:
        name = by_folded.get(raw.strip().casefold())
        if name is None:
            hint = did_you_mean(nearest(raw, known)) or f"; known are {', '.join(sorted(known))}"
            raise BadInput(f"--provider {shown(raw)}: unknown provider{hint}")
        wanted.append(name)
    return Condition(
        words=f"--provider {','.join(wanted)}",
        holds=lambda p: p.offer.provider in wanted,
        narrow={"provider": wanted},
    )


def region_condition(asked: Collection[str], source: OfferSource) -> Condition:
    """Regions as `us-east-1`, `aws/us-east-1`, `aws/eu-*`, or a zone; each must match a known one."""
    patterns = [raw.strip().casefold() for raw in asked]
    providers = source.values("provider") | {known.provider for known in REGIONS.values()}
    regions = source.values("region") | source.values("zone") | {r.region for r in REGIONS.values()}
    for raw, pattern in zip(asked, patterns, strict=True):
        of_provider, _, of_region = pattern.rpartition("/")
        known_provider = any(fnmatchcase(name.casefold(), of_provider or "*") for name in providers)
        if not known_provider or not any(fnmatchcase(name.casefold(), of_region) for name in regions):
            near = regions if known_provider else providers
            hint = did_you_mean(nearest(of_region if known_provider else of_provider, near))
            raise BadInput(f"--region {shown(raw)}: matches no known region{hint}")
    inside = cache(lambda provider, region, zone: _in_region(provider, region, zone, patterns))
    return Condition(
        words=f"--region {','.join(asked)}",
        holds=lambda p: inside(p.offer.provider, p.offer.region, p.offer.zone),
    )


def _in_region(provider: str, region: str, zone: str | None, patterns: list[str]) -> bool:
    names = [region.casefold(), f"{provider}/{region}".casefold()]
    if zone:
        names += [zone.casefold(), f"{provider}/{zone}".casefold()]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def at_least(words: str, column: str, minimum: Decimal) -> Condition:
    """A figure of the machine must be known and reach a minimum."""

    def holds(quote: Quote) -> bool:
        value: Decimal | None = getattr(quote.offer, column)
        return value is not None and value >= minimum

    return Condition(words=f"{words} {minimum}", holds=holds)


def max_price(limit: Decimal, pricer: Pricer) -> Condition:
    """An upper bound on what one hour of the request costs; a price without a rate cannot meet it."""
    return Condition(
        words=f"--max-price {limit} {pricer.currency}",
        holds=lambda p: p.converted and pricer.total(p) <= limit,
    )


def max_age(hours: Decimal, now: datetime) -> Condition:
    """An upper bound on the age at `now`; a price of unknown age does not pass."""
    young = cache(lambda observed_at: hours_of(now - observed_at) <= hours)
    return Condition(
        words=f"--max-age-hours {hours}",
        holds=lambda p: p.offer.observed_at is not None and young(p.offer.observed_at),
    )


def still_to_be_had(now: datetime) -> Condition:
    """A block whose window has ended cannot be bought any more."""
    return Condition(
        words="windows not yet ended",
        holds=lambda p: p.offer.available_until is None or p.offer.available_until > now,
    )
