"""One offer over time, and what else could be had instead of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from advisor.catalog.conditions import still_to_be_had
from advisor.catalog.confirmed import ROW
from advisor.catalog.pricing import Priced, Pricer, effective_price_per_hour
from advisor.catalog.rows import Places
from advisor.catalog.snapshot import Snapshot, current_snapshot
from advisor.errors import NothingFound
from advisor.models import OfferRow
from advisor.rates.in_force import rates_in_force
from providers.offers import Offer, PriceState
from providers.rates import ReferenceRates
from providers.text import did_you_mean, nearest, shown

_ELSEWHERE = 5
_MOST_ROWS = 1000
_MACHINES_ALIKE, _IDS_ALIKE = 100, 500
_MICRO = Decimal("0.000001")


class UnknownOffer(NothingFound):
    """No offer of this id was ever in the catalogue; the message names the closest ids."""

    http_status = 404
    code = "unknown_offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """The offer as it was known from `valid_from` to just before `valid_to` (None: still).

    Prices are in `currency` per machine-hour; `effective_price_per_hour` has the upfront payment spread over
    the term. `change_fraction` compares it with that of the row before: 0.05 is 5 % dearer; None for the
    first row and across currencies.
    """

    valid_from: datetime
    valid_to: datetime | None
    price_per_hour: Decimal
    currency: str
    upfront: Decimal | None
    effective_price_per_hour: Decimal
    observed_at: datetime | None
    state: PriceState
    source: str
    source_url: str | None
    change_fraction: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHistory:
    """An offer, current or as last known, with its rows, newest first (the newest 1,000).

    `priced`, `siblings` and `elsewhere` are in one display currency. `siblings` are current offers of the
    same machine in the same region, cheapest first; `elsewhere` the five cheapest current offers of as many
    of the same accelerators on another machine or in another region.
    """

    offer_id: str
    offer: Offer
    is_current: bool
    priced: Priced
    rows: tuple[HistoryRow, ...]
    siblings: tuple[Priced, ...]
    elsewhere: tuple[Priced, ...]
    as_of: datetime


def offer_history(
    offer_id: str,
    *,
    currency: str = "USD",
    rates: ReferenceRates | None = None,
    now: datetime | None = None,
    max_age_hours: int | None = None,
) -> OfferHistory:
    """The history of an offer, by its id. Raises UnknownOffer and CatalogueEmpty."""
    snapshot = current_snapshot()
    now = now or datetime.now(UTC)
    found = (
        OfferRow.objects.filter(offer_id=offer_id, published_in__published_at__isnull=False)
        .order_by("-published_in_id")
        .values_list("published_in__published_at", "closed_in__published_at", "closed_in_id", *ROW)
    )
    known = [
        (snapshot.confirmed.offer(values[3:], closed_in=values[2]), values[0], values[1], values[-3])
        for values in found[:_MOST_ROWS]
    ]
    if not known:
        raise UnknownOffer(f"{shown(offer_id, limit=200)}: no such offer{_closest(offer_id, snapshot)}")
    pricer = Pricer(
        currency=currency,
        rates=rates or rates_in_force(),
        now=now,
        max_age_hours=settings.PRICE_MAX_AGE_HOURS if max_age_hours is None else max_age_hours,
    )
    offer = known[0][0]
    return OfferHistory(
        offer_id=offer_id,
        offer=offer,
        is_current=known[0][2] is None,
        priced=pricer.priced(offer),
        rows=tuple(_rows(known)),
        siblings=_siblings(offer_id, offer, snapshot, pricer),
        elsewhere=_elsewhere(offer, snapshot, pricer),
        as_of=now,
    )


def _rows(known: list[tuple[Offer, datetime, datetime | None, str]]) -> Iterable[HistoryRow]:
    before = [row[0] for row in known[1:]] + [None]
    for (offer, valid_from, valid_to, source), previous in zip(known, before, strict=True):
        yield HistoryRow(
            valid_from=valid_from,
            valid_to=valid_to,
            price_per_hour=offer.price_per_hour,
            currency=offer.currency,
            upfront=offer.upfront,
            effective_price_per_hour=effective_price_per_hour(offer),
            observed_at=offer.observed_at,
            state=offer.state,
            source=source,
            source_url=offer.source_url,
            change_fraction=_change(offer, previous),
        )


def _change(offer: Offer, previous: Offer | None) -> Decimal | None:
    if previous is None or previous.currency != offer.currency:
        return None
    return (effective_price_per_hour(offer) / effective_price_per_hour(previous) - 1).quantize(_MICRO)


def _siblings(offer_id: str, offer: Offer, snapshot: Snapshot, pricer: Pricer) -> tuple[Priced, ...]:
    here = snapshot.rows.of_machine(offer.provider, offer.region, offer.instance_type)
    found = _cheapest(here, snapshot, pricer, len(here))
    return tuple(priced for priced in found if priced.offer_id != offer_id)


def _elsewhere(offer: Offer, snapshot: Snapshot, pricer: Pricer) -> tuple[Priced, ...]:
    if offer.accelerator is None:
        return ()
    rows = snapshot.rows
    same = rows.of_accelerator(offer.accelerator)
    count, machine = rows.fact("accelerator_count"), rows.fact("machine")
    here = (offer.provider, offer.region, offer.instance_type)
    as_many = count.judge(lambda held: held == offer.accelerator_count).of(count.codes[same])
    elsewhere = machine.judge(lambda held: held != here).of(machine.codes[same])
    places = same[as_many & elsewhere]
    return _cheapest(places, snapshot, pricer, _ELSEWHERE)


def _cheapest(places: Places, snapshot: Snapshot, pricer: Pricer, most: int) -> tuple[Priced, ...]:
    """What can still be had of these, cheapest first; what has no rate last."""
    window, sheet = still_to_be_had(pricer.now), snapshot.sheets.of(pricer)
    until = snapshot.rows.fact(window.fact)
    open_ones = places[until.judge(window.fits, rising=window.rising).of(until.codes[places])]
    first = sheet.cheapest(open_ones)[:most].tolist()
    return tuple(pricer.complete(sheet.quote(place, pricer)) for place in first)


def _closest(offer_id: str, snapshot: Snapshot) -> str:
    """Ids alike: of the machines that share most parts with what was written, the most similar ids."""
    parts = set(offer_id.casefold().replace("@", "/").split("/"))
    machine = snapshot.rows.fact("machine")
    shared = [
        len(parts.intersection("/".join(names).casefold().replace("@", "/").split("/")))
        for names in machine.values
    ]
    best = max(shared, default=0)
    codes = [code for code, count in enumerate(shared) if count == best][:_MACHINES_ALIKE]
    alike = [
        snapshot.rows.offer(place).offer_id
        for code in codes
        for place in snapshot.rows.of_machine(*machine.values[code]).tolist()
    ]
    return did_you_mean(nearest(offer_id, alike[:_IDS_ALIKE], cutoff=0.5))


def history_chart(history: OfferHistory) -> dict[str, Any]:
    """The effective price over time as a step chart in the offer's currency: a point per change, then now.

    A gap (None) stands where the offer did not exist or had its price in another currency.
    """
    currency = history.offer.currency
    points: list[tuple[datetime, float | None]] = []
    for row in reversed(history.rows):
        if points and points[-1][0] == row.valid_from:
            points.pop()  # the end of the row before is the start of this one
        points.append((row.valid_from, _float(row) if row.currency == currency else None))
        if row.valid_to is not None:
            points.append((row.valid_to, None))
    points.append((history.as_of, points[-1][1]))
    moments = [moment.astimezone(UTC) for moment, _ in points]
    return {
        "kind": "step",
        "x": _names(moments),
        "xTitle": "UTC",
        "yTitle": f"{currency} per instance-hour",
        "unit": currency,
        "series": [
            {
                "name": "price",
                "key": history.offer.purchase.value,
                "values": [value for _, value in points],
                "as": "step",
            }
        ],
    }


def _names(moments: list[datetime]) -> list[str]:
    """As short as tells them apart: days, minutes, else seconds."""
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M"):
        names = [moment.strftime(form) for moment in moments]
        if len(set(names)) == len(names):
            return names
    return [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments]


def _float(row: HistoryRow) -> float:
    return float(row.effective_price_per_hour.quantize(_MICRO))
