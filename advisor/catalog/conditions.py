"""The conditions of a search, each with the words it was asked in, so that an empty list can be explained."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Protocol

from advisor.catalog.facts import FACTS, unlikeness
from advisor.catalog.pricing import Pricer, Quote, hours_of
from advisor.catalog.selector import Selector, Span
from advisor.errors import BadInput
from providers.errors import UnknownPlace
from providers.offers import Purchase
from providers.places import REGIONS, resolve_place
from providers.text import did_you_mean, nearest, shown


class Named(Protocol):
    """Whatever can tell which values its offers have."""

    def values(self, column: str) -> frozenset[str]: ...


TOTAL = "total"
"""What an hour of all machines needed costs in the display currency; None where there is no rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`words` as a person wrote it. It looks at one fact of an offer, or at what an hour of it all costs.

    `fits` judges that value. `rising`: once a value fits all larger ones do; False: all smaller ones do;
    None: neither is known. `narrow` restricts text columns before any row is read. `distance` says how far a
    value that does not fit is from fitting; where it is None all are equally far. `words_say_all`: equal
    words mean the same condition, whoever asks and when.
    """

    words: str
    fact: str  # one of FACTS, or TOTAL
    fits: Callable[[Any], bool]
    rising: bool | None = None
    narrow: dict[str, Collection[str]] = field(default_factory=dict)
    distance: Callable[[Any], float] | None = None
    words_say_all: bool = False

    def holds(self, quote: Quote, pricer: Pricer) -> bool:
        return self.fits(self._value(quote, pricer))

    def far(self, quote: Quote, pricer: Pricer) -> float:
        return self.distance(self._value(quote, pricer)) if self.distance else 0.0

    def _value(self, quote: Quote, pricer: Pricer) -> Any:
        if self.fact == TOTAL:
            return pricer.total(quote) if quote.converted else None
        return FACTS[self.fact].in_offer(quote.offer)


def selector_conditions(selector: Selector, count: Span | None, pricer: Pricer) -> Iterable[Condition]:
    """Conditions of the short query; `count` is the number asked for, already widened by --at-least."""
    if selector.no_accelerator:
        yield Condition(
            words="cpu", fact="accelerator", fits=lambda name: not name, narrow={"accelerator": [""]}
        )
    if selector.names is not None:
        names = selector.names
        yield Condition(
            words=selector.named,
            fact="accelerator",
            fits=lambda name: name in names,
            narrow={"accelerator": names},
            distance=cache(lambda name: unlikeness(name, names)),
        )
    if selector.memory_gib is not None:
        yield Condition(
            words=f"memory per accelerator {selector.memory_gib} GB",
            fact="accelerator_memory",
            fits=selector.memory_gib.holds,
        )
    if count is not None:
        yield Condition(
            words=f"{count} accelerators", fact="size", fits=lambda size: _count_fits(size, count, pricer)
        )


def _count_fits(size: tuple[Decimal | None, int | None, int | None], count: Span, pricer: Pricer) -> bool:
    accelerators, min_quantity, max_quantity = size
    if count.holds(accelerators):
        return True
    if pricer.pack_to is None or accelerators is None or count.low is None:
        return False
    few = accelerators < count.low
    return few and (max_quantity is None or pricer.machines(accelerators, min_quantity) <= max_quantity)


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
        fact="purchase",
        fits=lambda purchase: purchase in options,
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
        fact="country",
        fits=lambda country: country in countries,
        narrow={"country": sorted(countries)},
    )


@cache
def _listed(column: str) -> frozenset[str]:
    """Providers or regions that the list of regions knows, offered now or not."""
    return frozenset(getattr(region, column) for region in REGIONS.values())


def provider_condition(asked: Collection[str], source: Named) -> Condition:
    known = source.values("provider") | _listed("provider")
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
        fact="provider",
        fits=lambda provider: provider in wanted,
        narrow={"provider": wanted},
    )


def region_condition(asked: Collection[str], source: Named) -> Condition:
    """Regions as `us-east-1`, `aws/us-east-1`, `aws/eu-*`, or a zone; each must match a known one."""
    patterns = [raw.strip().casefold() for raw in asked]
    providers = source.values("provider") | _listed("provider")
    regions = source.values("region") | source.values("zone") | _listed("region")
    for raw, pattern in zip(asked, patterns, strict=True):
        of_provider, _, of_region = pattern.rpartition("/")
        known_provider = any(fnmatchcase(name.casefold(), of_provider or "*") for name in providers)
        if not known_provider or not any(fnmatchcase(name.casefold(), of_region) for name in regions):
            near = regions if known_provider else providers
            hint = did_you_mean(nearest(of_region if known_provider else of_provider, near))
            raise BadInput(f"--region {shown(raw)}: matches no known region{hint}")
    return Condition(
        words=f"--region {','.join(asked)}",
        fact="place",
        fits=cache(lambda place: _in_region(place, patterns)),
        words_say_all=True,
    )


def _in_region(place: tuple[str, str, str | None], patterns: list[str]) -> bool:
    provider, region, zone = place
    names = [region.casefold(), f"{provider}/{region}".casefold()]
    if zone:
        names += [zone.casefold(), f"{provider}/{zone}".casefold()]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def at_least(words: str, column: str, minimum: Decimal) -> Condition:
    """A figure of the machine must be known and reach a minimum."""
    return Condition(
        words=f"{words} {minimum}",
        fact=column,
        fits=lambda value: value is not None and value >= minimum,
        rising=True,
    )


def max_price(limit: Decimal, pricer: Pricer) -> Condition:
    """An upper bound on what one hour of the request costs; a price without a rate cannot meet it."""
    return Condition(
        words=f"--max-price {limit} {pricer.currency}",
        fact=TOTAL,
        fits=lambda total: total is not None and total <= limit,
        rising=False,
    )


def max_age(hours: Decimal, now: datetime) -> Condition:
    """An upper bound on the age at `now`; a price of unknown age does not pass."""
    return Condition(
        words=f"--max-age-hours {hours}",
        fact="observed_at",
        fits=cache(lambda moment: moment is not None and hours_of(now - moment) <= hours),
        rising=True,
    )


def still_to_be_had(now: datetime) -> Condition:
    """A block whose window has ended cannot be bought any more."""
    return Condition(
        words="windows not yet ended",
        fact="available_until",
        fits=lambda until: until is None or until > now,
        rising=True,
    )
