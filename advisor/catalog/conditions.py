"""The conditions of a search, each with the words it was asked in, so that an empty list can be explained."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from advisor.catalog.facts import accelerator_memory_gib, unlikeness
from advisor.catalog.pricing import Priced
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
    holds: Callable[[Priced], bool]
    narrow: dict[str, Collection[str]] = field(default_factory=dict)
    distance: Callable[[Priced], float] = lambda _priced: 0.0


def selector_conditions(selector: Selector, count: Span | None, pack: bool) -> Iterable[Condition]:
    """Conditions of the short query; `count` is the number asked for, already widened by --at-least."""
    if selector.no_accelerator:
        yield Condition(words="cpu", holds=lambda p: not p.offer.accelerator, narrow={"accelerator": [""]})
    if selector.names is not None:
        names = selector.names
        yield Condition(
            words=selector.named,
            holds=lambda p: p.offer.accelerator in names,
            narrow={"accelerator": names},
            distance=lambda p: unlikeness(p.offer.accelerator, names),
        )
    if selector.memory_gib is not None:
        memory = selector.memory_gib
        yield Condition(
            words=f"memory per accelerator {memory} GB",
            holds=lambda p: memory.holds(accelerator_memory_gib(p.offer)),
        )
    if count is not None:
        yield Condition(words=f"{count} accelerators", holds=lambda p: _count_fits(p, count, pack))


def _count_fits(priced: Priced, count: Span, pack: bool) -> bool:
    offer = priced.offer
    if count.holds(offer.accelerator_count):
        return True
    if not pack or offer.accelerator_count is None or count.low is None:
        return False
    few = offer.accelerator_count < count.low
    return few and (offer.max_quantity is None or priced.quantity <= offer.max_quantity)


def purchase_condition(asked: Collection[str]) -> Condition:
    known = [purchase.value for purchase in Purchase]
    wanted = []
    for raw in asked:
        name = raw.strip().lower().replace("-", "_").replace(" ", "_")
        if name not in known:
            hint = did_you_mean(nearest(name, known)) or f"; write one of {', '.join(known)}"
            raise BadInput(f"--purchase {shown(raw)}: unknown purchase option{hint}")
        wanted.append(name)
    return Condition(
        words=f"--purchase {','.join(wanted)}",
        holds=lambda p: p.offer.purchase.value in wanted,
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
    return Condition(words=f"--region {','.join(asked)}", holds=lambda p: _in_region(p.offer, patterns))


def _in_region(offer: Offer, patterns: list[str]) -> bool:
    names = [offer.region.casefold(), f"{offer.provider}/{offer.region}".casefold()]
    if offer.zone:
        names += [offer.zone.casefold(), f"{offer.provider}/{offer.zone}".casefold()]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def at_least(words: str, column: str, minimum: Decimal) -> Condition:
    """A figure of the machine must be known and reach a minimum."""

    def holds(priced: Priced) -> bool:
        value: Decimal | None = getattr(priced.offer, column)
        return value is not None and value >= minimum

    return Condition(words=f"{words} {minimum}", holds=holds)


def max_price(limit: Decimal, currency: str) -> Condition:
    """An upper bound on what one hour of the request costs; a price without a rate cannot meet it."""
    return Condition(
        words=f"--max-price {limit} {currency}", holds=lambda p: p.converted and p.total <= limit
    )


def max_age(hours: Decimal) -> Condition:
    return Condition(
        words=f"--max-age-hours {hours}",
        holds=lambda p: p.age_hours is not None and p.age_hours <= hours,
    )


def still_to_be_had(now: datetime) -> Condition:
    """A block whose window has ended cannot be bought any more."""
    return Condition(
        words="windows not yet ended",
        holds=lambda p: p.offer.available_until is None or p.offer.available_until > now,
    )
