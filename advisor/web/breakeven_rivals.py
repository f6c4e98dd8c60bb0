"""Rivals for the page of build or buy: the catalogue's cheapest of each kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings

from advisor.books.pricing import source_for
from advisor.catalog.pricing import Priced
from advisor.catalog.request import listed
from advisor.catalog.search import Line, Request, search
from advisor.catalog.sources import OfferSource
from advisor.catalog.words import age, place
from advisor.models import Organisation
from advisor.web.offer_rows import age_mark, offer_address, seen
from providers.offers import PriceState, Purchase
from providers.rates import reference_rates

_MOST = 500  # offers looked through for a term
_KINDS = (
    ("on demand", Purchase.ON_DEMAND, None),
    ("1 year", Purchase.RESERVED, 12),
    ("3 years", Purchase.RESERVED, 36),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What own machines would replace."""

    accelerator: str
    count: int
    residency: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCatalogue:
    """An offer as a rival: the price of an hour of all that is wanted, upfront money spread over its term."""

    name: str
    per_hour: str
    is_always_on: bool
    where: str
    address: str
    age: str
    mark: str
    seen: str
    is_stale: bool


def rivals_of(wanted: Wanted, organisation: Organisation | None) -> list[FromCatalogue]:
    """At most three: on demand, one year, three years. Raises BadInput and CatalogueEmpty.

    One machine of so many accelerators where there is one, else several smaller ones.
    """
    found = []
    source = source_for(organisation, None)
    for name, purchase, months in _KINDS:
        line = next(_of_term(_search(wanted, purchase, source), months), None) or next(
            _of_term(_search(wanted, purchase, source, pack=True), months), None
        )
        if line is not None:
            found.append(_rival(name, line.priced, wanted, is_always_on=months is not None))
    return found


def _search(wanted: Wanted, purchase: Purchase, source: OfferSource, *, pack: bool = False) -> Iterable[Line]:
    request = Request(
        query=wanted.accelerator,
        count=wanted.count,
        pack=pack,
        purchases=(purchase.value,),
        residency=listed([wanted.residency]),
        currency=wanted.currency,
        limit=_MOST,
    )
    listing = search(
        request,
        source,
        rates=reference_rates(),
        now=datetime.now(UTC),
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
    )
    return listing.lines


def _of_term(lines: Iterable[Line], months: int | None) -> Iterator[Line]:
    """Those of the term, in the currency asked for, that can be had without asking first."""
    return (
        line
        for line in lines
        if line.priced.converted
        and line.priced.offer.state is not PriceState.RESERVATION_ONLY
        and (months is None or line.priced.offer.term_months == months)
    )


def _rival(name: str, priced: Priced, wanted: Wanted, *, is_always_on: bool) -> FromCatalogue:
    offer = priced.offer
    machines = f"{priced.quantity} × {offer.instance_type}" if priced.quantity > 1 else offer.instance_type
    return FromCatalogue(
        name=name,
        per_hour=_price(priced.total),
        is_always_on=is_always_on,
        where=f"{offer.provider} {place(offer)}, {machines}",
        address=offer_address(priced.offer_id, wanted.currency),
        age=age(priced.age_hours, stale=priced.stale),
        mark=age_mark(priced.age_hours, stale=priced.stale),
        seen=seen(priced),
        is_stale=priced.stale,
    )


def _price(per_hour: Decimal) -> str:
    """Two decimals, four where the third or fourth tells something: `19.20`, `40.4545`."""
    cents, fine = round(per_hour, 2), round(per_hour, 4)
    return f"{cents:f}" if cents == fine else f"{fine:f}"
