"""A listing as the JSON of the contract."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from advisor.catalog.columns import FILE_COLUMNS
from advisor.catalog.search import Line, Listing
from advisor.catalog.table import why_empty
from advisor.rates.in_force import is_stale

_MICRO = Decimal("0.000001")


def listing_json(listing: Listing) -> dict[str, Any]:
    """`{query, currency, catalogue, shown, total, offset, offers}` and, when empty, `explanation`.

    Prices are in the display currency with the source's own beside them; money figures are JSON numbers, and
    what is unknown is null.
    """
    payload: dict[str, Any] = {
        "query": listing.request.query,
        "conditions": list(listing.conditions),
        "currency": listing.request.currency.strip().upper(),
        "catalogue": {
            "as_of": as_json(listing.as_of),
            "version": listing.version,
            "offers": listing.in_catalogue,
            "rates_observed_on": (day := _rates_observed_on(listing)).isoformat(),
            "rates_stale": is_stale(day, today=listing.now.date()),
        },
        "shown": len(listing.lines),
        "total": listing.total,
        "offset": listing.offset,
        "offers": [_offer(line) for line in listing.lines],
    }
    if listing.empty is not None:
        payload["explanation"] = why_empty(listing)
    return payload


def _rates_observed_on(listing: Listing) -> date:
    """The oldest day of the rates these prices were converted with; of all rates where none was."""
    own = listing.request.currency.strip().upper()
    used = {line.priced.offer.currency for line in listing.lines if line.priced.converted} - {own}
    return listing.rates.origin(*used, own).observed_on if used else listing.rates.observed_on


def _offer(line: Line) -> dict[str, Any]:
    return {name: as_json(value) for name, value in offer_values(line).items()}


def offer_values(line: Line) -> dict[str, Any]:
    """One line by the names of the JSON, with figures as they are: Decimal, datetime, None."""
    priced, beside, offer = line.priced, line.beside, line.priced.offer
    listed = line.ruled.listed if line.ruled else None  # as it stands in the list
    return {name: getattr(offer, name) for name in FILE_COLUMNS} | {
        "offer_id": priced.offer_id,
        "currency": priced.currency,
        "price_per_hour": _converted(offer.price_per_hour, priced.rate),
        "upfront": _converted(offer.upfront, priced.rate),
        "source_currency": offer.currency,
        "source_price_per_hour": offer.price_per_hour,
        "source_upfront": offer.upfront,
        "effective_price_per_hour": priced.price,
        "price_per_accelerator_hour": priced.per_accelerator,
        "quantity": priced.quantity,
        "total_price_per_hour": priced.total,
        "on_demand_price_per_hour": beside.on_demand,
        "spot_price_per_hour": beside.spot,
        "one_year_price_per_hour": beside.one_year,
        "three_years_price_per_hour": beside.three_years,
        "age_hours": priced.age_hours,
        "stale": priced.stale,
        "price_book_line": line.ruled.line if line.ruled else None,
        "list_price_per_hour": listed.price_per_hour if listed else None,
        "list_currency": listed.currency if listed else None,
    }


def _converted(amount: Decimal | None, rate: Decimal) -> Decimal | None:
    if amount is None or rate == 1:
        return amount
    return (amount * rate).quantize(_MICRO)


def as_json(value: Any) -> Any:
    """JSON knows no Decimal: a number with at most 15 digits survives the way through a float unharmed."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
