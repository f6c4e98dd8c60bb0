"""Prices to read: offers, their history, and what the catalogue holds. Open where the site allows it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from advisor.accounts.scope import viewer
from advisor.api.auth import READERS
from advisor.api.document import errors, for_members
from advisor.api.errors import without_flags
from advisor.api.paging import PageQuery, link_pages, page_of
from advisor.api.refresh import states_out
from advisor.api.schema_offers import (
    AcceleratorOut,
    AcceleratorsOut,
    CheapestOut,
    HistoryOut,
    HistoryQuery,
    HistoryRowOut,
    ListingOut,
    OffersQuery,
    PriceOut,
    RegionOut,
    RegionsOut,
)
from advisor.api.schema_sources import (
    CatalogueOut,
    PublicationOut,
    PublicationPage,
    SourceOut,
    SourcesOut,
)
from advisor.books.pricing import source_for
from advisor.catalog.health import catalogue_report, source_reports
from advisor.catalog.history import HistoryRow, offer_history
from advisor.catalog.inventory import accelerators_in_catalogue, regions_in_catalogue
from advisor.catalog.listing_json import listing_json
from advisor.catalog.moments import moment
from advisor.catalog.pricing import Priced
from advisor.catalog.request import listed
from advisor.catalog.search import Request, search
from advisor.errors import BadInput
from advisor.models import CatalogueVersion
from advisor.rates.in_force import rates_in_force

router = Router(tags=["offers"])
_READING = ("invalid_token", "unauthenticated", "bad_input", "catalogue_empty")


@router.get(
    "/offers",
    auth=READERS,
    operation_id="list_offers",
    summary="Cheapest offers first",
    response={200: ListingOut, **errors(*_READING, "no_prices_then")},
)
def list_offers(request: HttpRequest, response: HttpResponse, query: Query[OffersQuery]) -> Any:
    """The search of `manage.py cheapest`. Counts match exactly unless `at_least` or `pack` is given.

    When nothing fits, `explanation` says which condition keeps out how many offers, and which is nearest.
    """
    now = datetime.now(UTC)
    as_of = moment(query.as_of, now=now) if query.as_of else None
    listing = search(
        _asked(query),
        source_for(viewer(request), as_of),
        rates=rates_in_force(as_of),
        now=as_of or now,
        max_age_hours=settings.PRICE_MAX_AGE_HOURS,
    )
    link_pages(request, response, total=listing.total, limit=query.limit, offset=query.offset)
    answer = listing_json(listing)
    for name in ("conditions", "explanation"):
        answer[name] = [without_flags(line) for line in answer.get(name, [])]
    return answer


def _asked(query: OffersQuery) -> Request:
    return Request(
        query=query.q,
        count=query.count,
        at_least=query.at_least,
        pack=query.pack,
        purchases=listed(query.purchase),
        residency=listed(query.residency),
        regions=listed(query.region),
        providers=listed(query.provider),
        min_memory_gib=_decimal(query.min_memory_gib),
        min_vcpus=_decimal(query.min_vcpus),
        max_price=_decimal(query.max_price),
        max_age_hours=_decimal(query.max_age_hours),
        currency=query.currency,
        sort=query.sort,
        limit=query.limit,
        offset=query.offset,
    )


def _decimal(figure: float | None) -> Decimal | None:
    """The number as it was written: `40`, not `40.0`."""
    if figure is None:
        return None
    return Decimal(int(figure) if figure.is_integer() else str(figure))


@router.get(
    "/offers/history",
    auth=READERS,
    operation_id="get_offer_history",
    summary="One offer over time",
    response={200: HistoryOut, **errors(*_READING, "unknown_offer")},
)
def get_offer_history(
    request: HttpRequest,  # noqa: ARG001  ninja hands it to every operation
    query: Query[HistoryQuery],
) -> HistoryOut:
    """Every price the offer had since it is known, and what else could be had instead of it."""
    rates, currency = rates_in_force(), query.currency.upper()
    if currency not in rates.rates_to_usd:
        known = ", ".join(sorted(rates.rates_to_usd))
        raise BadInput(f"currency {currency}: no exchange rate; there is one for {known}", field="currency")
    history = offer_history(query.id, currency=currency, rates=rates)
    return HistoryOut(
        offer_id=history.offer_id,
        is_current=history.is_current,
        current=_price(history.priced),
        rows=list(map(_history_row, history.rows)),
        siblings=list(map(_price, history.siblings)),
        elsewhere=list(map(_price, history.elsewhere)),
    )


def _price(priced: Priced) -> PriceOut:
    return PriceOut(
        offer_id=priced.offer_id,
        purchase=priced.offer.purchase.value,
        instance_type=priced.offer.instance_type,
        currency=priced.currency,
        effective_price_per_hour=float(priced.price),
        price_per_accelerator_hour=_float(priced.per_accelerator),
        age_hours=_float(priced.age_hours),
        stale=priced.stale,
    )


def _history_row(row: HistoryRow) -> HistoryRowOut:
    return HistoryRowOut(
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        price_per_hour=float(row.price_per_hour),
        currency=row.currency,
        upfront=_float(row.upfront),
        effective_price_per_hour=float(row.effective_price_per_hour),
        observed_at=row.observed_at,
        state=row.state.value,
        source=row.source,
        source_url=row.source_url,
        change_fraction=_float(row.change_fraction),
    )


def _float(figure: Decimal | None) -> float | None:
    return None if figure is None else float(figure)


@router.get(
    "/accelerators",
    auth=READERS,
    operation_id="list_accelerators",
    summary="Accelerators that can be had",
    response={200: AcceleratorsOut, **errors(*_READING)},
)
def list_accelerators(request: HttpRequest) -> AcceleratorsOut:  # noqa: ARG001  ninja hands it to every operation
    """Each with its memory, who sells it, and the least an hour of one costs in US dollars."""
    items = [
        AcceleratorOut(
            name=found.name,
            vendor=found.vendor,
            kind=found.kind,
            memory_gib=_float(found.memory_gib),
            offers=found.offers,
            providers=list(found.providers),
            cheapest=found.cheapest
            and CheapestOut(
                usd_per_accelerator_hour=float(found.cheapest.usd_per_accelerator_hour),
                offer_id=found.cheapest.offer_id,
                purchase=found.cheapest.purchase.value,
                age_hours=_float(found.cheapest.age_hours),
                stale=found.cheapest.stale,
            ),
        )
        for found in accelerators_in_catalogue()
    ]
    return AcceleratorsOut(items=items, total=len(items))


@router.get(
    "/regions",
    auth=READERS,
    operation_id="list_regions",
    summary="Regions with offers",
    response={200: RegionsOut, **errors(*_READING)},
)
def list_regions(request: HttpRequest) -> RegionsOut:  # noqa: ARG001  ninja hands it to every operation
    """Regions of all providers, with their countries and the accelerators that can be had there."""
    items = [
        RegionOut(
            provider=found.provider,
            region=found.region,
            country=found.country,
            place=found.place,
            offers=found.offers,
            accelerators=list(found.accelerators),
        )
        for found in regions_in_catalogue()
    ]
    return RegionsOut(items=items, total=len(items))


@router.get(
    "/sources",
    auth=READERS,
    operation_id="list_sources",
    summary="Where prices come from and how old they are",
    response={200: SourcesOut, **errors(*_READING)},
)
def list_sources(request: HttpRequest) -> SourcesOut:
    """The catalogue as a whole, then each source with its providers and its last publication.

    `asked` has the sources that can be asked for newer prices, and how each of them stands.
    """
    items = [SourceOut.model_validate(report) for report in source_reports()]
    return SourcesOut(
        catalogue=CatalogueOut.model_validate(catalogue_report()),
        items=items,
        total=len(items),
        asked=states_out(request),
    )


@router.get(
    "/publications",
    operation_id="list_publications",
    summary="What was published when",
    response={200: PublicationPage, **for_members("bad_input")},
)
def list_publications(request: HttpRequest, response: HttpResponse, query: Query[PageQuery]) -> Any:
    """Versions of the catalogue, with the offers each one added, changed and ended."""
    rows = CatalogueVersion.objects.order_by("-number")
    return page_of(request, response, rows, query, PublicationOut.model_validate)
