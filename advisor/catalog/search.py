"""The search behind `cheapest` and the offers page: a request in, a listing out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from advisor.catalog.conditions import (
    Condition,
    at_least,
    max_age,
    max_price,
    provider_condition,
    purchase_condition,
    region_condition,
    residency_condition,
    selector_conditions,
    still_to_be_had,
)
from advisor.catalog.explain import EmptyList
from advisor.catalog.pricing import Priced, Pricer
from advisor.catalog.selector import Selector, Span, resolve_selector, rest_of_family
from advisor.catalog.siblings import Beside
from advisor.catalog.sorting import SORTS, checked_sort
from advisor.catalog.sources import OfferSource
from advisor.errors import BadInput
from providers.pricebook import Ruled
from providers.rates import ReferenceRates, suggest_currency
from providers.text import did_you_mean, shown

__all__ = ["DEFAULT_LIMIT", "SORTS", "Line", "Listing", "Request", "search"]
DEFAULT_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked, as it was asked: names are resolved by the search. Prices are in `currency` per hour."""

    query: str = ""
    count: int | None = None
    at_least: bool = False
    pack: bool = False
    purchases: tuple[str, ...] = ()
    residency: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    min_memory_gib: Decimal | None = None
    min_vcpus: Decimal | None = None
    max_price: Decimal | None = None
    max_age_hours: Decimal | None = None
    currency: str = "USD"
    sort: str = "price"
    limit: int = DEFAULT_LIMIT
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One listed offer and what the same machine costs otherwise; `ruled` where a price book prices it."""

    priced: Priced
    beside: Beside
    ruled: Ruled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The answer. `total` counts all matching offers, `lines` holds those from `offset` on, up to the limit.

    `empty` explains a listing without offers. `ended` counts offers left out only because their window is
    over. `relatives` are members of the family of the accelerator asked for that the query did not mean.
    Prices and rates are as old as they are at `now`.
    """

    request: Request
    as_of: datetime
    version: int
    in_catalogue: int
    total: int
    offset: int
    lines: tuple[Line, ...]
    ended: int
    relatives: tuple[str, ...]
    rates: ReferenceRates
    now: datetime
    conditions: tuple[str, ...]
    empty: EmptyList | None


def search(
    request: Request, source: OfferSource, *, rates: ReferenceRates, now: datetime, max_age_hours: int
) -> Listing:
    """Offers in the order asked for. Raises BadInput for unknown names and impossible figures.

    Offers whose currency has no rate stay in the list, last, at their own price. `max_age_hours` is the age
    from which a price is marked stale; it removes nothing.
    """
    currency = _currency(request.currency, rates)
    sort = checked_sort(request.sort)
    if request.limit < 1:
        raise BadInput(f"--limit {request.limit}: must be 1 or more")
    if request.offset < 0:
        raise BadInput(f"--offset {request.offset}: must be 0 or more")
    selector = resolve_selector(request.query, lambda: source.values("accelerator"))
    count = _count(request, selector)
    pricer = Pricer(
        currency=currency,
        rates=rates,
        now=now,
        max_age_hours=max_age_hours,
        pack_to=count.low if count and request.pack else None,
    )
    conditions = _conditions(request, selector, count, source, pricer)
    window = still_to_be_had(now)
    page = slice(request.offset, request.offset + request.limit)
    found = source.find(conditions, window, pricer, sort, page)
    empty = None if found.total else source.explain([*conditions, window], pricer, sort)
    return Listing(
        request=request,
        as_of=source.as_of,
        version=source.version,
        in_catalogue=source.total(),
        total=found.total,
        offset=request.offset,
        lines=tuple(
            Line(priced=pricer.complete(quote), beside=beside, ruled=source.ruled(quote.offer_id))
            for quote, beside in found.page
        ),
        ended=found.ended,
        relatives=tuple(rest_of_family(selector.names or frozenset())),
        rates=rates,
        now=now,
        conditions=tuple(condition.words for condition in conditions),
        empty=empty,
    )


def _currency(asked: str, rates: ReferenceRates) -> str:
    code = asked.strip().upper()
    if code not in rates.rates_to_usd:
        held = ", ".join(sorted(rates.rates_to_usd))
        hint = did_you_mean(name for name in suggest_currency(asked) if name in rates.rates_to_usd)
        raise BadInput(f"--currency {shown(asked)}: no exchange rate{hint or f'; there is one for {held}'}")
    return code


def _count(request: Request, selector: Selector) -> Span | None:
    """The number of accelerators asked for, from the query or --count, widened by --at-least."""
    count = selector.count
    if request.count is not None:
        if request.count < 1:
            raise BadInput(f"--count {request.count}: must be 1 or more")
        given = Span(low=Decimal(request.count), high=Decimal(request.count))
        if count is not None and count != given:
            raise BadInput(
                f"--count {request.count}: the query already asks for {count}; give one of the two"
            )
        if selector.no_accelerator:
            raise BadInput(f"--count {request.count}: `cpu` asks for machines without accelerators")
        count = given
    for flag, wanted in (("--at-least", request.at_least), ("--pack", request.pack)):
        if wanted and (count is None or count.low is None):
            raise BadInput(f"{flag}: needs a number of accelerators, as in H100:8 or --count 8")
    return Span(low=count.low) if count and request.at_least else count


def _conditions(
    request: Request, selector: Selector, count: Span | None, source: OfferSource, pricer: Pricer
) -> list[Condition]:
    found = list(selector_conditions(selector, count, pricer))
    if request.purchases:
        found.append(purchase_condition(request.purchases))
    if request.residency:
        found.append(residency_condition(request.residency))
    if request.regions:
        found.append(region_condition(request.regions, source))
    if request.providers:
        found.append(provider_condition(request.providers, source))
    for words, column, figure in (
        ("--min-memory-gib", "memory_gib", request.min_memory_gib),
        ("--min-vcpus", "vcpus", request.min_vcpus),
    ):
        if figure is not None:
            found.append(at_least(words, column, _positive(words, figure)))
    if request.max_price is not None:
        found.append(max_price(_positive("--max-price", request.max_price), pricer))
    if request.max_age_hours is not None:
        found.append(max_age(_positive("--max-age-hours", request.max_age_hours), pricer.now))
    return found


def _positive(words: str, figure: Decimal) -> Decimal:
    if not figure.is_finite() or figure <= 0:
        raise BadInput(f"{words} {figure}: must be a number above 0")
    return figure
